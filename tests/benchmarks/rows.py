"""The rows of tests.benchmarks.data: one statement for each table."""

# A ticket a row of `generate_series`; i decides everything, so a run can be repeated.
TICKETS = """
WITH world AS (
  SELECT c.id AS category, t.id AS team,
         (SELECT array_agg(person_id ORDER BY person_id) FROM accounts_membership
           WHERE team_id = t.id) AS agents,
         (SELECT array_agg(id ORDER BY id) FROM accounts_person
           WHERE username LIKE 'caller%%') AS callers,
         (SELECT site_id FROM accounts_person WHERE username = 'sylvie') AS site,
         (SELECT organisation_id FROM accounts_person WHERE username = 'sylvie') AS own
    FROM catalog_category c JOIN accounts_team t ON t.id = c.team_id
   WHERE c.slug = 'bench-month'),
rows AS (
  SELECT i, i %% 100 < %(open)s AS is_open,
         date_trunc('second', now()) - make_interval(secs => 3600 + (i::bigint * 7919) %% 1700000)
           - CASE WHEN i %% 100 < %(open)s THEN interval '0' ELSE interval '40 days' END AS at
    FROM generate_series(%(first)s, %(last)s) i)
INSERT INTO tickets_ticket
  (number, kind, title, description, status, impact, urgency, priority, category_id, team_id,
   level, assignee_id, follow_up_id, requester_id, opened_by_id, organisation_id, site_id,
   is_vip, language, channel, opened_at, updated_at, responded_at, resolved_at, ended_at,
   resolution, reopen_count, hop_count, next_due_at, version, team_since)
SELECT '25-' || lpad(i::text, greatest(5, length(i::text)), '0'), 'incident',
       (ARRAY['VPN drops every ten minutes', 'Printer on the third floor is silent',
              'Cannot open the laboratory results', 'Telephone has no tone',
              'Password expired during the night shift'])[1 + i %% 5] || ' (' || i || ')',
       repeat('What happened, since when, and what was tried already. ', 3),
       CASE WHEN is_open THEN 'in_progress' ELSE 'closed' END, 'person', 'hindered',
       (ARRAY[4, 3, 5, 4])[1 + i %% 4], category, team, 1, agents[1 + i %% cardinality(agents)],
       NULL, callers[1 + i %% cardinality(callers)], NULL, own, site, false, 'fr', 'portal', at,
       at + interval '20 minutes', at + interval '10 minutes',
       CASE WHEN is_open THEN NULL ELSE at + interval '20 minutes' END,
       CASE WHEN is_open THEN NULL ELSE at + interval '20 minutes' END,
       CASE WHEN is_open THEN '' ELSE 'Set up anew, and it works.' END, 0, 0,
       CASE WHEN is_open THEN at + make_interval(secs => %(month)s) END, 3, at
  FROM rows CROSS JOIN world
"""
CLOCKS = """
INSERT INTO tickets_clock
  (ticket_id, metric, run, state, agreement_id, calendar_id, target_seconds, started_at,
   terms_since, due_at, at_risk_at, breached_at, stopped_at, next_action_at, fired)
SELECT t.id, m.metric, 1,
       CASE WHEN m.metric = 'resolution' AND t.ended_at IS NULL THEN 'running' ELSE 'met' END,
       a.id, (SELECT id FROM sla_calendar WHERE slug = '24x7'), m.seconds, t.opened_at,
       t.opened_at, t.opened_at + make_interval(secs => m.seconds),
       t.opened_at + make_interval(secs => m.seconds * 0.75), NULL,
       CASE WHEN m.metric = 'resolution' THEN t.resolved_at ELSE t.responded_at END,
       CASE WHEN m.metric = 'resolution' AND t.ended_at IS NULL
            THEN t.opened_at + make_interval(secs => m.seconds * 0.75) END, '[]'
  FROM tickets_ticket t
 CROSS JOIN (VALUES ('first_response', %(reply)s), ('resolution', %(month)s)) m(metric, seconds)
 CROSS JOIN (SELECT id FROM sla_agreement WHERE slug = 'bench-month' AND version = 1) a
 WHERE t.id > %(after)s
"""
ENTRIES = """
INSERT INTO tickets_entry (ticket_id, kind, author_id, channel, body, at)
SELECT t.id, CASE WHEN n = 3 THEN 'note' ELSE 'reply' END,
       CASE WHEN n %% 2 = 0 THEN t.requester_id ELSE t.assignee_id END, 'portal',
       repeat('Some words that people write to each other about a ticket. ', n + 1),
       t.opened_at + make_interval(mins => n)
  FROM tickets_ticket t CROSS JOIN generate_series(0, 4) n WHERE t.id > %(after)s ORDER BY t.id, n
"""
EVENTS = """
INSERT INTO audit_event
  (subject_type, subject_id, subject_label, seq, verb, actor_id, channel, at, trace, changes)
SELECT 'ticket', t.id, t.number, n + 1,
       (ARRAY['ticket.opened', 'ticket.taken', 'ticket.replied'])[n + 1],
       t.assignee_id, 'portal', t.opened_at + make_interval(mins => n), 'bench', '{}'
  FROM tickets_ticket t CROSS JOIN generate_series(0, 2) n WHERE t.id > %(after)s ORDER BY t.id, n
"""
MAKE_DUE = """
WITH chosen AS (
  SELECT t.id, c.id AS clock FROM tickets_ticket t JOIN tickets_clock c ON c.ticket_id = t.id
   WHERE c.metric = 'resolution' AND c.state = 'running' AND t.level = 1 AND c.fired = '[]'
     AND t.number LIKE '25-%%' AND c.target_seconds = %(month)s ORDER BY t.id LIMIT %(count)s),
moved AS (
  UPDATE tickets_ticket t SET opened_at = %(at)s - make_interval(secs => %(month)s),
         responded_at = %(at)s - make_interval(secs => %(month)s - 600), next_due_at = %(at)s
    FROM chosen WHERE t.id = chosen.id RETURNING t.id, t.opened_at, t.responded_at),
clocks AS (
  UPDATE tickets_clock c
     SET started_at = m.opened_at, terms_since = m.opened_at,
         due_at = m.opened_at + make_interval(secs => c.target_seconds),
         at_risk_at = m.opened_at + make_interval(secs => c.target_seconds * 0.75),
         stopped_at = CASE WHEN c.metric = 'first_response' THEN m.responded_at END,
         next_action_at = CASE WHEN c.metric = 'resolution' THEN %(at)s END,
         fired = CASE WHEN c.metric = 'resolution' THEN '["warn_75"]'::jsonb ELSE c.fired END
    FROM moved m WHERE c.ticket_id = m.id RETURNING c.id),
warned AS (
  INSERT INTO escalation_firing (clock_id, run, milestone, due_at, fired_at)
  SELECT clock, 1, 'warn_75', %(at)s - interval '7 days', %(at)s - interval '7 days' FROM chosen
  RETURNING 1)
SELECT count(*) FROM warned
"""
