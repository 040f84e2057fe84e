"""What every test may ask for: the small desk of tests.factories, and tickets in it."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from django.db.models import Max
from django.utils import timezone, translation

from audit.models import Event
from common import clock
from setup import invariants
from tests import factories, worlds
from tests.factories import World
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Ticket


@pytest.fixture(autouse=True)
def _speaks_english() -> None:
    """Each test begins in English and in our own zone: a request before it left its reader's."""
    translation.activate("en")
    timezone.deactivate()


@pytest.fixture
def world(db: None) -> World:
    """A small desk with two teams and five people."""
    return worlds.small_desk()


@pytest.fixture
def new_ticket(world: World) -> Callable[..., Ticket]:
    """A function that opens a ticket of Sylvie's, by the portal unless told otherwise."""

    def make(
        *,
        at: datetime | None = MONDAY_9,
        by: object = None,
        channel: str = "portal",
        **more: object,
    ) -> Ticket:
        values = {
            "title": "VPN drops", "description": "Every ten minutes.",
            "requester": world.sylvie, "channel": channel, "category": world.vpn, **more,
        }  # fmt: skip
        return actions.open_ticket(
            actions.NewTicket(**values),
            origin=factories.origin_of(by or world.sylvie, at=at, channel=channel),
        )

    return make


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "breaks_rows(reason): writes on purpose what no action would write"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several work side by side, the long files come first: none is left for the end."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def _no_invariant_is_broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whatever a test did by the actions: its rows agree with each other afterwards."""
    if "world" not in request.fixturenames or request.node.get_closest_marker("breaks_rows"):
        yield
        return
    request.getfixturevalue("db")  # so that it is looked at before it is taken back
    yield
    # Tests tell of other days than today: judged from the last thing that happened.
    told = Event.objects.aggregate(last=Max("at"))["last"]
    now = max(moment for moment in (told, clock.now()) if moment is not None)
    found = invariants.findings(now=now, settled=False, sample=5)
    assert [str(finding) for finding in found] == []
