"""Reads of past days as they were known at ten in the morning, and of what became of them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Team
from escalation.models import ForecastTrial
from escalation.queries.crew import crew, end_of_day
from escalation.queries.forecast import Due, arranged, dues, seen
from escalation.queries.handling import DAYS, solved
from escalation.rules.forecast import Waiting, forecast
from escalation.rules.handling import Solved, learn
from escalation.rules.trial import Day, Score, compare, score
from sla.engine.instants import seconds_of
from sla.queries import Policy, policy
from tickets.choices import OPEN
from tickets.models import Clock, Ticket
from tickets.queries.past import Life, lives

TEN = time(10)
TRIALS = 20  # working days that are judged
LOOKED_BACK = 40  # days among which they are sought


@dataclass(slots=True)
class Morning:
    """One day at ten, as it was known then; open: what was open and not late."""

    at: datetime
    until: datetime
    open: set[int] = field(default_factory=set)
    queue: list[Waiting] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tried:
    """A past day with what was forecast of it and what came."""

    morning: Morning
    result: Day
    learnt_from: int


def record() -> Score | None:
    """Return how well the forecast did on the last days that were tried; None: on none."""
    newest = ForecastTrial.objects.order_by("-day")
    rows = newest.values_list("named", "became_late", "both")[:TRIALS]
    return score([Day(*row) for row in rows])


def tried(*, at: datetime, known: Collection[date]) -> Iterator[Tried]:
    """Yield the last working days before `at` that are not known yet, each tried.

    What was open, whose, on hold and due is read off the history; handling times are learnt
    from what was solved before. Members, skills and hours are those of today.
    """
    rules = policy()
    mornings = [m for m in _mornings(rules, at) if local_day(m.at) not in known]
    if not mornings:
        return
    first = min(m.at for m in mornings)
    for life in lives(_alive(first, at), since=first):
        _look(life, rules, mornings)
    every = solved(rules, until=at, days=DAYS + LOOKED_BACK)
    for morning in mornings:
        # A day on which nothing was open, before the desk began say, judges nothing.
        if morning.open or morning.queue:
            yield _try(morning, rules, every)


def local_day(at: datetime) -> date:
    """Return the day of an instant in our own zone."""
    return at.astimezone(timezone.get_default_timezone()).date()


def _mornings(rules: Policy, at: datetime) -> list[Morning]:
    """The last working days that are over: those on which somebody still works at ten."""
    zone = timezone.get_default_timezone()
    teams = list(Team.objects.active().values_list("pk", flat=True))
    found = []
    for back in range(1, LOOKED_BACK + 1):
        ten = datetime.combine(local_day(at) - timedelta(days=back), TEN, zone)
        until = end_of_day(rules, teams, at=ten)
        if local_day(until - timedelta(seconds=1)) == local_day(ten) and until <= at:
            found.append(Morning(ten, until))
    return found[:TRIALS]


def _alive(first: datetime, at: datetime) -> QuerySet[Ticket]:
    """What was open at any of the mornings: it still is, or was changed later."""
    return Ticket.objects.filter(Q(status__in=OPEN) | Q(updated_at__gt=first), opened_at__lte=at)


def _look(life: Life, rules: Policy, mornings: list[Morning]) -> None:
    """Put a ticket into the queue of each morning at which it was open."""
    last: tuple[int, list[Due]] | None = None
    for morning in mornings:
        ticket = life.as_of(morning.at)
        if ticket is None:
            continue
        holds, known = life.holds_of(morning.at), life.known(morning.at)
        is_waiting = any(hold.ended_at is None for hold in holds)
        if last is None or last[0] != known or is_waiting:
            found = dues(ticket, holds, rules, at=morning.at)
        else:
            # Nothing happened in between: the same instants, which may have passed by now.
            now = seconds_of(morning.at)
            found = [due._replace(is_late=due.at <= now) for due in last[1]]
        last = None if is_waiting else (known, found)
        one = seen(ticket, holds, found, at=morning.at, until=morning.until)
        if not one.is_late:
            morning.open.add(one.ticket)
        if one.promises:
            morning.queue.append(one)


def _try(morning: Morning, rules: Policy, every: list[Solved]) -> Tried:
    start = seconds_of(morning.at)
    since = seconds_of(morning.at - timedelta(days=DAYS))
    times = learn([one for one in every if since < one.at < start])
    people = crew(rules, at=morning.at, until=morning.until)
    now = arranged(morning.queue, people, times, at=morning.at, until=morning.until)
    named = {expected.ticket for expected in forecast(now).late}
    late = Clock.objects.filter(breached_at__gt=morning.at, breached_at__lte=morning.until)
    became = set(late.values_list("ticket", flat=True)) & morning.open
    return Tried(morning, compare(named, became), times.tickets)
