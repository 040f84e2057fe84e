"""Version counters in Redis that tell open pages "something changed", and nothing more.

A page holds a signed feed token that lists its topics; it was signed for it by an authorised
view, so the answer needs no session. Counters that Redis lost read as 0, which
looks like a change and makes the page look once: harmless.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import redis
from django.conf import settings
from django.core import signing

_PREFIX = "pulse:"
_SALT = "common.pulse"
# One command for five hundred topics; a counter nobody touched for a week is forgotten.
_BUMP = """
for _, key in ipairs(KEYS) do redis.call("INCR", key) redis.call("EXPIRE", key, 604800) end
"""
MAX_AGE = 24 * 3600  # seconds a feed token is good for; a page older than a day reloads


@cache
def _client() -> "redis.Redis":
    return redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=0.3, socket_timeout=0.5, decode_responses=True
    )


def bump(topics: Iterable[str]) -> None:
    """Count one change for each topic; raises redis.RedisError when Redis is away."""
    keys = [_PREFIX + topic for topic in set(topics)]
    if keys:
        _client().eval(_BUMP, len(keys), *keys)


def versions(topics: Sequence[str]) -> list[str]:
    """Return the present version of each topic, in order; raises redis.RedisError."""
    if not topics:
        return []
    found: Any = _client().mget([_PREFIX + topic for topic in topics])
    return [value or "0" for value in found]


def feed_token(topics: Iterable[str]) -> str:
    """Return the signed token with which a page may ask for these topics."""
    return signing.dumps(sorted(set(topics)), salt=_SALT, compress=True)


def read_token(token: str) -> list[str]:
    """Return the topics a feed token lists; raises signing.BadSignature."""
    topics: list[str] = signing.loads(token, salt=_SALT, max_age=MAX_AGE)
    return topics


def joined(found: Sequence[str]) -> str:
    """Return versions as the one string the page sends back."""
    return ".".join(found)


def context(*topics: str) -> dict[str, str]:
    """Return what base.html needs for a live page; without Redis the page starts from nothing."""
    wanted = sorted(set(topics))
    try:
        now = joined(versions(wanted))
    except redis.RedisError:
        now = ""
    return {"pulse_token": feed_token(wanted), "pulse_versions": now}
