"""Stored clocks against their replay, and some of them against a walk by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.db.models import Prefetch

from setup.walker import Walker
from sla.choices import ClockState, Metric
from sla.engine import Reading, Timeline, evaluate
from sla.models import Calendar
from sla.queries import calendar_object, policy
from tickets.choices import OPEN
from tickets.models import Clock, Hold, Ticket
from tickets.queries import stored_run, timeline
from tickets.queries.repairs import mended

NEWEST = 200  # ended tickets that are replayed beside all the open ones


def differences(*, now: datetime, sample: int) -> Iterator[tuple[str, str]]:
    """Yield ticket numbers with what is wrong about a stored clock.

    A clock is replayed by the terms it stores, not by those matched today: a policy that was
    changed since is no fault of the clock.
    """
    rules = policy()
    walkers = {c.pk: Walker(calendar_object(c)) for c in Calendar.objects.all()}
    walked = 0
    for ticket in _tickets():
        lines = list(ticket.holds.all())
        for clock in ticket.clocks.all():
            run = stored_run(clock, rules)
            if run is None or clock.state == ClockState.CANCELLED:
                continue
            run = replace(run, stopped_at=_end(clock, ticket))
            line = timeline(run, ticket, lines, since=clock.terms_since)
            reading = evaluate(run.promise.terms, line, now)
            for text in _compare(clock, reading):
                yield ticket.number, f"{clock.metric}: {text}"
            if walked < sample and clock.due_at is not None:
                walked += 1
                due = walkers[clock.calendar_id].due(
                    line.started_at, clock.target_seconds, _known(line, now)
                )
                if due != clock.due_at:
                    yield ticket.number, f"{clock.metric}: due {clock.due_at}, by hand {due}"


def untold(*, now: datetime, sample: int) -> Iterator[tuple[str, str]]:
    """Yield what is stored of the newest tickets' clocks and their histories do not tell.

    A clock whose terms are not those of the policy in force is left out: that one was changed
    and not read anew is no fault of the clock, nor that something is promised only now.
    """
    for one in mended(list(Ticket.objects.order_by("-pk")[:sample]), at=now):
        others = {
            (d.metric, d.run)
            for d in one.differences
            if d.field in _OF_POLICY or d.stored == ClockState.CANCELLED
            or d.replayed == ClockState.CANCELLED
        }  # fmt: skip
        known = {clock.agreement_id for clock in one.ticket.clocks.all()}
        others |= {(c.metric, c.run) for c in one.new if c.agreement_id not in known}
        for d in one.differences:
            if d.metric and (d.metric, d.run) not in others:
                text = f"{d.metric} {d.run}: {d.field} is {d.stored}, but was {d.replayed}"
                yield one.ticket.number, text


_OF_POLICY = frozenset({"agreement_id", "calendar_id", "target_seconds"})


def _end(clock: Clock, ticket: Ticket) -> datetime | None:
    """Read off the ticket when what a clock times ended; runs of the past say it themselves."""
    if clock.metric == Metric.FIRST_RESPONSE:
        return ticket.responded_at
    is_last = clock.metric == Metric.RESOLUTION and clock.stopped_at is None
    return ticket.resolved_at if is_last else clock.stopped_at


def _known(line: Timeline, now: datetime) -> list[tuple[datetime, datetime | None]]:
    """Return the pauses as far as the clock ran: what came after its end moved nothing."""
    ends = [at for at in (line.stopped_at, line.cancelled_at) if at is not None and at <= now]
    if not ends:
        return [(a, b) for a, b in line.pauses if a <= now]
    until = min(ends)
    return [(a, min(b or until, until)) for a, b in line.pauses if a < until]


def _tickets() -> Iterator[Ticket]:
    rows = Ticket.objects.prefetch_related(
        Prefetch("holds", Hold.objects.order_by("started_at")),
        Prefetch("clocks", Clock.objects.order_by("pk")),
    )
    yield from rows.filter(status__in=OPEN).iterator(chunk_size=2000)
    yield from rows.exclude(status__in=OPEN).order_by("-pk")[:NEWEST]


def _compare(clock: Clock, reading: Reading) -> Iterator[str]:
    stored = (clock.due_at, clock.at_risk_at, clock.stopped_at)
    replayed = (reading.due_at, reading.at_risk_at, reading.stopped_at)
    words = ("due", "at risk", "stopped")
    for word, was, now in zip(words, stored, replayed, strict=True):
        if was != now:
            yield f"{word} {was}, replayed {now}"
    # A clock that ran out since the last look is the sweep's to find: check Q1.
    unseen = clock.state == ClockState.RUNNING and reading.state.value == ClockState.BREACHED
    if clock.state != reading.state.value and not unseen:
        yield f"is {clock.state}, replayed {reading.state.value}"
    if clock.breached_at is not None and clock.breached_at != reading.breached_at:
        yield f"late since {clock.breached_at}, replayed {reading.breached_at}"
