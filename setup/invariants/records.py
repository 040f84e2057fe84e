"""Outbox, history and the database's own sessions."""

from collections.abc import Iterator

from django.db import DatabaseError, connection, transaction

from common import clock
from notifications.actions import LEASE
from notifications.choices import MessageStatus
from setup.invariants.finding import Finding, Scope, found


def outbox(scope: Scope) -> Iterator[Finding]:
    """Q8: every message is somewhere, and what is sent has the instant it was sent."""
    sql = """
    SELECT key, 'is ' || status || ', sent ' || coalesce(sent_at::text, 'never')
      FROM notifications_message
     WHERE NOT status = ANY(%(known)s) OR (status = 'sent') <> (sent_at IS NOT NULL)
        OR (status = 'sending' AND claimed_at IS NULL)"""
    yield from found("Q8", sql, known=list(MessageStatus.values))


def trail(scope: Scope) -> Iterator[Finding]:
    """Q9: the events of each subject count from 1 without a gap, a ticket's to its version."""
    sql = """
    SELECT max(subject_label), subject_type || ': ' || count(*) || ' events numbered '
           || min(seq) || ' to ' || max(seq)
      FROM audit_event GROUP BY subject_type, subject_id
    HAVING count(*) <> max(seq) OR min(seq) <> 1"""
    yield from found("Q9", sql)
    sql = """
    SELECT t.number, 'has version ' || t.version || ' and ' || coalesce(e.n, 0) || ' events'
      FROM tickets_ticket t
      LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_event
                  WHERE subject_type = 'ticket' GROUP BY 1) e ON e.subject_id = t.id
     WHERE t.version IS DISTINCT FROM e.n"""
    yield from found("Q9", sql)


def history(scope: Scope) -> Iterator[Finding]:
    """Q10: the events, one after the other, lead to what the row says."""
    sql = """
    WITH steps AS (
      SELECT e.subject_id, e.seq, k.key, k.value->0 AS old, k.value->1 AS new,
             lag(k.value->1) OVER w AS before, lead(e.seq) OVER w IS NULL AS is_last
        FROM audit_event e CROSS JOIN LATERAL jsonb_each(e.changes) k
       WHERE e.subject_type = 'ticket' AND k.key = ANY(%(fields)s)
      WINDOW w AS (PARTITION BY e.subject_id, k.key ORDER BY e.seq)),
    ends AS (
      SELECT s.*, t.number, coalesce(CASE s.key
               WHEN 'status' THEN to_jsonb(t.status) WHEN 'level' THEN to_jsonb(t.level)
               WHEN 'team_id' THEN to_jsonb(t.team_id) WHEN 'priority' THEN to_jsonb(t.priority)
               WHEN 'assignee_id' THEN to_jsonb(t.assignee_id)
               WHEN 'category_id' THEN to_jsonb(t.category_id)
               WHEN 'impact' THEN to_jsonb(t.impact) WHEN 'urgency' THEN to_jsonb(t.urgency)
             END, 'null') AS is_now
        FROM steps s JOIN tickets_ticket t ON t.id = s.subject_id)
    SELECT number, key || ' at event ' || seq || ': ' || CASE
             WHEN seq > 1 AND before IS DISTINCT FROM old
             THEN 'from ' || old::text || ', but it was ' || coalesce(before::text, 'never told')
             ELSE 'to ' || new::text || ', but it is ' || is_now::text END
      FROM ends WHERE (seq > 1 AND before IS DISTINCT FROM old) OR (is_last AND new <> is_now)"""
    yield from found("Q10", sql, fields=list(_REPLAYED))


_REPLAYED = (
    "status", "level", "team_id", "assignee_id", "priority", "category_id", "impact", "urgency",
)  # fmt: skip


def append_only(scope: Scope) -> Iterator[Finding]:
    """Q11: the database refuses to change or delete history."""
    last = "WHERE id = (SELECT max(id) FROM audit_event)"
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM audit_event)")
        if not cursor.fetchone()[0]:
            return
    for word, sql in (
        ("change", f"UPDATE audit_event SET trace = trace {last}"),  # noqa: S608
        ("deletion", f"DELETE FROM audit_event {last}"),  # noqa: S608
    ):
        if not _is_refused(sql):
            yield Finding("Q11", "audit_event", f"a {word} was not refused")


def queues(scope: Scope) -> Iterator[Finding]:
    """Q13: no message is being sent for longer than its worker can live."""
    sql = """
    SELECT key, 'is being sent since ' || claimed_at FROM notifications_message
     WHERE status = 'sending' AND claimed_at < %(limit)s"""
    # The outbox lives by the database's clock, whatever instant the tickets are judged from.
    yield from found("Q13", sql, limit=clock.now() - 2 * LEASE)


def sessions(scope: Scope) -> Iterator[Finding]:
    """Q14: nobody sits in an open transaction, nobody waits long for a lock."""
    sql = """
    SELECT application_name || ' ' || pid, state || coalesce(', ' || wait_event_type, '')
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND ((state LIKE 'idle in transaction%%' AND state_change < now() - interval '60 s')
         OR (wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '10 s'))"""
    yield from found("Q14", sql, none=None)


def _is_refused(sql: str) -> bool:
    """Test if the database refuses a statement; whatever it did is taken back."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
        except DatabaseError:
            return True
        finally:
            transaction.savepoint_rollback(point)
    return False
