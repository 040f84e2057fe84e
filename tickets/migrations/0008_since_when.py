from django.db import migrations

# A ticket is with its team since its last hand-over; whoever works on it has accepted it.
_SINCE = """
UPDATE tickets_ticket t SET
  team_since = coalesce((SELECT max(e.at) FROM audit_event e
                          WHERE e.subject_type = 'ticket' AND e.subject_id = t.id
                            AND e.changes ? 'team_id' AND e.seq > 1), t.opened_at),
  accepted_at = CASE WHEN t.status <> 'new' THEN t.updated_at END
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_replays_and_runs"), ("audit", "0003_fewer_indexes")]

    operations = [migrations.RunSQL(_SINCE, migrations.RunSQL.noop)]
