from django.db import migrations

# All tickets at once: that may take longer than any request should.
_PATIENCE = "SET LOCAL statement_timeout = 0"
# A ticket is with its team since its last hand-over; whoever works on it has accepted it.
_SINCE = """
UPDATE tickets_ticket t SET
  team_since = coalesce(moved.at, t.opened_at),
  accepted_at = CASE WHEN t.status <> 'new' THEN t.updated_at END
FROM tickets_ticket same LEFT JOIN (
  SELECT subject_id, max(at) AS at FROM audit_event
   WHERE subject_type = 'ticket' AND changes ? 'team_id' AND seq > 1 GROUP BY subject_id
) moved ON moved.subject_id = same.id
WHERE same.id = t.id
"""
# Who waits for a promised date is woken then; one that has passed is now, as nobody was told.
_WAKING = """
UPDATE tickets_hold SET wake_at = greatest(until, date_trunc('second', now()))
 WHERE ended_at IS NULL AND until IS NOT NULL
"""


STATEMENTS = [_PATIENCE, _SINCE, _WAKING]


class Migration(migrations.Migration):
    dependencies = [("tickets", "0007_replays_and_runs"), ("audit", "0003_fewer_indexes")]

    operations = [
        migrations.RunSQL(STATEMENTS, migrations.RunSQL.noop),
    ]
