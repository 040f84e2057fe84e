"""The choice of who gets a ticket: the next team, and whom of it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.choices import Distribution
from accounts.models import Person, Team
from catalog.models import Category
from escalation.choices import How
from escalation.queries import reasons
from escalation.rules import (
    Candidate,
    Presence,
    Ranked,
    TeamOption,
    next_team,
    quiet_until,
    rank,
    rank_on_call,
)
from sla.engine import BusinessCalendar
from sla.queries import Policy
from tickets.models import Ticket

UNKNOWN = Presence()


@dataclass(frozen=True, slots=True)
class Choice:
    """Who gets a ticket that comes to a team, and why; person None: the team gets it.

    readers: whom it is told. data: the reasons as plain data, worded by escalation.rules.words.
    """

    how: How
    person: int | None
    readers: list[Person]
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Needs:
    """What a ticket asks of whoever gets it: (skill, level) pairs, and languages to prefer.

    is_sensitive: whoever stands in without being a member is left out.
    """

    skills: tuple[tuple[int, int], ...]
    languages: tuple[str, ...]
    is_sensitive: bool


@dataclass(slots=True)
class Routing:
    """Everything routing looks at, read once for a whole batch; loads grow as it chooses.

    members: the agents of each team. teams_of: of whoever belongs to any, in any role.
    turns: when a person last got something from a team that hands out in turn.
    """

    at: datetime
    rules: Policy
    teams: Mapping[int, Team]
    members: Mapping[int, list[int]]
    leads: Mapping[int, list[int]]
    teams_of: Mapping[int, list[int]]
    persons: Mapping[int, Person]
    skills: Mapping[int, Mapping[int, int]]
    skill_names: Mapping[int, str]
    codes: Mapping[int, str]
    languages: Mapping[int, frozenset[str]]
    serving: Mapping[int, frozenset[int]]
    required: Mapping[int, list[tuple[int, int]]]
    presence: Mapping[int, Presence]
    load: Counter[int]
    team_load: Counter[int]
    turns: dict[tuple[int, int], float]
    _there: dict[int, dict[int, int | None]] = field(default_factory=dict)
    _needs: dict[tuple[int, str], Needs] = field(default_factory=dict)
    _kept: dict[Any, Any] = field(default_factory=dict)
    _turn: float = float(2**52)  # what is chosen now comes after every hand-over there is

    def next_level(self, ticket: Ticket) -> Team | None:
        """Return the team of the next level for a ticket, or None when there is none."""
        above = self.kept(
            ("above", ticket.category.service_id, ticket.level), lambda: self._above(ticket)
        )
        if len(above) < 2:
            return above[0] if above else None
        options = (self._option(team, ticket) for team in above)
        found = next_team(options, level=ticket.level)
        return None if found is None else self.teams[found]

    def choose(self, ticket: Ticket, team: Team) -> Choice:
        """Return who gets a ticket that comes to `team`; the choice counts for the next ones."""
        found = self.look(team, self.needs(ticket.category, ticket.language))
        self.team_load[team.pk] += 1
        if found.person is not None:
            self.load[found.person] += 1
            self._turn += 1
            self.turns[team.pk, found.person] = self._turn
        return found

    def look(self, team: Team, needs: Needs) -> Choice:
        """Return who would get a ticket with these needs, without counting it."""
        there = self.there(team.pk, is_sensitive=needs.is_sensitive)
        if not there:
            return self._called(team, needs)
        if team.distribution == Distribution.PULL:
            return self._to_all(How.PULL, team, needs, {})
        in_turn = team.distribution == Distribution.ROUND_ROBIN
        found = rank(
            [self.candidate(person, team.pk) for person in there],
            required=needs.skills, languages=needs.languages, in_turn=in_turn,
        )  # fmt: skip
        if not found:
            lacking = reasons.of_lacking(self, team, needs)
            return self._to_all(How.NOBODY_FITS, team, needs, lacking)
        how = How.IN_TURN if in_turn else How.SKILL
        data = reasons.of_choice(self, team, needs, found, in_turn=in_turn)
        return self._to_one(how, team, found[0], data)

    def needs(self, category: Category, language: str) -> Needs:
        """Return what a category and the caller's language ask for.

        A required skill that is a language is a wish like the caller's: it never rules out.
        """
        known = self._needs.get((category.pk, language))
        if known is None:
            asked = self.required.get(category.pk, ())
            spoken = [language, *(self.codes[s] for s, _level in asked if s in self.codes)]
            skills = tuple((s, level) for s, level in asked if s not in self.codes)
            known = Needs(skills, tuple(dict.fromkeys(spoken)), category.is_sensitive)
            self._needs[category.pk, language] = known
        return known

    def there(self, team_id: int, *, is_sensitive: bool) -> dict[int, int | None]:
        """Return who is on duty in a team now, each with the absent member they stand in for.

        A substitute who is no member stands in while the team is open, when they are an agent
        and themselves neither away nor off duty. Nobody else than members is there for a
        sensitive ticket.
        """
        known = self._there.get(team_id)
        if known is None:
            known = self._there[team_id] = self._look_who_is_there(team_id)
        if is_sensitive:
            return {person: instead for person, instead in known.items() if instead is None}
        return known

    def on_duty(self, team_id: int, *, is_sensitive: bool) -> list[Person]:
        """Return those who are on duty in a team now, for a ticket that is sensitive or not."""
        return [self.persons[p] for p in self.there(team_id, is_sensitive=is_sensitive)]

    def hearers(self, ticket: Ticket, team_id: int) -> list[Person]:
        """Return who hears of a ticket that a team has: those on duty, else the lead."""
        there = self.on_duty(team_id, is_sensitive=ticket.category.is_sensitive)
        return there or self.leads_of([team_id])

    def on_call(self, team_id: int) -> list[int]:
        """Return the members of a team who may be called now."""
        members = self.members.get(team_id, ())
        return [p for p in members if self.presence_of(p).is_on_call(self.at)]

    def leads_of(self, team_ids: Iterable[int]) -> list[Person]:
        """Return the leads of the teams, each once."""
        found = {p: self.persons[p] for team in team_ids for p in self.leads.get(team, ())}
        return list(found.values())

    def superiors_of(self, team_id: int) -> list[Person]:
        """Return the leads of a team and the manager of each, as far as they are still here."""
        leads = self.leads_of([team_id])
        above = [self.persons.get(p.manager_id or 0) for p in leads]
        return [*dict.fromkeys([*leads, *(p for p in above if p is not None and p.is_active)])]

    def with_substitute(self, person: Person, ticket: Ticket, at: datetime) -> list[Person]:
        """Return a person and, while they are away, who stands in for them.

        Of a sensitive ticket only its team hears.
        """
        away = self.presence_of(person.pk).absence(at)
        instead = self.persons.get(away.substitute or 0) if away else None
        if instead is None or not instead.is_active:
            return [person]
        hears = not ticket.category.is_sensitive or instead.pk in self.members[ticket.team_id]
        return [person, instead] if hears else [person]

    def quiet_until(self, person: int, at: datetime) -> datetime | None:
        """Return when a message of a step may leave for a reader; None: at once.

        The hours of their teams count, any of which may be open; whoever is on call or in no
        team with hours hears at once.
        """
        if self.presence_of(person).is_on_call(at):
            return None
        return quiet_until(at, [*map(self.rules.on_duty_hours, self.teams_of.get(person, ()))])

    def presence_of(self, person: int) -> Presence:
        """Return what the roster says of a person; nothing for most."""
        return self.presence.get(person, UNKNOWN)

    def hours(self, team_id: int) -> BusinessCalendar | None:
        """Return the hours of a team; None: always."""
        return self.rules.on_duty_hours(team_id)

    def candidate(self, person: int, team_id: int) -> Candidate:
        """Return somebody as the choice sees them."""
        return Candidate(
            person, True, self.skills.get(person, {}), self.languages[person], self.load[person],
            self.turns.get((team_id, person), 0.0),
        )  # fmt: skip

    def kept(self, key: tuple[Any, ...], make: Any) -> Any:
        """Return what `make` returns, made once: the reasons of a batch have much in common."""
        found = self._kept.get(key)
        if found is None:
            found = self._kept[key] = make()
        return found

    def _called(self, team: Team, needs: Needs) -> Choice:
        """Nobody is on duty: whoever is on call gets it, else the team, and its lead hears."""
        called = self.on_call(team.pk)
        closed = reasons.of_closed(self, team)
        if not called:
            return self._to_all(How.NOBODY_THERE, team, needs, closed)
        found = rank_on_call(
            [self.candidate(person, team.pk) for person in called],
            required=needs.skills, languages=needs.languages,
        )  # fmt: skip
        data = closed | reasons.of_choice(self, team, needs, found)
        return self._to_one(How.ON_CALL, team, found[0], data)

    def _to_one(self, how: How, team: Team, best: Ranked, data: dict[str, Any]) -> Choice:
        said = {"how": str(how), "team": team.name, "at": self._moment, **data}
        return Choice(how, best.person, [self.persons[best.person]], said)

    def _to_all(self, how: How, team: Team, needs: Needs, data: dict[str, Any]) -> Choice:
        said = {"how": str(how), "team": team.name, "at": self._moment, **data}
        there = self.on_duty(team.pk, is_sensitive=needs.is_sensitive)
        return Choice(how, None, there or self.leads_of([team.pk]), said)

    @property
    def _moment(self) -> str:
        return self.kept(("moment",), self.at.isoformat)  # type: ignore[no-any-return]

    def _above(self, ticket: Ticket) -> list[Team]:
        """The teams of the next level that serve the ticket's service."""
        serving = self.serving.get(ticket.category.service_id, ())
        above = [t for t in self.teams.values() if t.pk in serving and t.level > ticket.level]
        lowest = min((team.level for team in above), default=0)
        return [team for team in above if team.level == lowest]

    def _option(self, team: Team, ticket: Ticket) -> TeamOption:
        there = self.there(team.pk, is_sensitive=ticket.category.is_sensitive)
        return TeamOption(
            team=team.pk,
            level=team.level,
            serves=True,
            on_duty=len(there),
            load=self.team_load[team.pk],
        )

    def _look_who_is_there(self, team_id: int) -> dict[int, int | None]:
        hours, members = self.hours(team_id), self.members.get(team_id, [])
        found: dict[int, int | None] = {}
        for person in members:
            presence = self.presence_of(person)
            if presence.is_there(self.at, hours):
                found[person] = None
            elif (away := presence.absence(self.at)) and away.substitute not in {None, *members}:
                instead = self.persons.get(away.substitute or 0)
                if instead is None or not instead.is_agent:
                    continue
                if self.presence_of(instead.pk).is_there(self.at, hours):
                    found.setdefault(instead.pk, person)
        return found
