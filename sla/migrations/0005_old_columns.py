import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("sla", "0004_weeks_and_reasons"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="window",
            name="window_once",
        ),
        migrations.RemoveField(
            model_name="dayexception",
            name="name",
        ),
        migrations.RemoveField(
            model_name="step",
            name="tell_lead",
        ),
        migrations.RemoveField(
            model_name="window",
            name="calendar",
        ),
        migrations.AlterField(
            model_name="window",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="windows",
                to="sla.calendarversion",
                verbose_name="version",
            ),
        ),
        migrations.AddConstraint(
            model_name="step",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("percent__isnull", True), ("offset_seconds__isnull", True), _connector="XOR"
                ),
                name="step_percent_or_offset",
            ),
        ),
        migrations.AddConstraint(
            model_name="window",
            constraint=models.UniqueConstraint(
                fields=("version", "weekday", "opens"), name="window_once"
            ),
        ),
    ]
