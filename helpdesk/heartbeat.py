"""When a periodic task last ended well, by the clock of Redis: one clock for all machines."""

from functools import cache

import redis
from django.conf import settings

_PREFIX = "heartbeat:"
_KEEP = 60 * 60 * 24 * 7  # seconds


def beat(task: str) -> None:
    """Note that `task` ended well just now."""
    client = _client()
    client.set(_PREFIX + task, _now(client), ex=_KEEP)


def age(task: str) -> float | None:
    """Return the seconds since `task` last ended well; None when it never did."""
    client = _client()
    noted = client.get(_PREFIX + task)
    return None if noted is None else max(0.0, _now(client) - float(noted))


def _now(client: redis.Redis) -> float:
    seconds, micros = client.time()
    return float(seconds) + float(micros) / 1_000_000


@cache
def _client() -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1, decode_responses=True
    )
