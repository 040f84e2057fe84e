from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NUMBERS = """
CREATE FUNCTION tickets_next_number(year integer) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE name text := 'tickets_number_' || year;
BEGIN
  RETURN nextval(name);
EXCEPTION WHEN undefined_table THEN
  -- The first ticket of a year makes its sequence; two of them at once wait for each other.
  PERFORM pg_advisory_xact_lock(hashtext(name));
  EXECUTE format('CREATE SEQUENCE IF NOT EXISTS %I', name);
  RETURN nextval(name);
END $$;
"""
URGENCIES = ("can_work", "hindered", "blocked")
MATRIX = {"person": (5, 4, 3), "group": (4, 3, 2), "site": (3, 2, 1), "everyone": (3, 2, 1)}


def fill(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    cell = apps.get_model("tickets", "PriorityCell")
    cell.objects.bulk_create(
        cell(impact=impact, urgency=urgency, priority=priority)
        for impact, row in MATRIX.items()
        for urgency, priority in zip(URGENCIES, row, strict=True)
    )


class Migration(migrations.Migration):
    """One number sequence a year, made by the first ticket of it; the ITIL matrix to start with."""

    dependencies = [("tickets", "0001_ticket")]
    operations = [
        migrations.RunSQL(NUMBERS, "DROP FUNCTION tickets_next_number(integer)"),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
