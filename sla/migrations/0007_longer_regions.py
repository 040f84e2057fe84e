from django.db import migrations, models


class Migration(migrations.Migration):
    """ "Stadt Zurich" is a region of the holiday rules, and it is longer than a canton."""

    dependencies = [("sla", "0006_zone_data")]

    operations = [
        migrations.AlterField(
            model_name="calendar",
            name="subdivision",
            field=models.CharField(blank=True, max_length=20, verbose_name="canton or region"),
        ),
        migrations.AlterField(
            model_name="dayexception",
            name="source",
            field=models.CharField(blank=True, max_length=24, verbose_name="comes from"),
        ),
    ]
