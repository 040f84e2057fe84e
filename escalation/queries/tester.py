"""Who would get a ticket: the teams in their order, and every member with yes or no and why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Person, Team
from catalog.models import Category
from escalation.queries.reasons import of_person
from escalation.queries.staff import open_by, routing
from escalation.queries.ways import Needs, Routing
from tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the tester is asked: a ticket of this kind, at a level, at a moment."""

    category: Category
    language: str
    level: int
    at: datetime


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team a ticket could go to. chosen: who would get it and why, as plain data."""

    team: Team
    is_next: bool
    serves: bool
    on_duty: int
    open: int
    chosen: dict[str, Any]


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member of the team, or who stands in for one.

    gets_it: this is the one. data: what speaks for them. away: an absence or a gap in the
    roster, as plain data; None for whoever is on duty.
    """

    person: Person
    gets_it: bool
    can: bool
    data: dict[str, Any]
    away: dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """The teams, the one that is looked at, and its people."""

    teams: list[TeamLine]
    shown: TeamLine | None
    members: list[MemberLine]


def who_gets(asked: Asked, *, team: int | None = None) -> Answer:
    """Return the answer for a ticket; team: whose people are shown, else those of the first."""
    ways = routing(category_ids={asked.category.pk}, at=asked.at)
    needs = ways.needs(asked.category, asked.language)
    ticket = Ticket(category=asked.category, level=asked.level, language=asked.language)
    target = ways.next_level(ticket)
    serving = ways.serving.get(asked.category.service_id, frozenset())
    busy = open_by("team_id", {"team__in": ways.teams})
    lines = [
        TeamLine(
            team=one, is_next=one == target, serves=one.pk in serving,
            on_duty=len(ways.there(one.pk, is_sensitive=needs.is_sensitive)), open=busy[one.pk],
            chosen=ways.look(one, needs).data,
        )
        for one in ways.teams.values()
    ]  # fmt: skip
    lines.sort(key=lambda x: (not x.is_next, not x.serves, x.team.level, x.team.name))
    shown = next((line for line in lines if line.team.pk == team), lines[0] if lines else None)
    members = _members(ways, shown, needs) if shown else []
    return Answer(lines, shown, members)


def _members(ways: Routing, shown: TeamLine, needs: Needs) -> list[MemberLine]:
    team = shown.team
    there = ways.there(team.pk, is_sensitive=needs.is_sensitive)
    people = dict.fromkeys([*ways.members.get(team.pk, ()), *there])
    found = [_member(ways, shown, needs, person) for person in people]
    return sorted(
        found, key=lambda m: (not m.gets_it, not m.can, m.away is not None, m.person.name)
    )


def _member(ways: Routing, shown: TeamLine, needs: Needs, person: int) -> MemberLine:
    team = shown.team
    there = ways.there(team.pk, is_sensitive=needs.is_sensitive)
    is_there = person in there
    data = of_person(ways, team, person, needs) | {"load": ways.load[person]}
    is_called = not there and person in ways.on_call(team.pk)
    return MemberLine(
        person=ways.persons[person],
        gets_it=shown.chosen.get("person") == person,
        can=(is_there and data["matched"] == data["required"]) or is_called,
        data=data | {"at": ways.at.isoformat(), "is_called": is_called},
        away=None if is_there or is_called else _away(ways, team, person),
    )


def _away(ways: Routing, team: Team, person: int) -> dict[str, Any]:
    presence, data = ways.presence_of(person), {"at": ways.at.isoformat()}
    if (absence := presence.absence(ways.at)) is not None:
        data |= {"why": "absent", "until": absence.ends.isoformat()}
        if absence.substitute in ways.persons:
            data["substitute"] = ways.persons[absence.substitute or 0].name
        return data
    comes = presence.next_there(ways.at, ways.hours(team.pk))
    return data | {"why": "off"} | ({"until": comes.isoformat()} if comes else {})
