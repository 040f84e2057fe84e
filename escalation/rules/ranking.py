"""Who gets a ticket next: pure scoring, and what spoke for and against."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

HOPS_TO_TELL_THE_LEAD = 3


# Tuples and no dataclasses: a sweep makes ten thousand of them.
class Candidate(NamedTuple):
    """Somebody who could get the ticket, as the choice sees them.

    skills: skill to level 1–3. languages: those they can answer in. load: open tickets.
    last: when they last got something from this team, in any unit that grows; 0: never.
    """

    person: int
    is_on_duty: bool = True
    skills: Mapping[int, int] = MappingProxyType({})
    languages: frozenset[str] = frozenset()
    load: int = 0
    last: float = 0.0


class Ranked(NamedTuple):
    """A candidate with what spoke for them, best first in a ranking."""

    person: int
    matched: int
    required: int
    speaks: bool
    load: int
    last: float = 0.0


class TeamOption(NamedTuple):
    """A team a ticket could go to."""

    team: int
    level: int
    serves: bool
    on_duty: int = 0
    load: int = 0


def rank(
    candidates: Iterable[Candidate],
    *,
    required: Sequence[tuple[int, int]],
    languages: Iterable[str] = (),
    in_turn: bool = False,
) -> list[Ranked]:
    """Return the candidates on duty who have every required skill, best first.

    Most levels above the required ones is not better: among those who can, the one who
    speaks the languages asked for, then the one with the least open tickets, then the one
    with the lowest key, so that the choice can be repeated. in_turn: the one who got
    something longest ago, whatever they speak and however much they have.
    """
    found = [r for c in candidates if c.is_on_duty and (r := judged(c, required, languages))]
    able = [r for r in found if r.matched == r.required]
    return sorted(able, key=_turn if in_turn else _fit)


def rank_on_call(
    candidates: Iterable[Candidate],
    *,
    required: Sequence[tuple[int, int]],
    languages: Iterable[str] = (),
) -> list[Ranked]:
    """Return everybody on call, best first: at night, missing a skill is no reason to be out."""
    found = [judged(c, required, languages) for c in candidates]
    return sorted(found, key=lambda r: (r.required - r.matched, *_fit(r)))


def judged(
    candidate: Candidate, required: Sequence[tuple[int, int]], languages: Iterable[str]
) -> Ranked:
    """Return a candidate with what speaks for them, able or not."""
    held = candidate.skills
    return Ranked(
        person=candidate.person,
        matched=sum(held.get(skill, 0) >= level for skill, level in required),
        required=len(required),
        speaks=candidate.languages.issuperset(languages),
        load=candidate.load,
        last=candidate.last,
    )


def _fit(one: Ranked) -> tuple[bool, int, int]:
    return not one.speaks, one.load, one.person


def _turn(one: Ranked) -> tuple[float, int, int]:
    return one.last, one.load, one.person


def why_not_first(rival: Ranked, chosen: Ranked, *, in_turn: bool) -> str:
    """Return what decided between two who could both do it: turn, language, load or order."""
    if in_turn and rival.last != chosen.last:
        return "turn"
    if not in_turn and rival.speaks != chosen.speaks:
        return "language"
    return "load" if rival.load != chosen.load else "order"


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
