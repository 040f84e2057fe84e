"""Who gets a ticket next, and what a step does: pure."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

HOPS_TO_TELL_THE_LEAD = 3


# Tuples and no dataclasses: a sweep makes ten thousand of them.
class Candidate(NamedTuple):
    """A member of the team, as the choice sees them.

    skills: skill to level 1–3. load: open tickets. language: the one they work in.
    """

    person: int
    is_on_duty: bool
    skills: Mapping[int, int] = MappingProxyType({})
    language: str = ""
    load: int = 0


class Ranked(NamedTuple):
    """A candidate with what spoke for them, best first in a ranking."""

    person: int
    matched: int
    required: int
    speaks: bool
    load: int


class TeamOption(NamedTuple):
    """A team a ticket could go to."""

    team: int
    level: int
    serves: bool
    on_duty: int = 0
    load: int = 0


def rank(
    candidates: Iterable[Candidate], *, required: Sequence[tuple[int, int]], language: str
) -> list[Ranked]:
    """Return the candidates on duty who have every required skill, best first.

    Most levels above the required ones is not better: among those who can, the one who
    speaks the requester's language, then the one with the least open tickets, then the
    one with the lowest key, so that the choice can be repeated.
    """
    able = [
        Ranked(
            person=c.person,
            matched=sum(c.skills.get(skill, 0) >= level for skill, level in required),
            required=len(required),
            speaks=c.language == language,
            load=c.load,
        )
        for c in candidates
        if c.is_on_duty
    ]
    return sorted(
        (r for r in able if r.matched == r.required),
        key=lambda r: (not r.speaks, r.load, r.person),
    )


def next_team(options: Iterable[TeamOption], *, level: int) -> int | None:
    """Return the team of the next level up for a ticket at `level`, or None: there is none.

    Only teams that serve the ticket's service count; of one level, the team with people on
    duty before the one without, then the less loaded, then the lowest key.
    """
    above = sorted(
        (o for o in options if o.serves and o.level > level),
        key=lambda o: (o.level, o.on_duty == 0, o.load, o.team),
    )
    return above[0].team if above else None
