"""Counting attempts, so that a password cannot be found by trying.

Redis counts for all processes. While it is away each process counts by itself: people can
still sign in, and whoever tries passwords is still stopped, after at most as many attempts
as there are processes times the limit. Nothing here ever lets an attempt go uncounted.
"""

import hashlib
import time
from dataclasses import dataclass
from threading import Lock

import redis
from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest

_own: dict[str, tuple[float, int]] = {}
_lock = Lock()
_MANY = 10_000  # keys a process remembers by itself before it forgets those that ran out


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` attempts in `seconds`, counted from the first of them."""

    name: str
    most: int
    seconds: int

    def take(self, subject: str) -> bool:
        """Count one attempt of `subject`; False when it is one too many."""
        key = _key(self.name, subject)
        try:
            strict = caches["strict"]
            strict.add(key, 0, self.seconds)
            return bool(strict.incr(key) <= self.most)
        except (redis.RedisError, ValueError):
            # ValueError: the key ran out between the two steps.
            return _count_alone(key, self.seconds) <= self.most

    def give_back(self, subject: str) -> None:
        """Take back one attempt of `subject`: it was rightful."""
        key = _key(self.name, subject)
        try:
            caches["strict"].decr(key)
        except (redis.RedisError, ValueError):
            _count_alone(key, self.seconds, by=-1)

    def forget(self, subject: str) -> None:
        """Take back all attempts of `subject`."""
        key = _key(self.name, subject)
        with _lock:
            _own.pop(key, None)
        try:
            caches["strict"].delete(key)
        except redis.RedisError:
            return


def client_address(request: HttpRequest) -> str:
    """Return the address a request came from; behind our proxy, the one the proxy saw."""
    seen = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.HTTPS else ""
    return seen.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def _key(name: str, subject: str) -> str:
    return f"throttle:{name}:{hashlib.sha256(subject.encode()).hexdigest()[:32]}"


def _count_alone(key: str, seconds: int, by: int = 1) -> int:
    now = time.monotonic()
    with _lock:
        if len(_own) > _MANY:
            for old in [k for k, (ends, _n) in _own.items() if ends <= now]:
                del _own[old]
        ends, count = _own.get(key, (0.0, 0))
        if ends <= now:
            ends, count = now + seconds, 0
        _own[key] = (ends, max(0, count + by))
        return _own[key][1]
