"""Reads for routing: which teams serve what, who belongs to them, who carries how much."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, QuerySet

from accounts.choices import Distribution, Language, MemberRole, Role
from accounts.models import Membership, Person, PersonSkill, Skill, Team
from catalog.models import Service
from catalog.queries import required_skills
from escalation.models import Handover
from escalation.queries.roster import presences
from escalation.queries.ways import Routing
from escalation.rules import Presence
from sla.queries import Policy, policy
from tickets.models import Ticket

LATEST = 2000  # hand-overs that are looked at for whose turn it is
WORKERS = (Role.AGENT, Role.ADMINISTRATOR)


def routing(
    *, category_ids: set[int] | None, at: datetime, rules: Policy | None = None
) -> Routing:
    """Read what routing needs for these categories (None: all); a fixed number of statements."""
    rules = rules or policy()
    teams = {team.pk: team for team in Team.objects.active()}
    found = _Belonging.read(teams)
    presence = presences(at)
    # Whoever may be told or stand in, beside the members: one statement for all of them.
    others = found.managers | _named(rules) | _substitutes(presence)
    persons = Person.objects.in_bulk(found.people | others)
    skills, known = held_skills(set(persons)), list(Skill.objects.all())
    codes = {s.pk: s.slug for s in known if s.slug in Language.values}
    return Routing(
        at=at, rules=rules, teams=teams, members=found.members, leads=found.leads,
        teams_of=found.teams_of, persons=persons, skills=skills,
        skill_names={s.pk: s.name for s in known}, codes=codes,
        languages={
            pk: frozenset({p.language, *(codes[s] for s in skills.get(pk, ()) if s in codes)})
            for pk, p in persons.items()
        },
        serving=_serving(), required=required_skills(category_ids), presence=presence,
        load=open_by("assignee_id", {"assignee__in": list(persons)}),
        team_load=open_by("team_id", {"team__in": teams, "level__gte": 2}),
        turns=_turns(teams.values()),
    )  # fmt: skip


@dataclass(slots=True)
class _Belonging:
    """Who belongs to the teams, who of them can be given work, who leads, who is above."""

    members: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    leads: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    teams_of: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    people: set[int] = field(default_factory=set)
    managers: set[int] = field(default_factory=set)

    @classmethod
    def read(cls, teams: Iterable[int]) -> "_Belonging":
        found = cls()
        rows = Membership.objects.filter(team__in=teams, person__is_active=True)
        for team, person, role, of_desk, manager in rows.order_by("person_id").values_list(
            "team_id", "person_id", "role", "person__role", "person__manager_id"
        ):
            found.teams_of[person].append(team)
            if of_desk not in WORKERS:
                continue
            found.people.add(person)
            found.members[team].append(person)
            if role == MemberRole.LEAD:
                found.leads[team].append(person)
                found.managers |= {manager} if manager else set()
        return found


def memberships(teams: Iterable[int]) -> QuerySet[Membership]:
    """Return who can be given work in the teams: neither leavers nor those who only belong."""
    return Membership.objects.filter(
        team__in=teams, person__is_active=True, person__role__in=WORKERS
    )


def open_by(field: str, where: dict[str, object]) -> Counter[int]:
    """Return how many open tickets there are by the values of a field."""
    rows = Ticket.objects.open().filter(**where).values_list(field).annotate(n=Count("pk"))
    return Counter(dict(rows))


def _named(rules: Policy) -> set[int]:
    """Whom any step tells by name."""
    return {
        person
        for agreements in rules.agreements.values()
        for agreement in agreements
        for target in agreement.targets
        for step in target.steps
        for person in step.persons
    }


def _substitutes(presence: Mapping[int, Presence]) -> set[int]:
    found = {a.substitute for one in presence.values() for a in one.absences}
    return {pk for pk in found if pk is not None}


def held_skills(people: set[int]) -> dict[int, dict[int, int]]:
    """Return the skills of people: of each person, skill to the level they hold it in."""
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


def _turns(teams: Iterable[Team]) -> dict[tuple[int, int], float]:
    """When each person last got something, of the latest hand-overs to teams that take turns."""
    wanted = {t.pk for t in teams if t.distribution == Distribution.ROUND_ROBIN}
    if not wanted:
        return {}
    # By key and not by time: all of a sweep's batch have the same instant.
    latest = Handover.objects.order_by("-pk").values_list("to_team", "chosen", "pk")
    found: dict[tuple[int, int], float] = {}
    for team, chosen, key in latest[:LATEST]:
        if team in wanted and "person" in chosen:
            found.setdefault((team, chosen["person"]), float(key))
    return found
