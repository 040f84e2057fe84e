"""Whether this process lives, and whether it can serve: for probes and monitoring."""

import logging
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from helpdesk import heartbeat

logger = logging.getLogger(__name__)


@login_not_required
@never_cache
@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    """Answer without looking at anything: a failing database is no reason to restart us."""
    return HttpResponse("alive", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Tell what works; 503 when pages cannot be served.

    Without Redis or a running sweep pages still work: that is "degraded" and answers 200,
    so that a dead worker does not take the web server out of service as well. Monitoring
    asks with `?strict=1`, which answers 503 then too.
    """
    database = _database()
    fatal = {"database": database, "migrations": "unknown" if database else _migrations()}
    lesser = dict(zip(("redis", "sweep"), _redis_and_sweep(), strict=True))
    broken = any(fatal.values())
    degraded = any(lesser.values())
    body: dict[str, Any] = {
        "status": "unavailable" if broken else "degraded" if degraded else "ok",
        "checks": {name: problem or "ok" for name, problem in (fatal | lesser).items()},
    }
    failed = broken or (degraded and request.GET.get("strict") == "1")
    return JsonResponse(body, status=503 if failed else 200)


def _database() -> str | None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        logger.warning("readyz: the database does not answer: %s", type(error).__name__)
        return "does not answer"
    return None


def _migrations() -> str | None:
    try:
        _check_migrations()
    except LookupError as error:
        return str(error)
    return None


@cache
def _check_migrations() -> None:
    """Raise LookupError while some are not applied; once all are, this code needs no more."""
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        raise LookupError(f"{len(waiting)} not applied")


def _redis_and_sweep() -> tuple[str | None, str | None]:
    try:
        age = heartbeat.age("escalation.tasks.sweep")
    except redis.RedisError as error:
        logger.warning("readyz: Redis does not answer: %s", type(error).__name__)
        return "does not answer", "unknown"
    if age is None:
        return None, "has not run yet"
    if age > settings.HELPDESK_SWEEP_LATE:
        return None, f"last ran {age:.0f} s ago"
    return None, None
