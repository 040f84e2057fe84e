"""What must hold after any run, fault or input: one function a check, SQL where it can be.

They only read. Each is quick on an empty database and takes seconds on 100,000 tickets.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DatabaseError, connection, transaction

from common import clock
from notifications.actions import LEASE
from notifications.choices import MessageStatus
from setup import replay

MOST = 100  # findings a check reports; the first ones say enough


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not hold: the check, what it is about, and what is wrong."""

    check: str
    subject: str
    text: str

    def __str__(self) -> str:
        return f"{self.check} {self.subject}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What the checks are told.

    now: the instant they judge from. settled: whether the sweep had its chance, so that
    nothing due a minute ago may be left. sample: how many deadlines are walked by hand.
    """

    now: datetime
    settled: bool = True
    sample: int = 25


def findings(
    *, now: datetime | None = None, settled: bool = True, sample: int = 25
) -> list[Finding]:
    """Run every check and return what does not hold; an empty list is what one wants.

    now: None asks the database's clock. settled: False where tickets were dated in the past
    and nobody swept since.
    """
    scope = Scope(now=now or clock.now(), settled=settled, sample=sample)
    return [found for check in CHECKS for found in islice(check.run(scope), MOST)]


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code of reliability.md C4 and the sentence it proves."""

    code: str
    title: str
    run: Callable[[Scope], Iterator[Finding]]


def missing(scope: Scope) -> Iterator[Finding]:
    """Q1: no step that is due is left behind."""
    if scope.settled:
        sql = """
        SELECT t.number, c.metric || ' was to be looked at ' || c.next_action_at
          FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
         WHERE c.state IN ('running', 'breached')
           AND c.next_action_at < %(now)s - interval '60 seconds'"""
        yield from _found("Q1", sql, now=scope.now)
    sql = """
    SELECT t.number, c.metric || ' is late, but ' || s.milestone || ' was not carried out'
      FROM tickets_clock c
      JOIN tickets_ticket t ON t.id = c.ticket_id
      JOIN sla_target g ON g.agreement_id = c.agreement_id AND g.metric = c.metric
      JOIN sla_step s ON s.target_id = g.id
                       AND (s.percent <= 100 OR s.offset_seconds <= 0)
      LEFT JOIN escalation_firing f
        ON f.clock_id = c.id AND f.run = c.run AND f.milestone = s.milestone
     WHERE c.state = 'breached' AND c.next_action_at IS NULL AND f.id IS NULL"""
    yield from _found("Q1", sql)


def twice(scope: Scope) -> Iterator[Finding]:
    """Q2: each step carried out is told of by exactly one event, and the reverse."""
    sql = """
    WITH told AS (
      SELECT e.subject_id AS ticket, step, count(*) AS n
        FROM audit_event e, jsonb_array_elements_text(e.changes->'steps'->1) AS step
       WHERE e.subject_type = 'ticket' AND e.changes ? 'steps' GROUP BY 1, 2),
    done AS (
      SELECT c.ticket_id AS ticket, c.metric || ':' || f.milestone AS step, count(*) AS n
        FROM escalation_firing f JOIN tickets_clock c ON c.id = f.clock_id GROUP BY 1, 2)
    SELECT t.number, step || ': ' || coalesce(told.n, 0) || ' events, '
                     || coalesce(done.n, 0) || ' firings'
      FROM told FULL JOIN done USING (ticket, step) JOIN tickets_ticket t ON t.id = ticket
     WHERE told.n IS DISTINCT FROM done.n"""
    yield from _found("Q2", sql)


def half(scope: Scope) -> Iterator[Finding]:
    """Q3: a move has its level, its verb, its hand-over row and its count, all or none."""
    sql = """
    SELECT subject_label, verb || ' ' || seq || ' and a change of level do not go together'
      FROM audit_event
     WHERE subject_type = 'ticket' AND verb <> 'ticket.opened'
       AND (verb = 'ticket.escalated') <> (changes ? 'level')"""
    yield from _found("Q3", sql)
    sql = """
    WITH told AS (
      SELECT subject_id AS ticket, count(*) AS moves,
             count(*) FILTER (WHERE NOT changes ? 'handover') AS away,
             count(*) FILTER (WHERE changes ? 'handover') AS back
        FROM audit_event
       WHERE subject_type = 'ticket' AND verb IN ('ticket.escalated', 'ticket.handed_over')
       GROUP BY 1),
    kept AS (
      SELECT ticket_id AS ticket, count(*) AS away,
             count(*) FILTER (WHERE state IN ('refused', 'returned')) AS back
        FROM escalation_handover GROUP BY 1)
    SELECT t.number, coalesce(told.away, 0) || ' hand-overs told, ' || coalesce(kept.away, 0)
           || ' rows; ' || coalesce(told.back, 0) || ' returns told, ' || coalesce(kept.back, 0)
           || ' rows; ' || t.hop_count || ' counted'
      FROM tickets_ticket t
      LEFT JOIN told ON told.ticket = t.id LEFT JOIN kept ON kept.ticket = t.id
     WHERE coalesce(told.away, 0) <> coalesce(kept.away, 0)
        OR coalesce(told.back, 0) <> coalesce(kept.back, 0)
        OR coalesce(told.moves, 0) <> t.hop_count"""
    yield from _found("Q3", sql)
    sql = """
    SELECT t.number, 'is at level ' || t.level || ', its team at ' || g.level
      FROM tickets_ticket t JOIN accounts_team g ON g.id = t.team_id WHERE t.level <> g.level"""
    yield from _found("Q3", sql)


def unannounced(scope: Scope) -> Iterator[Finding]:
    """Q4: whoever got a ticket was told, and the leads and superiors that a step names."""
    sql = """
    WITH moved AS (
      SELECT e.subject_id AS ticket, e.subject_label, e.seq, e.at, e.actor_id,
             e.changes->'trigger'->>1 IN ('breach', 'warning') AS by_step,
             CASE WHEN e.changes ? 'handover' THEN t.follow_up_id
                  ELSE (e.changes->'assignee_id'->>1)::bigint END AS person,
             CASE WHEN e.changes ? 'handover' THEN 'ticket_returned'
                  WHEN e.changes->'trigger'->>1 IN ('breach', 'warning')
                  THEN 'ticket_escalated'
                  ELSE 'ticket_handed_over' END AS template,
             ARRAY[(e.changes->'team_id'->>0)::bigint, (e.changes->'team_id'->>1)::bigint] AS teams
        FROM audit_event e JOIN tickets_ticket t ON t.id = e.subject_id
       WHERE e.subject_type = 'ticket' AND e.verb IN ('ticket.escalated', 'ticket.handed_over'))
    SELECT m.subject_label, m.verb FROM (
      SELECT m.subject_label, 'event ' || m.seq || ' did not tell ' || p.family_name AS verb
        FROM moved m JOIN accounts_person p ON p.id = m.person AND p.email <> ''
       WHERE m.actor_id IS DISTINCT FROM m.person AND 1 <> (
         SELECT count(*) FROM notifications_message n
          WHERE n.subject_type = 'ticket' AND n.subject_id = m.ticket
            AND n.template = m.template AND n.created_at = m.at AND n.recipient_id = m.person)
      UNION ALL
      SELECT m.subject_label, 'event ' || m.seq || ' did not tell a lead'
        FROM moved m
       WHERE m.by_step
         AND EXISTS (SELECT 1 FROM accounts_membership b JOIN accounts_person p
                         ON p.id = b.person_id AND p.email <> '' AND p.is_active
                      WHERE b.role = 'lead' AND b.team_id = ANY(m.teams))
         AND NOT EXISTS (SELECT 1 FROM notifications_message n
                          WHERE n.subject_type = 'ticket' AND n.subject_id = m.ticket
                            AND n.template IN ('ticket_late_lead', 'ticket_at_risk_lead')
                            AND n.created_at = m.at)) m"""
    yield from _found("Q4", sql)
    sql = """
    SELECT e.subject_label, e.verb || ' ' || e.seq || ' did not tell ' || p.family_name
      FROM audit_event e
     CROSS JOIN LATERAL jsonb_array_elements_text(e.changes->'told'->1) AS told
      JOIN accounts_person p ON p.id = told::bigint AND p.email <> ''
     WHERE e.subject_type = 'ticket' AND e.changes ? 'told' AND NOT EXISTS (
       SELECT 1 FROM notifications_message n
        WHERE n.subject_type = 'ticket' AND n.subject_id = e.subject_id
          AND n.recipient_id = p.id AND n.created_at = e.at
          AND n.template = CASE e.verb WHEN 'ticket.major_proposed' THEN 'ticket_major_proposed'
                                       ELSE 'ticket_informed' END)"""
    yield from _found("Q4", sql)
    sql = """
    SELECT key, 'was to leave ' || not_before || ', before it was made'
      FROM notifications_message WHERE attempts = 0 AND not_before < created_at"""
    yield from _found("Q4", sql)


def early(scope: Scope) -> Iterator[Finding]:
    """Q5: nothing was carried out before its instant, after the end, or while on hold."""
    sql = """
    SELECT t.number, f.milestone || ' was for ' || f.due_at || ', carried out ' || f.fired_at
      FROM escalation_firing f
      JOIN tickets_clock c ON c.id = f.clock_id JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE f.fired_at < f.due_at OR f.due_at > c.stopped_at"""
    yield from _found("Q5", sql)
    sql = """
    SELECT t.number, c.metric || ' is late since ' || c.breached_at || ', due ' || c.due_at
      FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE c.breached_at < c.due_at"""
    yield from _found("Q5", sql)
    # Only reasons that stop this metric in every agreement: which one applied then is history.
    sql = """
    SELECT t.number, f.milestone || ' was for ' || f.due_at || ', while on hold: ' || h.reason
      FROM escalation_firing f
      JOIN tickets_clock c ON c.id = f.clock_id
      JOIN tickets_ticket t ON t.id = c.ticket_id
      JOIN tickets_hold h ON h.ticket_id = t.id AND f.due_at > h.started_at
       AND (h.ended_at IS NULL OR f.due_at < date_trunc('second', h.ended_at))
     WHERE h.reason = 'resolved'
        OR NOT EXISTS (SELECT 1 FROM sla_target g
                        WHERE g.metric = c.metric AND NOT h.reason = ANY(g.pause_reasons))"""
    yield from _found("Q5", sql)


def deadlines(scope: Scope) -> Iterator[Finding]:
    """Q6: each stored clock of an open ticket equals its replay, a sample also a walk by hand."""
    for number, text in replay.differences(now=scope.now, sample=scope.sample):
        yield Finding("Q6", number, text)


def outbox(scope: Scope) -> Iterator[Finding]:
    """Q8: every message is somewhere, and what is sent has the instant it was sent."""
    sql = """
    SELECT key, 'is ' || status || ', sent ' || coalesce(sent_at::text, 'never')
      FROM notifications_message
     WHERE NOT status = ANY(%(known)s) OR (status = 'sent') <> (sent_at IS NOT NULL)
        OR (status = 'sending' AND claimed_at IS NULL)"""
    yield from _found("Q8", sql, known=list(MessageStatus.values))


def trail(scope: Scope) -> Iterator[Finding]:
    """Q9: the events of each subject count from 1 without a gap, a ticket's to its version."""
    sql = """
    SELECT max(subject_label), subject_type || ': ' || count(*) || ' events numbered '
           || min(seq) || ' to ' || max(seq)
      FROM audit_event GROUP BY subject_type, subject_id
    HAVING count(*) <> max(seq) OR min(seq) <> 1"""
    yield from _found("Q9", sql)
    sql = """
    SELECT t.number, 'has version ' || t.version || ' and ' || coalesce(e.n, 0) || ' events'
      FROM tickets_ticket t
      LEFT JOIN (SELECT subject_id, count(*) AS n FROM audit_event
                  WHERE subject_type = 'ticket' GROUP BY 1) e ON e.subject_id = t.id
     WHERE t.version IS DISTINCT FROM e.n"""
    yield from _found("Q9", sql)


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
    yield from _found("Q10", sql, fields=list(_REPLAYED))


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
    yield from _found("Q13", sql, limit=clock.now() - 2 * LEASE)


def sessions(scope: Scope) -> Iterator[Finding]:
    """Q14: nobody sits in an open transaction, nobody waits long for a lock."""
    sql = """
    SELECT application_name || ' ' || pid, state || coalesce(', ' || wait_event_type, '')
      FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND ((state LIKE 'idle in transaction%%' AND state_change < now() - interval '60 s')
         OR (wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '10 s'))"""
    yield from _found("Q14", sql, none=None)


def order(scope: Scope) -> Iterator[Finding]:
    """N1: next_due_at is the earliest due instant of the clocks that run."""
    sql = """
    SELECT t.number, 'is listed for ' || coalesce(t.next_due_at::text, 'never')
           || ', its clocks say ' || coalesce(c.due::text, 'never')
      FROM tickets_ticket t
      LEFT JOIN (SELECT ticket_id, min(due_at) AS due FROM tickets_clock
                  WHERE state IN ('running', 'breached') GROUP BY 1) c ON c.ticket_id = t.id
     WHERE t.next_due_at IS DISTINCT FROM c.due"""
    yield from _found("N1", sql)


def holds(scope: Scope) -> Iterator[Finding]:
    """N2: a hold is open exactly while the ticket is on hold, and ends at its instant."""
    sql = """
    SELECT t.number, 'is ' || t.status || ', open holds: ' || count(h.id)
      FROM tickets_ticket t
      LEFT JOIN tickets_hold h ON h.ticket_id = t.id AND h.ended_at IS NULL
     GROUP BY t.id HAVING (t.status = 'on_hold') <> (count(h.id) = 1)"""
    yield from _found("N2", sql)
    sql = """
    SELECT t.number, 'was to go on at ' || h.wake_at || ', ended '
           || coalesce(h.ended_at::text, 'never')
      FROM tickets_hold h JOIN tickets_ticket t ON t.id = h.ticket_id
     WHERE (h.woken_by IN ('date', 'limit') AND h.ended_at <> h.wake_at)
        OR (%(settled)s AND h.ended_at IS NULL
            AND h.wake_at < %(now)s - interval '60 s')"""
    yield from _found("N2", sql, settled=scope.settled, now=scope.now)


def ends(scope: Scope) -> Iterator[Finding]:
    """N3: clocks end with what they time, at the very instant."""
    sql = """
    SELECT t.number, c.metric || ' is ' || c.state || ', stopped '
           || coalesce(c.stopped_at::text, 'never') || '; the ticket is ' || t.status
      FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE (c.state IN ('running', 'paused', 'breached')
            AND t.status IN ('resolved', 'closed', 'cancelled'))
        OR (c.state IN ('met', 'missed') AND c.stopped_at IS DISTINCT FROM CASE
              WHEN c.metric = 'first_response' THEN date_trunc('second', t.responded_at)
              WHEN c.metric = 'resolution' AND NOT EXISTS (
                SELECT 1 FROM tickets_clock l WHERE l.ticket_id = c.ticket_id
                   AND l.metric = c.metric AND l.run > c.run)
              THEN date_trunc('second', t.resolved_at)
              WHEN c.metric = 'team_resolution' AND c.started_at = t.team_since
              THEN date_trunc('second', t.resolved_at)
              WHEN c.metric = 'acceptance' AND c.started_at = t.team_since
              THEN date_trunc('second', coalesce(t.accepted_at, t.resolved_at))
              ELSE c.stopped_at END)
        OR c.stopped_at < date_trunc('second', c.started_at)"""
    yield from _found("N3", sql)


def told(scope: Scope) -> Iterator[Finding]:
    """N5: a replay of the history finds every run of every clock, as it is stored."""
    for number, text in replay.untold(now=scope.now, sample=scope.sample):
        yield Finding("N5", number, text)


def steps(scope: Scope) -> Iterator[Finding]:
    """N4: a clock remembers exactly the steps that were carried out."""
    sql = """
    SELECT t.number, c.metric || ' remembers ' || c.fired::text || ', carried out: '
           || coalesce(f.done::text, '[]')
      FROM tickets_clock c
      JOIN tickets_ticket t ON t.id = c.ticket_id
      LEFT JOIN (SELECT clock_id, run, jsonb_agg(milestone ORDER BY milestone) AS done
                   FROM escalation_firing GROUP BY 1, 2) f ON f.clock_id = c.id AND f.run = c.run
     WHERE (c.fired <> '[]' OR f.done IS NOT NULL)
       AND coalesce(f.done, '[]') <> (SELECT coalesce(jsonb_agg(m ORDER BY m), '[]')
                                        FROM jsonb_array_elements_text(c.fired) m)"""
    yield from _found("N4", sql)


CHECKS: Sequence[Check] = tuple(
    Check(code, (run.__doc__ or "").partition(": ")[2], run)
    for code, run in (
        ("Q1", missing), ("Q2", twice), ("Q3", half), ("Q4", unannounced), ("Q5", early),
        ("Q6", deadlines), ("Q8", outbox), ("Q9", trail), ("Q10", history), ("Q11", append_only),
        ("Q13", queues), ("Q14", sessions), ("N1", order), ("N2", holds), ("N3", ends),
        ("N4", steps), ("N5", told),
    )
)  # fmt: skip

# The checks of reliability.md C4 whose tables do not exist yet.
NOT_APPLICABLE = {
    "Q7": "Accepted mail and requests against tickets and quarantine: there is no intake yet.",
    "Q12": "Files against their rows: there are no attachments yet.",
}


def _found(code: str, sql: str, **values: Any) -> Iterator[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        rows = cursor.fetchmany(MOST)
    for subject, text in rows:
        yield Finding(code, str(subject), str(text))


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
