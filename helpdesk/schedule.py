"""Every periodic task, in one table.

A task here is only a hint to look: the work itself is rows with a due instant, so a lost,
doubled or late tick changes nothing but the delay. `expires` bounds what piles up while no
worker is there. It is an instant by beat's clock, read against the worker's: generous, so
that clocks some minutes apart do not make every tick look expired.
"""

from celery.schedules import crontab, schedule

# The sweep has a queue and a worker of its own: a flood of mail must not hold it up.
SWEEP = {"queue": "sweep"}

ROUTES = {"escalation.tasks.sweep": SWEEP}

# Those whose last good run /readyz reports.
WATCHED = frozenset({"escalation.tasks.sweep"})

SCHEDULE: dict[str, dict[str, object]] = {
    "escalate what is due": {
        "task": "escalation.tasks.sweep",
        "schedule": schedule(run_every=1.0),
        "options": {"expires": 600.0},
    },
    "deliver messages whose wake-up was lost": {
        "task": "notifications.tasks.sweep_outbox",
        "schedule": schedule(run_every=10.0),
        "options": {"expires": 600.0},
    },
    "go on with jobs whose worker was lost": {
        "task": "tickets.tasks.resume_replays",
        "schedule": schedule(run_every=10.0),
        "options": {"expires": 600.0},
    },
    "read clocks whose policy changed unheard": {
        "task": "tickets.tasks.read_clocks_anew",
        "schedule": crontab(hour="3", minute="37"),
        "options": {"expires": 3600.0},
    },
    "look ahead to the end of the day": {
        "task": "escalation.tasks.look_ahead",
        "schedule": schedule(run_every=240.0),
        "options": {"expires": 240.0},
    },
    "learn how long tickets take": {
        "task": "escalation.tasks.learn_from_history",
        "schedule": crontab(hour="3", minute="7"),
        "options": {"expires": 3600.0},
    },
    "forget sessions that have expired": {
        "task": "accounts.tasks.forget_sessions",
        "schedule": crontab(hour="4", minute="17"),
        "options": {"expires": 3600.0},
    },
    "forget what was sent a week ago": {
        "task": "tickets.tasks.forget_submissions",
        "schedule": crontab(hour="4", minute="27"),
        "options": {"expires": 3600.0},
    },
    "close resolved tickets": {
        "task": "tickets.tasks.close_resolved_tickets",
        "schedule": crontab(minute="7"),
        "options": {"expires": 3600.0},
    },
}
