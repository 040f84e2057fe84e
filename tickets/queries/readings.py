"""What a ticket tells the service-level engine, and what the engine says of it."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from accounts.models import Person
from catalog.models import Category
from sla import engine
from sla.choices import (
    METRICS_OF,
    TICKING,
    AgreementKind,
    ClockState,
    HoldReason,
    Metric,
    Reopening,
)
from sla.queries import Policy, Promise, policy
from sla.rules import Facts
from tickets.choices import Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries.lookups import priority_for

RunKey = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Run:
    """One promise while it counts: from when, until when, and of which team it is asked.

    cancelled_at: since when nobody promises it any more.
    """

    promise: Promise
    started_at: datetime
    stopped_at: datetime | None
    team: int | None = None
    cancelled_at: datetime | None = None

    @property
    def key(self) -> RunKey:
        """What a clock row of this run has in common with it."""
        return self.promise.metric, self.started_at


def facts(ticket: Ticket, *, supplier: int | None = None) -> Facts:
    """Return what an agreement may look at, of this ticket."""
    return Facts(
        kind=ticket.kind,
        priority=ticket.priority,
        category=ticket.category_id,
        service=ticket.category.service_id,
        organisation=ticket.organisation_id,
        site=ticket.site_id,
        team=ticket.team_id,
        vip=ticket.is_vip,
        level=ticket.level,
        supplier=supplier,
    )


def runs(ticket: Ticket, holds: Sequence[Hold], rules: Policy) -> dict[RunKey, Run]:
    """Return the runs that count now: what is promised to the customer, by the team and of us.

    Runs of the past (an answered message, a team that passed the ticket on) are not among
    them; their clocks have stopped.
    """
    found = [*_of_customer(ticket, holds, rules), *_of_team(ticket, rules)]
    found += _of_supplier(ticket, holds, rules)
    return {run.key: run for run in found}


def agreements_of(ticket: Ticket, holds: Sequence[Hold], rules: Policy) -> set[int]:
    """Return the keys of the agreements that count for a ticket, also where nothing runs now."""
    found = rules.agreement(facts(ticket), at=ticket.agreed_at or ticket.opened_at)
    internal = [*_of_team(ticket, rules), *_of_supplier(ticket, holds, rules)]
    return {run.promise.agreement for run in internal} | ({found.pk} if found else set())


def run_of(ticket: Ticket, clock: Clock, holds: Sequence[Hold], rules: Policy) -> Run | None:
    """Return the run a clock reads: the present one, or as it was when it stopped."""
    found = runs(ticket, holds, rules).get((clock.metric, clock.started_at))
    return found or stored_run(clock, rules)


def stored_run(clock: Clock, rules: Policy) -> Run | None:
    """Return the run of a clock by the terms it has stored; None: its target is no more."""
    promise = rules.stored(
        clock.agreement_id, clock.metric, clock.calendar_id, clock.target_seconds
    )
    if promise is None:
        return None
    return Run(promise, clock.started_at, clock.stopped_at, clock.team_id)


def _of_customer(ticket: Ticket, holds: Sequence[Hold], rules: Policy) -> Iterator[Run]:
    at = ticket.agreed_at or ticket.opened_at
    for promise in rules.promises(facts(ticket), at=at):
        if promise.metric == Metric.FIRST_RESPONSE:
            yield Run(promise, ticket.opened_at, ticket.responded_at)
        elif promise.metric == Metric.RESOLUTION:
            yield Run(promise, _solving_since(promise, ticket, holds), ticket.resolved_at)
        elif promise.metric == Metric.NEXT_REPLY and ticket.awaiting_since is not None:
            yield Run(promise, ticket.awaiting_since, None)


def _solving_since(promise: Promise, ticket: Ticket, holds: Sequence[Hold]) -> datetime:
    """The opening, or the last reopening where the agreement gives it a clock of its own."""
    if promise.reopening == Reopening.RESUME or not ticket.reopen_count:
        return ticket.opened_at
    ends = [h.ended_at for h in holds if h.reason == HoldReason.RESOLVED and h.ended_at]
    return max(ends, default=ticket.opened_at)


def _of_team(ticket: Ticket, rules: Policy) -> Iterator[Run]:
    if not rules.agreements.get(AgreementKind.OLA):
        return
    since = ticket.team_since
    at = max(since, ticket.agreed_at or since)
    for promise in rules.promises(facts(ticket), at=at, kind=AgreementKind.OLA):
        stopped = ticket.resolved_at
        if promise.metric == Metric.ACCEPTANCE:
            stopped = ticket.accepted_at or stopped
        yield Run(promise, since, stopped, ticket.team_id)


def _of_supplier(ticket: Ticket, holds: Sequence[Hold], rules: Policy) -> Iterator[Run]:
    if not rules.agreements.get(AgreementKind.UC):
        return
    waits = _waits(holds)
    if not waits:
        return
    since, last = waits[-1][0].started_at, waits[-1][-1]
    at = max(since, ticket.agreed_at or since)
    known = facts(ticket, supplier=last.supplier_id)
    for promise in rules.promises(known, at=at, kind=AgreementKind.UC):
        yield Run(promise, since, last.ended_at)


def _waits(holds: Sequence[Hold]) -> list[list[Hold]]:
    """Return the waits for a supplier: a hold that was edited or prolonged is still the same."""
    found: list[list[Hold]] = []
    for hold in sorted(holds, key=lambda h: (h.started_at, h.ended_at is None)):
        if hold.reason != HoldReason.SUPPLIER:
            continue
        before = found[-1][-1] if found else None
        if before and (before.ended_at, before.supplier_id) == (hold.started_at, hold.supplier_id):
            found[-1].append(hold)
        else:
            found.append([hold])
    return found


def over_at(
    key: RunKey, ticket: Ticket, holds: Sequence[Hold], *, at: datetime
) -> datetime | None:
    """Return when what a run times came to its end, at `at` the latest; None: it did not.

    A run that is not promised any more, and not over either, is cancelled.
    """
    metric, started_at = key
    if metric == Metric.NEXT_REPLY:
        return at if started_at != ticket.awaiting_since else None
    if metric == Metric.ACCEPTANCE:
        return None  # a team that passed it on, or refused it, has not accepted it
    if metric in METRICS_OF[AgreementKind.OLA]:
        return at if started_at != ticket.team_since else None
    if metric == Metric.SUPPLIER:
        ends = [wait[-1].ended_at for wait in _waits(holds) if wait[0].started_at == started_at]
        return min((end for end in ends if end is not None), default=None)
    return None


def timeline(
    run: Run, ticket: Ticket, holds: Sequence[Hold], *, since: datetime
) -> engine.Timeline:
    """Return what the engine replays: start, the holds that count for this promise, the end."""
    pausing = run.promise.pause_reasons | {HoldReason.RESOLVED}
    return engine.Timeline(
        started_at=run.started_at,
        pauses=tuple((h.started_at, h.ended_at) for h in holds if h.reason in pausing),
        stopped_at=run.stopped_at,
        cancelled_at=ticket.ended_at if ticket.status == Status.CANCELLED else run.cancelled_at,
        terms_since=since,
    )


def read(
    run: Run, ticket: Ticket, holds: Sequence[Hold], *, since: datetime, at: datetime
) -> engine.Reading:
    """Return the engine's reading of one promise of a ticket at `at`."""
    return _evaluated(run.promise.terms, timeline(run, ticket, holds, since=since), at)


# The sweep asks the same twice: before it decides, and when it stores what it decided.
_evaluated = lru_cache(maxsize=2048)(engine.evaluate)


def next_action(reading: engine.Reading, state: str, fired: Collection[str]) -> datetime | None:
    """Return the earliest instant to look at a clock: a step not yet taken, or the due instant."""
    if state not in TICKING:
        return None
    instants = [moment for name, moment in reading.step_ats if name not in fired]
    if state == ClockState.RUNNING and reading.due_at is not None:
        instants.append(reading.due_at)
    return min(instants, default=None)


def next_due(clocks: Iterable[Clock]) -> datetime | None:
    """Return the earliest due instant of the clocks that still run, late or not."""
    dues = [c.due_at for c in clocks if c.state in TICKING and c.due_at]
    return min(dues, default=None)


def promise_for(
    category: Category, requester: Person | None, *, impact: str, urgency: str, at: datetime
) -> tuple[int, dict[str, datetime]]:
    """Return the priority and the due instants, by metric, of a ticket opened at `at`.

    It is what `open_ticket` would store; a metric without a target, or never due, is missing.
    """
    ticket = Ticket(
        kind=category.kind,
        priority=priority_for(impact, urgency),
        category=category,
        team=category.team,
        organisation_id=requester.organisation_id if requester else None,
        site_id=requester.site_id if requester else None,
        is_vip=requester.is_vip if requester else False,
        opened_at=at,
        team_since=at,
    )
    found = {
        run.promise.metric: read(run, ticket, (), since=at, at=at).due_at
        for run in _of_customer(ticket, (), policy())
    }
    return ticket.priority, {metric: due for metric, due in found.items() if due is not None}
