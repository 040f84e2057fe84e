"""How holds are used, for the leads: by team and reason, never by person.

A hold belongs to the team that has its ticket now. The time between a solution and its
reopening is no hold here. Times are opening hours of the ticket's site.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sla import engine
from sla.choices import HoldReason, Metric
from sla.queries import Policy
from tickets.choices import PUBLIC, WokenBy
from tickets.models import Clock, Entry, Hold, Ticket

PERIODS = (7, 30, 90)  # days
NEAR = 30  # minutes before a breach, unless the reader chooses others
TOLD_BEFORE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Period:
    """What is looked at: instants, and how many open minutes before a breach are "shortly"."""

    since: datetime
    until: datetime
    minutes: int = NEAR


# --- How long tickets wait -----------------------------------------------------------


@dataclass(slots=True)
class Share:
    """Tickets and open seconds spent in one reason (empty: all together)."""

    reason: str
    tickets: set[int] = field(default_factory=set)
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """All tickets that were open in the period, and what part of it they waited."""

    tickets: int
    seconds: int
    shares: Sequence[Share]


def waiting(tickets: QuerySet[Ticket], known: Policy, period: Period) -> Waiting:
    """Return the share of tickets and of open time spent in each reason; one statement.

    Of every ticket that was open at any time of the period, the opening hours in it between
    its opening and its solution; what was reopened counts without the time it was solved.
    """
    every, total, shares = set[int](), 0, dict[str, Share]()
    for pk, site, opened, over, reason, start, end in _intervals(tickets, period):
        measure = _measure(known, site, period)
        if pk not in every:
            every.add(pk)
            total += measure(opened, over)
        if reason == HoldReason.RESOLVED:
            total -= measure(start, end)
        elif reason is not None and _overlaps(start, end, period):
            share = shares.setdefault(reason, Share(reason))
            share.tickets.add(pk)
            share.seconds += measure(start, end)
    return Waiting(len(every), total, _in_order(shares, known))


@dataclass(frozen=True, slots=True)
class Waited:
    """A ticket that waited for a reason in the period, and its open seconds of waiting."""

    number: str
    title: str
    seconds: int


def waited(
    tickets: QuerySet[Ticket], known: Policy, period: Period, *, reason: str
) -> list[Waited]:
    """Return the tickets behind a share of `waiting`, the longest first; one statement."""
    seconds, titles = defaultdict[str, int](int), dict[str, str]()
    rows = tickets.filter(holds__reason=reason).values_list(
        "site_id", "holds__started_at", "holds__ended_at", "number", "title"
    )
    for site, start, end, number, title in _open_in(rows, period):
        if _overlaps(start, end, period):
            titles[number] = title
            seconds[number] += _measure(known, site, period)(start, end)
    found = [Waited(number, titles[number], seconds[number]) for number in titles]
    return sorted(found, key=lambda one: (-one.seconds, one.number))


def _overlaps(begun: datetime, ended: datetime | None, period: Period) -> bool:
    return begun < period.until and (ended is None or ended > period.since)


def _intervals(tickets: QuerySet[Ticket], period: Period) -> Iterator[tuple[Any, ...]]:
    rows = _open_in(tickets.annotate(over=_OVER), period).values_list(
        "pk", "site_id", "opened_at", "over",
        "holds__reason", "holds__started_at", "holds__ended_at",
    )  # fmt: skip
    return iter(rows)


_OVER = Coalesce("resolved_at", "ended_at")


def _open_in(tickets: Any, period: Period) -> Any:
    """Leave the tickets that were open at any time of the period."""
    found = tickets.alias(ended=_OVER).filter(opened_at__lt=period.until).order_by()
    return found.filter(Q(ended__isnull=True) | Q(ended__gt=period.since))


def _measure(
    known: Policy, site: int | None, period: Period
) -> Callable[[datetime, datetime | None], int]:
    """Return a function that measures the open seconds of an interval within the period."""
    hours = known.hours_of_site(site)

    def measure(start: datetime, end: datetime | None) -> int:
        first, last = max(start, period.since), min(end or period.until, period.until)
        if hours is None:
            return max(int((last - first).total_seconds()), 0)
        return hours.measure(first, last)

    return measure


def _in_order(shares: Mapping[str, Share], known: Policy) -> list[Share]:
    order = [*known.reasons, *sorted(set(shares) - set(known.reasons))]
    return [shares[slug] for slug in order if slug in shares]


# --- How holds are used --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """One hold that began in the period.

    left: open seconds that the clock of the fix had left when the hold stopped it; None: the
    hold stopped no clock. told: a public message of the desk went with it.
    """

    number: str
    title: str
    team: int
    reason: str
    started_at: datetime
    ended_at: datetime | None
    until: datetime | None
    woken_by: str
    left: int | None
    told: bool


Test = Callable[[Held, Period], bool]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure about holds: its name, what it counts, and the rule."""

    word: str
    label: Promise
    rule: Promise
    counts: Test


FIGURES = {
    figure.word: figure
    for figure in (
        Figure("begun", _("begun"), _("Holds that began in this time."), lambda h, p: True),
        Figure(
            "near",
            _("shortly before the time was up"),
            _(
                "The hold stopped the clock of the fix when it had no more than these minutes of "
                "opening hours left, by what is promised today."
            ),
            lambda h, p: h.left is not None and 0 <= h.left <= p.minutes * 60,
        ),
        Figure(
            "untold",
            _("caller not told"),
            _(
                "No public message of the desk from ten minutes before the hold began until it "
                "ended."
            ),
            lambda h, p: not h.told,
        ),
        Figure(
            "past",
            _("past the promised date"),
            _("The hold lasted, or still lasts, beyond the date the caller was promised."),
            lambda h, p: h.until is not None and (h.ended_at or p.until) > h.until,
        ),
        Figure(
            "longest",
            _("took the longest time"),
            _("Ended by itself, because it took as long as its reason allows."),
            lambda h, p: h.woken_by == WokenBy.LIMIT,
        ),
    )
}


def begun(tickets: QuerySet[Ticket], known: Policy, period: Period) -> list[Held]:
    """Return the holds that began in the period, newest first; one statement.

    It reads the earlier holds of the same tickets as well: they moved their clocks.
    """
    of_tickets = defaultdict[int, list[dict[str, Any]]](list)
    for row in _rows(tickets, period):
        of_tickets[row["ticket_id"]].append(row)
    found = [
        _held(row, rows, known)
        for rows in of_tickets.values()
        for row in rows
        if row["reason"] != HoldReason.RESOLVED and row["started_at"] >= period.since
    ]
    return sorted(found, key=lambda held: held.started_at, reverse=True)


def _rows(tickets: QuerySet[Ticket], period: Period) -> Iterable[Any]:
    recent = Hold.objects.filter(started_at__gte=period.since, started_at__lt=period.until)
    clock = Clock.objects.filter(
        ticket=OuterRef("ticket"), metric=Metric.RESOLUTION,
        started_at__lte=OuterRef("started_at"),
    ).order_by("-run")  # fmt: skip
    read = JSONObject(
        agreement="agreement_id", calendar="calendar_id", seconds="target_seconds",
        started_at="started_at",
    )  # fmt: skip
    told = (
        Entry.objects.filter(
            ticket=OuterRef("ticket"), kind__in=PUBLIC, author__isnull=False,
            at__gte=OuterRef("started_at") - TOLD_BEFORE,
            at__lte=Coalesce(OuterRef("ended_at"), period.until),
        )
        .exclude(author=OuterRef("ticket__requester"))
    )  # fmt: skip
    return (
        Hold.objects.filter(
            ticket__in=tickets.filter(pk__in=recent.values("ticket")).order_by().values("pk"),
            started_at__lt=period.until,
        )
        .annotate(
            number=F("ticket__number"), title=F("ticket__title"), team=F("ticket__team_id"),
            clock=Subquery(clock.values(read=read)[:1]), told=Exists(told),
        )
        .order_by("started_at")
        .values(
            "ticket_id", "number", "title", "team", "reason", "started_at", "ended_at", "until",
            "woken_by", "clock", "told",
        )
    )  # fmt: skip


def _held(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], known: Policy) -> Held:
    same = {name: row[name] for name in Held.__slots__ if name != "left"}
    return Held(**same, left=_left(row, rows, known))


def _left(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], known: Policy) -> int | None:
    """Replay the clock of the fix up to the beginning of a hold that stops it."""
    clock, at = row["clock"], row["started_at"]
    if clock is None:
        return None
    promise = known.stored(
        clock["agreement"], Metric.RESOLUTION, clock["calendar"], clock["seconds"]
    )
    if promise is None or row["reason"] not in promise.pause_reasons:
        return None
    pausing = promise.pause_reasons | {HoldReason.RESOLVED}
    line = engine.Timeline(
        started_at=datetime.fromisoformat(clock["started_at"]),
        pauses=tuple(
            (other["started_at"], other["ended_at"])
            for other in rows
            if other["started_at"] < at and other["reason"] in pausing
        ),
    )
    return engine.evaluate(promise.terms, line, at).remaining_seconds


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of one reason or one team, each with the number of its holds."""

    key: str
    name: str
    numbers: Sequence[tuple[Figure, int]]


def counts(
    found: Sequence[Held], period: Period, *, of: Callable[[Held], str], names: Mapping[str, str]
) -> list[Counts]:
    """Count the holds of each key (a reason or a team) by every figure, in the order of names."""
    groups = defaultdict[str, list[Held]](list)
    for held in found:
        groups[of(held)].append(held)
    order = [*names, *sorted(set(groups) - set(names))]
    return [
        Counts(key, names.get(key, key), numbers(groups[key], period))
        for key in order
        if key in groups
    ]


def numbers(found: Sequence[Held], period: Period) -> list[tuple[Figure, int]]:
    """Return every figure with how many of these holds it counts."""
    return [
        (figure, sum(figure.counts(held, period) for held in found)) for figure in FIGURES.values()
    ]
