"""The Celery application. Every setting is in `settings.py`, every timer in `schedule.py`."""

import contextlib
import os
from typing import Any

import redis
from celery import Celery
from celery.signals import task_postrun, task_prerun, task_success, worker_ready

from helpdesk import logs, schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

app = Celery("helpdesk", amqp="helpdesk.broker:AMQP")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def _note_zone_data(**_: Any) -> None:
    """Who starts may bring other rules of time zones with it."""
    app.send_task("sla.tasks.note_zone_data")


@task_prerun.connect
def _enter_trace(task_id: str, **_: Any) -> None:
    logs.trace.set(task_id)


@task_postrun.connect
def _leave_trace(**_: Any) -> None:
    logs.trace.set("-")


@task_success.connect
def _note_sweep(sender: Any, **_: Any) -> None:
    if sender.name not in schedule.WATCHED:
        return
    from helpdesk import heartbeat

    # Redis went away meanwhile: the missing beat of the heart says so itself.
    with contextlib.suppress(redis.RedisError):
        heartbeat.beat(sender.name)
