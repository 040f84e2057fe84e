"""What every test may ask for: the small desk of tests.factories, and tickets in it."""

from collections.abc import Callable
from datetime import datetime

import pytest

from tests import factories
from tests.factories import World
from tests.moments import MONDAY_9
from tickets import actions
from tickets.models import Ticket


@pytest.fixture
def world(db: None) -> World:
    """A small desk with two teams and five people."""
    return factories.world()


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
