"""Which open tickets will be late by an instant, and why: their queue replayed, nothing else.

Everything here is plain data and seconds since 1970. The queue is worked through as lists
show it, by the earliest due instant; what is due after the end therefore never holds up what
is due before it, and need not be looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from escalation.choices import WhyLate
from escalation.rules.queueing import Duty, Interval, Work, alone, replay

ANSWER = 5 * 60  # seconds a first answer takes, whatever the ticket is about


class Kind(StrEnum):
    """What keeps a promise: a word to the caller, the solution, or the end of a wait."""

    ANSWER = "answer"
    SOLVE = "solve"
    WAIT = "wait"


class Waiting(NamedTuple):
    """An open ticket. promises: what is still to be kept by when, one due instant a kind.

    is_late: something was due already. free_at: when the hold ends, None if nobody knows;
    the instant of the look when it is not on hold.
    """

    ticket: int
    team: int
    category: int
    assignee: int | None
    is_late: bool
    free_at: int | None
    promises: tuple[tuple[Kind, int], ...]


class Span(NamedTuple):
    """Seconds one person needs for a ticket: half of them take less, four of five take less."""

    median: int
    p80: int


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works where. people: when somebody is there; a team works only in its own hours.

    skills: of a person, skill to level. required: of a category, (skill, least level).
    """

    members: Mapping[int, frozenset[int]]
    people: Mapping[int, Sequence[Interval]]
    hours: Mapping[int, Sequence[Interval]]
    skills: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    required: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)

    def with_more(self, extra: Mapping[int, int]) -> "Crew":
        """Return the crew with so many more people in teams, who can do all of their work."""
        members, people = dict(self.members), dict(self.people)
        newest = 0
        for team, count in sorted(extra.items()):
            for _one in range(count):
                newest -= 1
                members[team] = members.get(team, frozenset()) | {newest}
                people[newest] = self.hours.get(team, ())
        return Crew(members, people, self.hours, self.skills, self.required)

    def can(self, person: int, category: int) -> bool:
        """Say whether a person has what a category asks for; whoever is only supposed has."""
        held = self.skills.get(person, {})
        asked = self.required.get(category, ())
        return person < 0 or all(held.get(skill, 0) >= level for skill, level in asked)

    def able(self, one: Waiting, kind: Kind) -> frozenset[int]:
        """Return who can keep a promise: the assignee who is there today, else who has the skill.

        Whoever is only supposed helps the assignees, too.
        """
        members = self.members.get(one.team, frozenset())
        if one.assignee is not None and self.comes(one.assignee, one.team):
            return frozenset({one.assignee, *(p for p in members if p < 0)})
        if kind is not Kind.SOLVE:
            return members
        return frozenset(p for p in members if self.can(p, one.category))

    def comes(self, person: int, team: int) -> bool:
        """Say whether a person is there at any time in the hours of a team."""
        return any(
            start < closes and opens < end
            for start, end in self.people.get(person, ())
            for opens, closes in self.hours.get(team, ())
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """A queue at one instant, and who is there to work on it until another."""

    at: int
    until: int
    tickets: Sequence[Waiting]
    crew: Crew
    times: Mapping[tuple[int, int], Span]  # by team and category
    otherwise: Span

    def span(self, one: Waiting) -> Span:
        """Return how long a ticket takes."""
        return self.times.get((one.team, one.category), self.otherwise)


class Expected(NamedTuple):
    """A ticket that will be late: with what, from when on, and why.

    done: when it will be kept after all; None: not by the end. free_at: when its hold ends,
    None if nobody knows. seconds: what one person needs for it.
    """

    ticket: int
    team: int
    category: int
    kind: Kind
    due: int
    done: int | None
    why: WhyLate
    free_at: int | None
    seconds: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will be late by `until` and was not at `at`, in the order of time.

    slow: what would be if each ticket took as long as only one in five does.
    """

    at: int
    until: int
    late: tuple[Expected, ...]
    slow: tuple[Expected, ...]


def forecast(now: Situation, *, extra: Mapping[int, int] | None = None) -> Outlook:
    """Replay the queue to its end and name what becomes late; more people never make it more.

    extra: by team, how many more people to suppose.
    """
    crew = now.crew.with_more(extra or {})
    usual, slow = (_late(now, crew, is_slow=is_slow) for is_slow in (False, True))
    return Outlook(at=now.at, until=now.until, late=usual, slow=slow)


def _late(now: Situation, crew: Crew, *, is_slow: bool) -> tuple[Expected, ...]:
    duty = Duty(crew.people, crew.hours)
    works = defaultdict[int, list[tuple[int, Work]]](list)
    for one in now.tickets:
        works[one.ticket].extend(_works(one, now, crew, is_slow=is_slow))
    every = [work for found in works.values() for _due, work in found]
    done = replay(every, duty, start=now.at, end=now.until)
    found = []
    for one in now.tickets:
        missed = sorted((due, w) for due, w in works[one.ticket] if _misses(done[w.key], due))
        if missed and not one.is_late:
            due, work = missed[0]
            found.append(_expected(one, work, due, done[work.key], now, crew, duty))
    return tuple(sorted(found, key=lambda e: (e.due, e.ticket)))


def _expected(
    one: Waiting, work: Work, due: int, done: int | None, now: Situation, crew: Crew, duty: Duty
) -> Expected:
    return Expected(
        ticket=one.ticket, team=one.team, category=one.category, kind=Kind(work.key[1]), due=due,
        done=done, why=_why(work, due, now, crew, duty), free_at=work.free_at,
        seconds=work.seconds,
    )  # fmt: skip


def _works(
    one: Waiting, now: Situation, crew: Crew, *, is_slow: bool
) -> Iterator[tuple[int, Work]]:
    span = now.span(one)
    whole = span.p80 if is_slow else span.median
    seconds = {Kind.ANSWER: min(ANSWER, whole), Kind.SOLVE: whole, Kind.WAIT: 0}
    for kind, due in one.promises:
        if due <= now.until:
            # One can write to somebody whose ticket waits; to solve it one cannot.
            free_at = now.at if kind is Kind.ANSWER else one.free_at
            yield (
                due,
                Work(
                    key=(one.ticket, kind.value),
                    rank=(due, one.ticket, _ORDER.index(kind)),
                    team=one.team,
                    able=crew.able(one, kind),
                    free_at=free_at,
                    seconds=seconds[kind],
                ),
            )


_ORDER = tuple(Kind)


def _misses(done: int | None, due: int) -> bool:
    # A clock that stops in the second of its due instant is in time.
    return done is None or done > due


def _why(work: Work, due: int, now: Situation, crew: Crew, duty: Duty) -> WhyLate:
    """Return why nobody keeps a promise: what would have to be other than it is."""
    if work.free_at is None or work.free_at >= due:
        return WhyLate.HOLD
    if not _somebody(work.able, work, due, now, duty):
        members = crew.members.get(work.team, frozenset())
        others = _somebody(members, work, due, now, duty)
        return WhyLate.SKILL if others else WhyLate.ABSENT
    if _misses(alone(work, duty, start=now.at, end=now.until), due):
        return WhyLate.TIME
    return WhyLate.LOAD


def _somebody(people: Iterable[int], work: Work, due: int, now: Situation, duty: Duty) -> bool:
    """Say whether one of them is there in the hours of the team before it is due."""
    begins = max(now.at, work.free_at or 0)
    hours = duty.teams.get(work.team, ())
    for person in people:
        for start, end in duty.people.get(person, ()):
            first = max(start, begins)
            if first < min(end, due) and any(
                opens < min(end, due) and first < closes for opens, closes in hours
            ):
                return True
    return False
