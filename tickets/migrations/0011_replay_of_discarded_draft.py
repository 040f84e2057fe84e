import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0010_replay_progress")]

    operations = [
        migrations.AlterField(
            model_name="replay",
            name="agreement",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="sla.agreement",
                verbose_name="agreement",
            ),
        ),
    ]
