from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_since_when_always")]

    operations = [
        migrations.AddField(
            model_name="replay",
            name="progressed_at",
            field=models.DateTimeField(null=True, verbose_name="last progress"),
        ),
    ]
