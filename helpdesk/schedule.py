"""Every periodic task, in one table.

A task here is only a hint to look: the work itself is rows with a due instant, so a lost,
doubled or late tick changes nothing but the delay. `expires` drops ticks that piled up
while no worker was there.
"""

from celery.schedules import crontab, schedule

# The sweep has a queue and a worker of its own: a flood of mail must not hold it up.
SWEEP = {"queue": "sweep"}

ROUTES = {"escalation.tasks.sweep": SWEEP}

SCHEDULE: dict[str, dict[str, object]] = {
    "escalate what is due": {
        "task": "escalation.tasks.sweep",
        "schedule": schedule(run_every=1.0),
        "options": {"expires": 1.0},
    },
    "deliver messages whose wake-up was lost": {
        "task": "notifications.tasks.sweep_outbox",
        "schedule": schedule(run_every=10.0),
        "options": {"expires": 10.0},
    },
    "close resolved tickets": {
        "task": "tickets.tasks.close_resolved_tickets",
        "schedule": crontab(minute="7"),
        "options": {"expires": 3600.0},
    },
}
