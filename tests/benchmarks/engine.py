"""The engine alone: no database, one core."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sla.engine import BusinessCalendar, Terms, Timeline, evaluate
from sla.queries import policy
from tickets.actions import clocks
from tickets.models import Ticket

OFFICE = {
    "tz": "Europe/Zurich",
    "week": {
        day: [["08:00", "12:00"], ["13:00", "17:30"]]
        for day in ("mon", "tue", "wed", "thu", "fri")
    },
    "holidays": [
        f"{year}-{day}"
        for year in range(2024, 2030)
        for day in ("01-01", "08-01", "12-25", "12-26")
    ],
}
START = datetime(2024, 1, 8, 7, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE_YEARS = 5 * 365 * 24 * 3600


def rates(seconds: float = 1.0) -> dict[str, float]:
    """Return how many of each a second one core does, on a calendar of five years."""
    office = BusinessCalendar.from_dict(OFFICE)
    chance = random.Random(1)
    moments = [START + timedelta(seconds=chance.randrange(FIVE_YEARS)) for _ in range(2000)]
    ends = [moment + timedelta(seconds=chance.randrange(14 * 24 * 3600)) for moment in moments]
    terms = Terms(
        calendar=office, seconds=8 * 3600, step_percents=(("warn_75", 75), ("breach", 100))
    )
    lines = [
        Timeline(
            started_at=moment, pauses=((moment + timedelta(hours=1), moment + timedelta(hours=3)),)
        )
        for moment in moments
    ]
    return {
        "add": _rate(lambda n: office.add(moments[n], 8 * 3600), seconds),
        "measure": _rate(lambda n: office.measure(moments[n], ends[n]), seconds),
        "evaluate": _rate(lambda n: evaluate(terms, lines[n], ends[n]), seconds),
    }


def growth(*counts: int) -> dict[int, dict[str, float]]:
    """Return how many different instants and histories a second one core does, by their number."""
    office = BusinessCalendar.from_dict(OFFICE)
    terms = Terms(
        calendar=office, seconds=8 * 3600, step_percents=(("warn_75", 75), ("breach", 100))
    )
    found = {}
    for count in counts:
        chance = random.Random(count)
        moments = [START + timedelta(seconds=chance.randrange(FIVE_YEARS)) for _ in range(count)]
        start = time.perf_counter()
        for moment in moments:
            office.add(moment, 8 * 3600)
        added = time.perf_counter()
        for moment in moments:
            line = Timeline(started_at=moment, pauses=((moment, moment + HOUR),))
            evaluate(terms, line, moment + DAY)
        ended = time.perf_counter()
        found[count] = {"add": count / (added - start), "evaluate": count / (ended - added)}
    return found


def recalculation(count: int) -> float:
    """Return how many clocks a second are matched and replayed, as after a change of policy."""
    tickets = list(
        Ticket.objects.open()
        .select_related("category")
        .prefetch_related("clocks", "holds")
        .order_by("pk")[:count]
    )
    rules = policy()
    at = datetime.now(UTC)
    known = [(ticket, list(ticket.clocks.all()), list(ticket.holds.all())) for ticket in tickets]
    start = time.perf_counter()
    for ticket, rows, holds in known:
        clocks.refresh(ticket, rows, holds, at=at, rules=rules)
    return sum(len(rows) for _t, rows, _h in known) / (time.perf_counter() - start)


def _rate(work: Callable[[int], object], seconds: float) -> float:
    for number in range(2000):
        work(number)  # the calendar computes its years on first use
    done, start = 0, time.perf_counter()
    while (spent := time.perf_counter() - start) < seconds:
        for number in range(2000):
            work(number)
        done += 2000
    return done / spent
