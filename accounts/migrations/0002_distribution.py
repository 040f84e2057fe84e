from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_people"),
    ]

    operations = [
        migrations.AddField(
            model_name="team",
            name="distribution",
            field=models.CharField(
                choices=[
                    ("skill", "to who can do it and has the least"),
                    ("in_turn", "in turn"),
                    ("pull", "nobody is chosen: the team takes it"),
                ],
                default="skill",
                max_length=8,
                verbose_name="who gets the work",
            ),
        ),
        migrations.AlterField(
            model_name="duty",
            name="kind",
            field=models.CharField(
                choices=[("on_duty", "on duty"), ("on_call", "on call"), ("absent", "absent")],
                max_length=8,
                verbose_name="kind",
            ),
        ),
    ]
