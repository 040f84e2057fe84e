"""Clocks and holds: what is stored is what their tickets and histories say."""

from collections.abc import Iterator

from setup import replay
from setup.invariants.finding import Finding, Scope, found


def deadlines(scope: Scope) -> Iterator[Finding]:
    """Q6: each stored clock of an open ticket equals its replay, a sample also a walk by hand."""
    for number, text in replay.differences(now=scope.now, sample=scope.sample):
        yield Finding("Q6", number, text)


def order(scope: Scope) -> Iterator[Finding]:
    """N1: next_due_at is the earliest due instant of the clocks that run."""
    sql = """
    SELECT t.number, 'is listed for ' || coalesce(t.next_due_at::text, 'never')
           || ', its clocks say ' || coalesce(c.due::text, 'never')
      FROM tickets_ticket t
      LEFT JOIN (SELECT ticket_id, min(due_at) AS due FROM tickets_clock
                  WHERE state IN ('running', 'breached') GROUP BY 1) c ON c.ticket_id = t.id
     WHERE t.next_due_at IS DISTINCT FROM c.due"""
    yield from found("N1", sql)


def holds(scope: Scope) -> Iterator[Finding]:
    """N2: a hold is open exactly while the ticket is on hold, and ends at its instant."""
    sql = """
    SELECT t.number, 'is ' || t.status || ', open holds: ' || count(h.id)
      FROM tickets_ticket t
      LEFT JOIN tickets_hold h ON h.ticket_id = t.id AND h.ended_at IS NULL
     GROUP BY t.id HAVING (t.status = 'on_hold') <> (count(h.id) = 1)"""
    yield from found("N2", sql)
    sql = """
    SELECT t.number, 'was to go on at ' || h.wake_at || ', ended '
           || coalesce(h.ended_at::text, 'never')
      FROM tickets_hold h JOIN tickets_ticket t ON t.id = h.ticket_id
     WHERE (h.woken_by IN ('date', 'limit') AND h.ended_at <> h.wake_at)
        OR (%(settled)s AND h.ended_at IS NULL
            AND h.wake_at < %(now)s - interval '60 s')"""
    yield from found("N2", sql, settled=scope.settled, now=scope.now)


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
    yield from found("N3", sql)


def told(scope: Scope) -> Iterator[Finding]:
    """N5: a replay of the history finds every run of every clock, as it is stored."""
    for number, text in replay.untold(now=scope.now, sample=scope.sample):
        yield Finding("N5", number, text)
