"""Steps: each that is due is carried out once, told of once, and neither early nor by halves."""

from collections.abc import Iterator

from setup.invariants.finding import Finding, Scope, found


def missing(scope: Scope) -> Iterator[Finding]:
    """Q1: no step that is due is left behind."""
    if scope.settled:
        sql = """
        SELECT t.number, c.metric || ' was to be looked at ' || c.next_action_at
          FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
         WHERE c.state IN ('running', 'breached')
           AND c.next_action_at < %(now)s - interval '60 seconds'"""
        yield from found("Q1", sql, now=scope.now)
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
    yield from found("Q1", sql)


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
    yield from found("Q2", sql)


def half(scope: Scope) -> Iterator[Finding]:
    """Q3: a move has its level, its verb, its hand-over row and its count, all or none."""
    sql = """
    SELECT subject_label, verb || ' ' || seq || ' and a change of level do not go together'
      FROM audit_event
     WHERE subject_type = 'ticket' AND verb <> 'ticket.opened'
       AND (verb = 'ticket.escalated') <> (changes ? 'level')"""
    yield from found("Q3", sql)
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
    yield from found("Q3", sql)
    sql = """
    SELECT t.number, 'is at level ' || t.level || ', its team at ' || g.level
      FROM tickets_ticket t JOIN accounts_team g ON g.id = t.team_id WHERE t.level <> g.level"""
    yield from found("Q3", sql)


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
    yield from found("Q4", sql)
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
    yield from found("Q4", sql)
    sql = """
    SELECT key, 'was to leave ' || not_before || ', before it was made'
      FROM notifications_message WHERE attempts = 0 AND not_before < created_at"""
    yield from found("Q4", sql)


def early(scope: Scope) -> Iterator[Finding]:
    """Q5: nothing was carried out before its instant, after the end, or while on hold."""
    sql = """
    SELECT t.number, f.milestone || ' was for ' || f.due_at || ', carried out ' || f.fired_at
      FROM escalation_firing f
      JOIN tickets_clock c ON c.id = f.clock_id JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE f.fired_at < f.due_at OR f.due_at > c.stopped_at"""
    yield from found("Q5", sql)
    sql = """
    SELECT t.number, c.metric || ' is late since ' || c.breached_at || ', due ' || c.due_at
      FROM tickets_clock c JOIN tickets_ticket t ON t.id = c.ticket_id
     WHERE c.breached_at < c.due_at"""
    yield from found("Q5", sql)
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
    yield from found("Q5", sql)


def remembered(scope: Scope) -> Iterator[Finding]:
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
    yield from found("N4", sql)
