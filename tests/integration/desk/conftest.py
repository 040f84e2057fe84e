"""Pages of the desk: tests that roll back leave no counters behind."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from accounts import actions as accounts
from tests import factories, worlds
from tests.factories import World


@pytest.fixture(autouse=True)
def _no_counters_of_other_tests() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def world(db: None) -> World:
    """The small desk, where Nadia and Reto read English."""
    found = worlds.small_desk()
    for person in (found.nadia, found.reto, found.chiara):
        person.language = "en"
        accounts.save_person(person, origin=factories.system())
    return found
