"""Figures that take a while to make: made by whoever looks first, shared by all who look next."""

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")

KEPT = 300  # seconds for which one result serves everybody


def shared(key: str, make: Callable[[], T], *, fits: Callable[[T], bool] | None = None) -> T:
    """Return what is kept under a key, if it fits; else make it now."""
    found: T | None = cache.get(key)
    if found is None or (fits is not None and not fits(found)):
        return renewed(key, make)
    return found


def renewed(key: str, make: Callable[[], T]) -> T:
    """Make a result anew and keep it; without Redis it is only returned."""
    found = make()
    cache.set(key, found, KEPT)
    return found
