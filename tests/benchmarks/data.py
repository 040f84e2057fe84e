"""The desk that is measured, and its tickets: rows as the product would have written them.

Tickets are inserted set-based; every one is of a category whose agreement counts around the
clock, so that its stored deadline is exactly what the engine reads from it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts import actions as accounts
from accounts.models import Membership, Person
from catalog import actions as catalog
from catalog.models import Service
from tests import factories
from tests.benchmarks import rows
from tests.factories import World

MONTH = 30 * 24 * 3600  # seconds the big lot of tickets may take
RESPONSE = 4 * 3600
SHORT = 3  # seconds of the category whose deadlines are waited for
REQUESTERS = 2000
_GIVEN = ("Anna", "Luca", "Noémie", "Jürg", "Sofia", "Marc", "Elena", "Reto", "Chloé", "Urs")
_FAMILY = (
    "Müller",
    "Favre",
    "Bernasconi",
    "Keller",
    "Rochat",
    "Meier",
    "Rossi",
    "Blanc",
    "Frei",
    "Huber",
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Who and what the measurements need by name."""

    world: World
    agent: Person
    lead: Person
    short: Any
    month: Any


def desk() -> Desk:
    """Make the small desk of the tests bigger: four teams of level 2, thirty agents, callers."""
    world = factories.world()
    network = Service.objects.get(slug="network")
    second = [world.network]
    for number in range(3):
        members = [_agent(f"second{number}{n}", n) for n in range(6)]
        second.append(factories.team(f"second-{number}", 2, *members[1:], lead=members[0]))
    for number in range(12):
        accounts.save(
            Membership(team=world.desk, person=_agent(f"first{number}", number)),
            origin=factories.system(),
        )
    teams = [world.desk, *second]
    catalog.save_service(network, teams=teams, origin=factories.system())
    short = factories.category("bench-short", network, world.desk)
    month = factories.category("bench-month", network, world.desk)
    factories.agreement(
        "bench-short", 11, seconds={"resolution": SHORT}, calendar=world.always,
        conditions={"category": ["bench-short"]},
    )  # fmt: skip
    factories.agreement(
        "bench-month", 12, seconds={"first_response": RESPONSE, "resolution": MONTH},
        calendar=world.always, conditions={"category": ["bench-month"]},
    )  # fmt: skip
    Person.objects.bulk_create(
        Person(
            username=f"caller{n}", given_name=_GIVEN[n % 10],
            family_name=f"{_FAMILY[n // 10 % 10]}{n}", email=f"caller{n}@example.org",
            language=("fr", "de", "it", "en")[n % 4],
            site=world.sylvie.site, organisation=world.sylvie.organisation, password="!",
        )
        for n in range(REQUESTERS)
    )  # fmt: skip
    return Desk(world=world, agent=world.nadia, lead=world.chiara, short=short, month=month)


def fill(up_to: int, *, percent_open: int = 30) -> None:
    """Insert tickets until there are `up_to`, of which a share is open; all are in time."""
    values = {
        "first": filled() + 1,
        "last": up_to,
        "open": percent_open,
        "month": MONTH,
        "reply": RESPONSE,
    }
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SELECT coalesce(max(id), 0) FROM tickets_ticket")
        values["after"] = cursor.fetchone()[0]
        for statement in (rows.TICKETS, rows.CLOCKS, rows.ENTRIES, rows.EVENTS):
            cursor.execute(statement, values)
    vacuum()


def callers(count: int = 200) -> list[int]:
    """Return persons who call."""
    found = Person.objects.filter(username__startswith="caller").order_by("pk")
    return list(found.values_list("pk", flat=True)[:count])


def filled() -> int:
    """Return how many tickets `fill` has inserted."""
    return _scalar(
        "SELECT coalesce(max(substr(number, 4)::int), 0) FROM tickets_ticket "
        "WHERE number LIKE '25-%'"
    )


def make_due(count: int, at: datetime) -> int:
    """Move the opening of `count` tickets in time, so that exactly `at` is their deadline."""
    at = at.replace(microsecond=0)  # the engine counts whole seconds
    with connection.cursor() as cursor:
        cursor.execute(
            rows.MAKE_DUE, {"count": count, "at": at, "month": MONTH, "reply": RESPONSE}
        )
        moved: int = cursor.fetchone()[0]
    return moved


def vacuum() -> None:
    """Leave the tables as an installation has them some minutes after a load."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def running() -> int:
    """Return how many clocks run."""
    return _scalar("SELECT count(*) FROM tickets_clock WHERE state IN ('running', 'breached')")


def open_numbers(count: int = 200) -> list[str]:
    """Return tickets with a conversation, in time, of level 1: the newest."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT number FROM tickets_ticket WHERE status = 'in_progress' AND level = 1 "
            "AND number LIKE '25-%%' AND version = 3 ORDER BY id DESC LIMIT %s",
            [count],
        )
        return [row[0] for row in cursor.fetchall()]


def _agent(username: str, number: int) -> Person:
    return factories.person(username, role="agent", language=("fr", "de", "it", "en")[number % 4])


def _scalar(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
