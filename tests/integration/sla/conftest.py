"""Who reads and writes the policy in its tests, and the places they are about."""

from datetime import date

import pytest
from django.core.cache import cache

from accounts import actions as accounts
from accounts.models import Site
from sla import actions
from sla.models import Calendar, SiteCalendar
from tests.factories import World, system

GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def places(world: World) -> dict[str, Site]:
    """Geneva and Ticino, open 07:30 to 18:00; Good Friday is a working day in Ticino."""
    found = {}
    week = {day: [("07:30", "18:00")] for day in range(1, 6)}
    for slug, name, closed in (
        ("geneve", "Genève", {GOOD_FRIDAY: "Good Friday", EASTER_MONDAY: "Easter Monday"}),
        ("ticino", "Ticino", {EASTER_MONDAY: "Easter Monday"}),
    ):
        site = Site(name=name, slug=slug, organisation=world.beat.organisation, city=name)
        accounts.save(site, origin=system())
        calendar = Calendar(slug=slug, names=dict.fromkeys(("en", "fr", "de", "it"), name))
        holidays = {
            on: dict.fromkeys(("en", "fr", "de", "it"), said) for on, said in closed.items()
        }
        actions.save_calendar(
            calendar, week=week, holidays=holidays, other_hours={}, origin=system()
        )
        actions.save(SiteCalendar(site=site, calendar=calendar), origin=system())
        found[slug] = site
    return found


@pytest.fixture
def signed_in(client, world):
    """A function that signs somebody in who reads English."""

    def sign_in(name: str):
        person = getattr(world, name)
        person.language = "en"
        accounts.save_person(person, origin=system())
        client.force_login(person)
        return client

    return sign_in


@pytest.fixture
def beat(client, world: World):
    """The browser of the administrator."""
    client.force_login(world.beat)
    return client
