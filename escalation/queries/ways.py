"""Reads for routing: which teams serve what, who is on duty, who carries how much."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.choices import DutyKind, MemberRole, Role
from accounts.models import Duty, Membership, Person, PersonSkill, Team
from catalog.models import Service
from catalog.queries import required_skills
from escalation.rules import Candidate, Ranked, TeamOption, next_team, rank
from sla.queries import Policy, policy
from tickets.models import Ticket


@dataclass(slots=True)
class Routing:
    """Everything routing looks at, read once for a whole batch; loads grow as it chooses."""

    at: datetime
    rules: Policy
    teams: Mapping[int, Team]
    members: Mapping[int, list[int]]
    leads: Mapping[int, list[int]]
    persons: Mapping[int, Person]
    skills: Mapping[int, Mapping[int, int]]
    serving: Mapping[int, frozenset[int]]
    required: Mapping[int, list[tuple[int, int]]]
    away: frozenset[int]
    rostered: Mapping[int, bool]
    load: Counter[int]
    team_load: Counter[int]
    _there: dict[int, list[Person]] = field(default_factory=dict)

    def next_level(self, ticket: Ticket) -> Team | None:
        """Return the team of the next level for a ticket, or None when there is none."""
        options = (
            self._option(team, ticket) for team in self.teams.values() if team.level > ticket.level
        )
        found = next_team(options, level=ticket.level)
        return None if found is None else self.teams[found]

    def choose(self, ticket: Ticket, team: Team) -> Ranked | None:
        """Return the best person of `team` for a ticket, or None when nobody fits; counts it."""
        ranking = rank(
            (self._candidate(person) for person in self.members.get(team.pk, ())),
            required=self.required.get(ticket.category_id, ()),
            language=ticket.language,
        )
        self.team_load[team.pk] += 1
        if not ranking or not self._is_open(team.pk):
            return None
        self.load[ranking[0].person] += 1
        return ranking[0]

    def on_duty(self, team_id: int) -> list[Person]:
        """Return the members of a team who are on duty now."""
        known = self._there.get(team_id)
        if known is None:
            members = self.members.get(team_id, ()) if self._is_open(team_id) else ()
            known = [self.persons[p] for p in members if self._is_on_duty(p)]
            self._there[team_id] = known
        return known

    def leads_of(self, team_ids: Iterable[int]) -> list[Person]:
        """Return the leads of the teams, each once."""
        found = {p: self.persons[p] for team in team_ids for p in self.leads.get(team, ())}
        return list(found.values())

    def _option(self, team: Team, ticket: Ticket) -> TeamOption:
        return TeamOption(
            team=team.pk,
            level=team.level,
            serves=team.pk in self.serving.get(ticket.category.service_id, frozenset()),
            on_duty=len(self.on_duty(team.pk)),
            load=self.team_load[team.pk],
        )

    def _candidate(self, person: int) -> Candidate:
        return Candidate(
            person=person,
            is_on_duty=self._is_on_duty(person),
            skills=self.skills.get(person, {}),
            language=self.persons[person].language,
            load=self.load[person],
        )

    def _is_open(self, team_id: int) -> bool:
        hours = self.rules.on_duty_hours(team_id)
        return hours is None or hours.is_open(self.at)

    def _is_on_duty(self, person: int) -> bool:
        # Somebody with a roster is on duty when it says so; somebody without, when the team is.
        return person not in self.away and self.rostered.get(person, True)


def routing(
    *, category_ids: set[int] | None, at: datetime, rules: Policy | None = None
) -> Routing:
    """Read what routing needs for these categories (None: all); a fixed number of statements."""
    rules = rules or policy()
    teams = {team.pk: team for team in Team.objects.active()}
    members, leads = defaultdict[int, list[int]](list), defaultdict[int, list[int]](list)
    rows = memberships(teams).order_by("person_id")
    for team_id, person_id, role in rows.values_list("team_id", "person_id", "role"):
        members[team_id].append(person_id)
        if role == MemberRole.LEAD:
            leads[team_id].append(person_id)
    people = {p for found in members.values() for p in found}
    away, rostered = _duties(people, at)
    return Routing(
        at=at, rules=rules, teams=teams, members=members, leads=leads,
        persons=Person.objects.in_bulk(people), skills=_skills(people), serving=_serving(),
        required=required_skills(category_ids), away=away, rostered=rostered,
        load=open_by("assignee_id", {"assignee__in": people}),
        team_load=open_by("team_id", {"team__in": teams, "level__gte": 2}),
    )  # fmt: skip


def memberships(teams: Iterable[int]) -> QuerySet[Membership]:
    """Return who can be given work in the teams: neither leavers nor those who only belong."""
    return Membership.objects.filter(
        team__in=teams, person__is_active=True, person__role__in=[Role.AGENT, Role.ADMINISTRATOR]
    )


def _duties(people: set[int], at: datetime) -> tuple[frozenset[int], dict[int, bool]]:
    away, rostered = set[int](), dict[int, bool]()
    rows = Duty.objects.filter(person__in=people, ends_at__gt=at)
    for person_id, kind, starts_at in rows.values_list("person_id", "kind", "starts_at"):
        if kind == DutyKind.ABSENT and starts_at <= at:
            away.add(person_id)
        elif kind == DutyKind.ON_DUTY:
            rostered[person_id] = rostered.get(person_id, False) or starts_at <= at
    return frozenset(away), rostered


def _skills(people: set[int]) -> dict[int, dict[int, int]]:
    found = defaultdict[int, dict[int, int]](dict)
    rows = PersonSkill.objects.filter(person__in=people)
    for person_id, skill_id, level in rows.values_list("person_id", "skill_id", "level"):
        found[person_id][skill_id] = level
    return found


def _serving() -> dict[int, frozenset[int]]:
    found = defaultdict[int, set[int]](set)
    rows = Service.teams.through._base_manager.values_list("service_id", "team_id")
    for service_id, team_id in rows:
        found[service_id].add(team_id)
    return {service: frozenset(teams) for service, teams in found.items()}


def open_by(field: str, where: dict[str, object]) -> Counter[int]:
    rows = Ticket.objects.open().filter(**where).values_list(field).annotate(n=Count("pk"))
    return Counter(dict(rows))
