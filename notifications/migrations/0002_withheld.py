from django.db import migrations, models


class Migration(migrations.Migration):
    """A message that was promised in a past that is only told, and never sent."""

    dependencies = [("notifications", "0001_outbox")]
    operations = [
        migrations.AlterField(
            model_name="message",
            name="status",
            field=models.CharField(
                choices=[
                    ("pending", "waiting"),
                    ("sending", "being sent"),
                    ("sent", "sent"),
                    ("failed", "failed"),
                    ("unknown", "unknown"),
                    ("withheld", "not sent"),
                ],
                default="pending",
                max_length=8,
                verbose_name="status",
            ),
        ),
    ]
