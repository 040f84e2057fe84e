"""Reads of holds that take a while: every ticket that was open lately, and every hold of it.

Measured for everybody at once; `desk.queries.holds` shows each reader their part. Times are
opening hours of the ticket's site; the time between a solution and its reopening is no hold.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, JSONObject

from sla import engine
from sla.choices import HoldReason, Metric
from sla.queries import Policy
from tickets.choices import PUBLIC
from tickets.models import Clock, Entry, Hold, Ticket

TOLD_BEFORE = timedelta(minutes=10)


class Period(NamedTuple):
    """What is looked at: from an instant to another."""

    since: datetime
    until: datetime


class Stay(NamedTuple):
    """A ticket that was open in the period, and its open seconds in it."""

    ticket: int
    team: int
    seconds: int


class Waited(NamedTuple):
    """A ticket that waited for a reason in the period, and its open seconds of waiting."""

    ticket: int
    team: int
    number: str
    title: str
    reason: str
    seconds: int


class Held(NamedTuple):
    """One hold that began in the period.

    left: open seconds that the clock of the fix had left when the hold stopped it; None: the
    hold stopped no clock. told: a public message of the desk went with it.
    """

    ticket: int
    team: int
    number: str
    title: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    until: datetime | None
    woken_by: str
    left: int | None
    told: bool


class Measured(NamedTuple):
    """What was measured of a period, by the promises of that moment."""

    period: Period
    stays: Sequence[Stay]
    waited: Sequence[Waited]
    holds: Sequence[Held]


def measured(known: Policy, period: Period) -> Measured:
    """Measure every ticket and every hold of a period; two statements."""
    return Measured(period, *_stays(known, period), _begun(known, period))


def open_in(tickets: Any, period: Period) -> Any:
    """Leave the tickets that were open at any time of the period."""
    found = tickets.alias(over=_OVER).filter(opened_at__lt=period.until).order_by()
    return found.filter(Q(over__isnull=True) | Q(over__gt=period.since))


_OVER = Coalesce("resolved_at", "ended_at")


def _stays(known: Policy, period: Period) -> tuple[list[Stay], list[Waited]]:
    """Measure the opening hours between opening and solution, and those of waiting.

    What was reopened counts without the time it was solved.
    """
    stays, waited = dict[int, Stay](), dict[tuple[int, str], Waited]()
    measures = dict[int | None, _Measure]()
    rows = open_in(Ticket.objects.annotate(ended=_OVER), period).values_list(
        "pk", "team_id", "number", "title", "site_id", "opened_at", "ended",
        "holds__reason", "holds__started_at", "holds__ended_at",
    )  # fmt: skip
    for pk, team, number, title, site, opened, ended, reason, start, end in rows:
        measure = measures.get(site) or measures.setdefault(site, _measure(known, site, period))
        stay = stays.get(pk) or Stay(pk, team, measure(opened, ended))
        if reason == HoldReason.RESOLVED:
            stay = stay._replace(seconds=stay.seconds - measure(start, end))
        elif reason is not None and _overlaps(start, end, period):
            before = waited.get((pk, reason))
            seconds = measure(start, end) + (before.seconds if before else 0)
            waited[pk, reason] = Waited(pk, team, number, title, reason, seconds)
        stays[pk] = stay
    return list(stays.values()), list(waited.values())


_Measure = Callable[[datetime, datetime | None], int]


def _overlaps(begun: datetime, ended: datetime | None, period: Period) -> bool:
    return begun < period.until and (ended is None or ended > period.since)


def _measure(known: Policy, site: int | None, period: Period) -> _Measure:
    """Return a function that measures the open seconds of an interval within the period."""
    hours = known.hours_of_site(site)

    def measure(start: datetime, end: datetime | None) -> int:
        first, last = max(start, period.since), min(end or period.until, period.until)
        if hours is None:
            return max(int((last - first).total_seconds()), 0)
        return hours.measure(first, last)

    return measure


def _begun(known: Policy, period: Period) -> list[Held]:
    """Return the holds that began in the period, newest first.

    It reads the earlier holds of the same tickets as well: they moved their clocks.
    """
    of_tickets = defaultdict[int, list[dict[str, Any]]](list)
    for row in _rows(period):
        of_tickets[row["ticket_id"]].append(row)
    found = [
        _held(row, rows, known)
        for rows in of_tickets.values()
        for row in rows
        if row["reason"] != HoldReason.RESOLVED and row["started_at"] >= period.since
    ]
    return sorted(found, key=lambda held: held.started_at, reverse=True)


def _rows(period: Period) -> Iterable[Any]:
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
        Hold.objects.filter(ticket__in=recent.values("ticket"), started_at__lt=period.until)
        .annotate(
            number=F("ticket__number"), title=F("ticket__title"), team=F("ticket__team_id"),
            clock=Subquery(clock.values(read=read)[:1]),
            told=Exists(told),
        )
        .order_by("started_at")
        .values(
            "ticket_id", "number", "title", "team", "reason", "started_at", "ended_at", "until",
            "woken_by", "clock", "told",
        )
    )  # fmt: skip


def _held(row: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], known: Policy) -> Held:
    same = {name: row[name] for name in Held._fields if name not in {"ticket", "left"}}
    return Held(ticket=row["ticket_id"], left=_left(row, rows, known), **same)


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
