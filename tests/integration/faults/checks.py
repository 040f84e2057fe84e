"""What must be true of the rows after any fault: whoever breaks one promise is named.

SQL of its own, apart from the product's queries: it must not share their mistakes.
"""

from django.db import connection

_QUERIES = {
    "a step carried out without exactly one event that tells of it": """
        SELECT c.ticket_id FROM escalation_firing f
          JOIN tickets_clock c ON c.id = f.clock_id
         WHERE 1 <> (SELECT count(*) FROM audit_event e
                      WHERE e.subject_type = 'ticket' AND e.subject_id = c.ticket_id
                        AND e.changes #> '{steps,1}' ? (c.metric || ':' || f.milestone))
    """,
    "escalated more than once by the clock": """
        SELECT subject_id FROM audit_event
         WHERE subject_type = 'ticket' AND verb = 'ticket.escalated'
           AND changes #>> '{trigger,1}' = 'breach'
         GROUP BY subject_id HAVING count(*) > 1
    """,
    "a step carried out twice": """
        SELECT clock_id FROM escalation_firing
         GROUP BY clock_id, run, milestone HAVING count(*) > 1
    """,
    "escalated by the clock without one hand-over": """
        SELECT e.subject_id FROM audit_event e
         WHERE e.verb = 'ticket.escalated' AND e.changes #>> '{trigger,1}' = 'breach'
           AND 1 <> (SELECT count(*) FROM escalation_handover h
                      WHERE h.ticket_id = e.subject_id AND h.trigger = 'breach')
    """,
    "escalated before it was due": """
        SELECT c.ticket_id FROM escalation_firing f
          JOIN tickets_clock c ON c.id = f.clock_id WHERE f.fired_at < f.due_at
    """,
    "level is not the last level of the history": """
        SELECT t.id FROM tickets_ticket t
          JOIN LATERAL (SELECT (e.changes #>> '{level,1}')::int AS level FROM audit_event e
                         WHERE e.subject_type = 'ticket' AND e.subject_id = t.id
                           AND e.changes ? 'level'
                         ORDER BY e.seq DESC LIMIT 1) last ON true
         WHERE last.level <> t.level
    """,
    "status is not the last status of the history": """
        SELECT t.id FROM tickets_ticket t
          JOIN LATERAL (SELECT e.changes #>> '{status,1}' AS status FROM audit_event e
                         WHERE e.subject_type = 'ticket' AND e.subject_id = t.id
                           AND e.changes ? 'status'
                         ORDER BY e.seq DESC LIMIT 1) last ON true
         WHERE last.status <> t.status
    """,
    "level is not that of the team": """
        SELECT t.id FROM tickets_ticket t JOIN accounts_team m ON m.id = t.team_id
         WHERE m.level <> t.level
    """,
    "history with a gap, or version is not its length": """
        SELECT t.id FROM tickets_ticket t
          LEFT JOIN audit_event e ON e.subject_type = 'ticket' AND e.subject_id = t.id
         GROUP BY t.id, t.version
        HAVING count(e.id) <> t.version OR max(e.seq) IS DISTINCT FROM t.version OR min(e.seq) <> 1
    """,
    "on hold without an open hold, or the reverse": """
        SELECT t.id FROM tickets_ticket t
         WHERE (t.status = 'on_hold') IS DISTINCT FROM
               EXISTS (SELECT 1 FROM tickets_hold h
                        WHERE h.ticket_id = t.id AND h.ended_at IS NULL)
    """,
    "next due is not the earliest due of the running clocks": """
        SELECT t.id FROM tickets_ticket t
          LEFT JOIN tickets_clock c ON c.ticket_id = t.id AND c.state IN ('running', 'breached')
         GROUP BY t.id, t.next_due_at
        HAVING min(c.due_at) IS DISTINCT FROM t.next_due_at
    """,
    "the same message promised twice": """
        SELECT subject_id FROM notifications_message
         WHERE key LIKE 'clock:%'
         GROUP BY subject_id, template, recipient_id, data->>'due_at', data->>'metric',
                  split_part(key, ':', 4)
        HAVING count(*) > 1
    """,
    "a message nobody settles": """
        SELECT subject_id FROM notifications_message
         WHERE status = 'sending' AND claimed_at < clock_timestamp() - interval '5 minutes'
    """,
}

# Whoever got the ticket by the clock hears of it, and so does each lead of both teams.
_PROMISED = """
    SELECT h.ticket_id FROM escalation_handover h
      JOIN LATERAL (
        SELECT m.person_id, 'ticket_late_lead' AS template FROM accounts_membership m
          JOIN accounts_person p ON p.id = m.person_id AND p.is_active AND p.email <> ''
         WHERE m.team_id IN (h.from_team_id, h.to_team_id) AND m.role = 'lead'
        UNION
        SELECT (h.chosen->>'person')::bigint, 'ticket_escalated' WHERE h.chosen ? 'person'
      ) who ON true
     WHERE h.trigger = 'breach'
       AND 1 <> (SELECT count(*) FROM notifications_message n
                  WHERE n.subject_id = h.ticket_id AND n.template = who.template
                    AND n.recipient_id = who.person_id AND n.key LIKE '%:breach_hand_over:%')
"""

_OVERDUE = """
    SELECT t.id FROM tickets_ticket t
      JOIN tickets_clock c ON c.ticket_id = t.id AND c.metric = 'resolution'
     WHERE c.state IN ('running', 'breached') AND c.due_at <= clock_timestamp()
       AND NOT EXISTS (SELECT 1 FROM escalation_firing f
                        WHERE f.clock_id = c.id AND f.milestone = 'breach_hand_over')
"""


def findings(*, settled: bool = True) -> dict[str, list[int]]:
    """Return each broken promise with the subjects that break it; nothing: all is well.

    settled: the sweep has caught up, so an overdue ticket that was not escalated is one too.
    """
    queries = dict(_QUERIES) | {"escalated without one message to each": _PROMISED}
    if settled:
        queries["overdue and not escalated"] = _OVERDUE
    found = {name: _ids(sql) for name, sql in queries.items()}
    return {name: ids for name, ids in found.items() if ids}


def escalated() -> int:
    """Return how many tickets the clock has brought to another team."""
    return len(_ids("SELECT DISTINCT ticket_id FROM escalation_handover WHERE trigger = 'breach'"))


def overdue() -> int:
    """Return how many tickets are overdue and not escalated yet."""
    return len(_ids(_OVERDUE))


def _ids(sql: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]
