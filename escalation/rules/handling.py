"""How long tickets take: what was solved, by the hours in which people had them in hand.

Nobody writes down minutes. But a person on duty has so many tickets in hand at once, and
works on one at a time: each second of duty is shared between them. What a ticket got until
it was solved is what it took. For one who is never without work this is the throughput,
hours on duty by tickets solved; the hours in which there was nothing to do do not count.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple

from escalation.rules.forecast import Span

FEW = 8  # tickets for which the team's own times weigh as much as those of the category
BEGINNING = Span(30 * 60, 75 * 60)  # what is supposed where nothing was ever solved


class InHand(NamedTuple):
    """A time in which somebody of a team had a ticket to work on, [start, end)."""

    ticket: int
    team: int
    person: int
    start: int
    end: int


class Solved(NamedTuple):
    """What a solved ticket took its team, in seconds of one person; at: when it was solved."""

    team: int
    category: int
    seconds: int
    at: int


class Measured(NamedTuple):
    """How many tickets were measured, and how long they took."""

    tickets: int
    span: Span


@dataclass(frozen=True, slots=True)
class Times:
    """What was learnt: by team and category, by team, and of everything."""

    by_category: Mapping[tuple[int, int], Measured] = field(default_factory=dict)
    by_team: Mapping[int, Measured] = field(default_factory=dict)

    def spans(self) -> dict[tuple[int, int], Span]:
        """Return what to expect by team and category, drawn to the team's where there are few."""
        return {
            (team, category): _drawn(found, self.by_team[team].span)
            for (team, category), found in self.by_category.items()
        }

    def of_teams(self) -> dict[int, Span]:
        """Return what to expect by team of a category that it has not solved yet."""
        return {team: found.span for team, found in self.by_team.items()}

    @property
    def otherwise(self) -> Span:
        """What to expect in a team that has solved nothing yet."""
        if not self.by_team:
            return BEGINNING
        every = [found.span for found in self.by_team.values()]
        return Span(_part([s.median for s in every], 50), _part([s.p80 for s in every], 50))

    @property
    def tickets(self) -> int:
        """How many tickets were measured."""
        return sum(found.tickets for found in self.by_team.values())


def shares(
    found: Iterable[InHand], open_seconds: Callable[[int, int, int], int]
) -> dict[tuple[int, int], int]:
    """Return the seconds that each ticket got from the people of each team.

    open_seconds: how long a team works between two instants.
    """
    of_person = defaultdict[int, list[InHand]](list)
    for one in found:
        of_person[one.person].append(one)
    got = defaultdict[tuple[int, int], float](float)
    for mine in of_person.values():
        for team in sorted({one.team for one in mine}):
            line = _Line(mine, partial(open_seconds, team))
            for one in mine:
                if one.team == team:
                    got[one.ticket, team] += line.share(one.start, one.end)
    return {key: round(seconds) for key, seconds in got.items()}


class _Line:
    """The seconds one ticket gets from a person, summed up from the first instant on."""

    def __init__(self, mine: Sequence[InHand], measure: Callable[[int, int], int]) -> None:
        turns = sorted([(one.start, 1) for one in mine] + [(one.end, -1) for one in mine])
        self.ats, self.sums = [turns[0][0]], [0.0]
        count = 0
        for at, change in turns:
            if at > self.ats[-1]:
                part = measure(self.ats[-1], at) / count if count else 0.0
                self.ats.append(at)
                self.sums.append(self.sums[-1] + part)
            count += change

    def share(self, start: int, end: int) -> float:
        """Return what a ticket got between two instants at which something began or ended."""
        first, last = bisect_right(self.ats, start) - 1, bisect_right(self.ats, end) - 1
        return self.sums[last] - self.sums[first]


def learn(solved: Iterable[Solved]) -> Times:
    """Return what the solved tickets tell of the next ones."""
    by_category = defaultdict[tuple[int, int], list[int]](list)
    by_team = defaultdict[int, list[int]](list)
    for one in solved:
        by_category[one.team, one.category].append(one.seconds)
        by_team[one.team].append(one.seconds)
    return Times(
        {key: _measured(seconds) for key, seconds in by_category.items()},
        {team: _measured(seconds) for team, seconds in by_team.items()},
    )


def _measured(seconds: list[int]) -> Measured:
    return Measured(len(seconds), Span(_part(seconds, 50), _part(seconds, 80)))


def _part(values: Sequence[int], percent: int) -> int:
    """Return the least value that so many percent of them do not exceed."""
    ordered = sorted(values)
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]


def _drawn(found: Measured, team: Span) -> Span:
    weight = found.tickets / (found.tickets + FEW)
    median, p80 = (
        round(weight * own + (1 - weight) * others)
        for own, others in zip(found.span, team, strict=True)
    )
    return Span(median, p80)
