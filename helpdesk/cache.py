"""A Redis cache whose loss costs speed, never a page."""

import logging
import time
from collections.abc import Callable
from typing import Any

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient

logger = logging.getLogger(__name__)

# Seconds without a further try after a failure: a black hole then costs one time-out per
# process and pause, not one per read.
PAUSE = 2.0


class TolerantClient(RedisCacheClient):
    """Django's client; while the server is away it reads as empty and forgets what is set."""

    _silent_until = 0.0  # of the class: what one thread found out spares the others

    def get(self, key: Any, default: Any) -> Any:
        return self._attempt(default, super().get, key, default)

    def get_many(self, keys: Any) -> Any:
        return self._attempt({}, super().get_many, keys)

    def has_key(self, key: Any) -> Any:
        return self._attempt(False, super().has_key, key)

    def add(self, key: Any, value: Any, timeout: Any) -> Any:
        return self._attempt(True, super().add, key, value, timeout)

    def set(self, key: Any, value: Any, timeout: Any) -> None:
        self._attempt(None, super().set, key, value, timeout)

    def set_many(self, data: Any, timeout: Any) -> None:
        self._attempt(None, super().set_many, data, timeout)

    def touch(self, key: Any, timeout: Any) -> Any:
        return self._attempt(False, super().touch, key, timeout)

    def incr(self, key: Any, delta: Any) -> Any:
        return self._attempt(delta, super().incr, key, delta)

    def delete(self, key: Any) -> Any:
        return self._attempt(False, super().delete, key)

    def delete_many(self, keys: Any) -> None:
        self._attempt(None, super().delete_many, keys)

    def _attempt(self, otherwise: Any, call: Callable[..., Any], *arguments: Any) -> Any:
        if time.monotonic() < TolerantClient._silent_until:
            return otherwise
        try:
            return call(*arguments)
        except redis.RedisError as error:
            TolerantClient._silent_until = time.monotonic() + PAUSE
            logger.warning("the cache is away, going on without it: %s", type(error).__name__)
            return otherwise


class TolerantRedisCache(RedisCache):
    """Django's Redis cache over `TolerantClient`.

    Not for what must fail closed: use the cache "strict" there.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = TolerantClient
