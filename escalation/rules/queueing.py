"""Who works on what when: a queue replayed from event to event, over plain seconds.

At every instant the most urgent work is done that somebody who is there can do; a piece of
work rests only while more urgent work needs everybody who could do it, and whoever is free
goes on with it. Interrupting makes the replay monotone: with more people, less work or
shorter work no piece of work ends later. (What rests beside fewer rivals, or with more
people to share out, would rest in the other case, too: Shapley, "Complements and substitutes
in the optimal assignment problem", 1962.) A queue in which nobody is ever interrupted has
no such law: there a further person can make tickets late (Graham's anomalies).
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

Interval = tuple[int, int]  # [from, to), in seconds since 1970


class Work(NamedTuple):
    """Something somebody has to do.

    key: what it is known by, unique. rank: lower is more urgent, unique within a queue.
    able: who can do it. team: only in whose hours it is done. free_at: from when on; None
    is never. seconds: how long one person needs.
    """

    key: tuple[int, str]
    rank: tuple[int, ...]
    team: int
    able: frozenset[int]
    free_at: int | None
    seconds: int


class Duty(NamedTuple):
    """When people are there and teams work; intervals in order, without overlap."""

    people: Mapping[int, Sequence[Interval]]
    teams: Mapping[int, Sequence[Interval]]


def replay(
    works: Iterable[Work], duty: Duty, *, start: int, end: int
) -> dict[tuple[int, str], int | None]:
    """Return when each piece of work is done; None: not by `end`.

    The order of `works` is of no account.
    """
    done: dict[tuple[int, str], int | None] = {}
    for part in _apart([w for w in works if not _is_out(w, end, done)]):
        done |= _Queue(part, duty, start, end).run()
    return done


def alone(work: Work, duty: Duty, *, start: int, end: int) -> int | None:
    """Return when a piece of work would be done if it were the only one; None: not by `end`."""
    return replay([work], duty, start=start, end=end)[work.key]


def is_there(intervals: Sequence[Interval], at: int) -> bool:
    """Say whether an instant lies in one of the intervals."""
    index = bisect_right(intervals, (at, FAR)) - 1
    return index >= 0 and at < intervals[index][1]


FAR = 1 << 62


def _is_out(work: Work, end: int, done: dict[tuple[int, str], int | None]) -> bool:
    """Note work that cannot begin by the end at all."""
    if work.free_at is not None and work.free_at < end and work.able:
        return False
    done[work.key] = None
    return True


def _apart(works: list[Work]) -> Iterator[list[Work]]:
    """Yield the parts of a queue that share nobody: each is replayed by itself."""
    root: dict[int, int] = {}

    def find(person: int) -> int:
        while root.setdefault(person, person) != person:
            person = root[person] = root[root[person]]
        return person

    for able in {work.able for work in works}:
        first, *others = able
        for other in others:
            root[find(other)] = find(first)
    parts = defaultdict[int, list[Work]](list)
    for work in works:
        parts[find(next(iter(work.able)))].append(work)
    yield from parts.values()


class _Queue:
    """One part of the queue, with what is left to do of each piece of work."""

    def __init__(self, works: list[Work], duty: Duty, start: int, end: int) -> None:
        self.duty, self.start, self.end = duty, start, end
        self.left = {work.key: work.seconds for work in works}
        # By who can do it in whose hours: of one kind only the most urgent can be next.
        self.kinds: dict[tuple[int, frozenset[int]], list[Work]] = defaultdict(list)
        self.coming = sorted(works, key=lambda w: (w.free_at, w.rank), reverse=True)
        self.people = frozenset(p for work in works for p in work.able)
        teams = {work.team for work in works}
        self.changes = sorted(self._changes(teams), reverse=True)

    def _changes(self, teams: set[int]) -> set[int]:
        """The instants at which somebody comes or goes or a team opens or closes."""
        lines = [self.duty.people.get(p, ()) for p in self.people]
        lines += [self.duty.teams.get(t, ()) for t in teams]
        found = {at for line in lines for interval in line for at in interval}
        return {at for at in found if self.start < at < self.end} | {self.end}

    def run(self) -> dict[tuple[int, str], int | None]:
        done: dict[tuple[int, str], int | None] = dict.fromkeys(self.left)
        now = self.start
        while now < self.end and (self.coming or self.kinds):
            self._release(now)
            chosen = self._chosen(now)
            step = min((self.left[work.key] for work in chosen), default=FAR)
            until = min(now + step, self._next_change(now))
            for work in chosen:
                self.left[work.key] -= until - now
                if self.left[work.key] == 0:
                    done[work.key] = until
                    self._forget(work)
            now = until
        return done

    def _release(self, now: int) -> None:
        while self.coming and (self.coming[-1].free_at or 0) <= now:
            work = self.coming.pop()
            insort(self.kinds[work.team, work.able], work, key=lambda w: w.rank)

    def _next_change(self, now: int) -> int:
        while self.changes[-1] <= now:
            self.changes.pop()
        coming = self.coming[-1].free_at if self.coming else None
        return self.changes[-1] if coming is None else min(self.changes[-1], coming)

    def _forget(self, work: Work) -> None:
        kind = work.team, work.able
        self.kinds[kind].remove(work)  # one of the first: only those are worked on
        if not self.kinds[kind]:
            del self.kinds[kind]

    def _chosen(self, now: int) -> list[Work]:
        """The work that is done from now on: the most urgent that people can share out."""
        there = {p for p in self.people if is_there(self.duty.people.get(p, ()), now)}
        lines = [
            (works[0].rank, number, 0, works, able & there)
            for number, ((team, able), works) in enumerate(self.kinds.items())
            if able & there and is_there(self.duty.teams.get(team, ()), now)
        ]
        heapify(lines)
        has: dict[int, frozenset[int]] = {}  # person to those who could do what they do
        chosen: list[Work] = []
        while lines and len(has) < len(there):
            _rank, number, place, works, able = lines[0]
            if not _is_given(able, has, set()):
                heappop(lines)  # nor can anything less urgent of its kind be
                continue
            chosen.append(works[place])
            if place + 1 < len(works):
                heapreplace(lines, (works[place + 1].rank, number, place + 1, works, able))
            else:
                heappop(lines)
        return chosen


def _is_given(able: frozenset[int], has: dict[int, frozenset[int]], seen: set[int]) -> bool:
    """Give a piece of work to one of the able, others passing theirs on where that helps."""
    for person in able:
        if person not in has:
            has[person] = able
            return True
    for person in able:
        if person not in seen:
            seen.add(person)
            if _is_given(has[person], has, seen):
                has[person] = able
                return True
    return False
