"""How holds are used, for the leads: by team and reason, never by person.

Measured once for all who look for some minutes; each sees the part they may see. A hold
belongs to the team that had its ticket when it was measured.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from common.shared import shared
from desk.queries.held import Held, Measured, Period, Stay, Waited, measured, open_in
from sla.queries import Policy
from tickets.choices import WokenBy
from tickets.models import Ticket

PERIODS = (7, 30, 90)  # days
Row = TypeVar("Row", Stay, Waited, Held)
NEAR = 30  # minutes before a breach, unless the reader chooses others


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader sees. minutes: how many open ones before a breach are "shortly"."""

    period: Period
    minutes: int
    stays: Sequence[Stay]
    waited: Sequence[Waited]
    holds: Sequence[Held]


def look(
    user: Any, known: Policy, *, days: int, team: Team | None, minutes: int, at: datetime
) -> Look:
    """Return what `user` may see of the last days, as measured a few minutes ago or now.

    One statement, two more where nothing was measured yet. team: only its tickets.
    """

    def make() -> Measured:
        return measured(known, Period(at - timedelta(days=days), at))

    found = shared(f"holds:{days}", make)
    visible = open_in(Ticket.objects.visible_to(user), found.period)
    keys = set(visible.values_list("pk", flat=True))

    def seen(rows: Iterable[Row]) -> list[Row]:
        return [
            row for row in rows if row.ticket in keys and (team is None or row.team == team.pk)
        ]

    return Look(found.period, minutes, seen(found.stays), seen(found.waited), seen(found.holds))


# --- How long tickets wait -----------------------------------------------------------


@dataclass(slots=True)
class Share:
    """Tickets and open seconds spent in one reason."""

    reason: str
    tickets: int = 0
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """All tickets that were open in the period, and what part of it they waited."""

    tickets: int
    seconds: int
    shares: Sequence[Share]


def waiting(seen: Look, known: Policy) -> Waiting:
    """Return the share of tickets and of open time spent in each reason."""
    shares = dict[str, Share]()
    for one in seen.waited:
        share = shares.setdefault(one.reason, Share(one.reason))
        share.tickets += 1
        share.seconds += one.seconds
    order = [*known.reasons, *sorted(set(shares) - set(known.reasons))]
    return Waiting(
        tickets=len(seen.stays),
        seconds=sum(stay.seconds for stay in seen.stays),
        shares=[shares[slug] for slug in order if slug in shares],
    )


def waited(seen: Look, *, reason: str) -> list[Waited]:
    """Return the tickets behind a share of `waiting`, the longest first."""
    found = (one for one in seen.waited if one.reason == reason)
    return sorted(found, key=lambda one: (-one.seconds, one.number))


# --- How holds are used --------------------------------------------------------------


Test = Callable[[Held, Look], bool]


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
        Figure("begun", _("begun"), _("Holds that began in this time."), lambda h, seen: True),
        Figure(
            "near",
            _("shortly before the time was up"),
            _(
                "The hold stopped the clock of the fix when it had no more than these minutes of "
                "opening hours left, by what is promised today."
            ),
            lambda h, seen: h.left is not None and 0 <= h.left <= seen.minutes * 60,
        ),
        Figure(
            "untold",
            _("caller not told"),
            _(
                "No public message of the desk from ten minutes before the hold began until it "
                "ended."
            ),
            lambda h, seen: not h.told,
        ),
        Figure(
            "past",
            _("past the promised date"),
            _("The hold lasted, or still lasts, beyond the date the caller was promised."),
            lambda h, seen: h.until is not None and (h.ended_at or seen.period.until) > h.until,
        ),
        Figure(
            "longest",
            _("took the longest time"),
            _("Ended by itself, because it took as long as its reason allows."),
            lambda h, seen: h.woken_by == WokenBy.LIMIT,
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Counts:
    """The figures of one reason or one team, each with the number of its holds."""

    key: str
    name: str
    numbers: Sequence[tuple[Figure, int]]


def counts(seen: Look, *, of: Callable[[Held], str], names: Mapping[str, str]) -> list[Counts]:
    """Count the holds of each key (a reason or a team) by every figure, in the order of names."""
    groups = defaultdict[str, list[Held]](list)
    for held in seen.holds:
        groups[of(held)].append(held)
    order = [*names, *sorted(set(groups) - set(names))]
    return [
        Counts(key, names.get(key, key), numbers(groups[key], seen))
        for key in order
        if key in groups
    ]


def numbers(found: Sequence[Held], seen: Look) -> list[tuple[Figure, int]]:
    """Return every figure with how many of these holds it counts."""
    return [
        (figure, sum(figure.counts(held, seen) for held in found)) for figure in FIGURES.values()
    ]
