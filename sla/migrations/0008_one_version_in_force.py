from django.db import migrations, models

IN_FORCE = models.Q(valid_from__isnull=False, valid_until__isnull=True)


def end_the_earlier(apps, _schema_editor):
    """Where two versions are in force, the earlier ends when the later begins."""
    later = {}
    rows = apps.get_model("sla", "Agreement").objects.filter(IN_FORCE)
    for row in rows.order_by("-valid_from", "-version"):
        if row.slug in later:
            row.valid_until = later[row.slug]
            row.save(update_fields=["valid_until"])
        later[row.slug] = row.valid_from


class Migration(migrations.Migration):
    dependencies = [("sla", "0007_longer_regions")]

    operations = [
        migrations.RunPython(end_the_earlier, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                condition=IN_FORCE, fields=["slug"], name="agreement_one_in_force"
            ),
        ),
    ]
