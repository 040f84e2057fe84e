from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_since_when")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="team_since",
            field=models.DateTimeField(verbose_name="with the team since"),
        ),
    ]
