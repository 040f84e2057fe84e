"""What tickets in bulk can refer to, read once."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from random import Random

from accounts.models import Membership, Person, Team
from catalog.models import Category, Service
from setup import demo
from setup.demo.texts import Story, typeset
from sla.choices import AgreementKind, Metric, StepAction
from sla.queries import Policy, Promise, policy
from sla.rules import Facts
from tickets import queries

Pair = dict[str, Promise]


@dataclass(slots=True)
class World:
    """Categories, people and promises; the promises of a kind of ticket are matched once."""

    dice: Random
    rules: Policy
    matrix: dict[str, int]
    categories: list[Category]
    teams: dict[int, Team]
    requesters: list[Person]
    members: dict[int, list[Person]]
    leads: dict[int, list[Person]]
    higher: dict[int, Team]
    stories: dict[str, list[Story]]
    _promises: dict[tuple[int, str, str, int | None, int | None, bool], Pair]

    def promises(self, category: Category, impact: str, urgency: str, person: Person) -> Pair:
        """Return what is promised about a ticket, by metric."""
        key = (
            category.pk, impact, urgency, person.site_id, person.organisation_id, person.is_vip,
        )  # fmt: skip
        found = self._promises.get(key)
        if found is None:
            facts = Facts(
                kind=category.kind, priority=self.matrix[f"{impact}/{urgency}"],
                category=category.pk, service=category.service_id,
                organisation=person.organisation_id, site=person.site_id,
                team=category.team_id, vip=person.is_vip,
            )  # fmt: skip
            known = self.rules.agreements[AgreementKind.SLA]
            valid = max(a.valid_from for a in known if a.valid_from is not None)
            found = {p.metric: p for p in self.rules.promises(facts, at=valid)}
            self._promises[key] = found
        return found

    def agent(self, team_id: int, language: str) -> Person:
        """Return a member of a team, one who speaks the language when there is one."""
        members = self.members[team_id]
        speakers = [person for person in members if person.language == language]
        return self.dice.choice(speakers or members)


def read(dice: Random) -> World:
    """Read the world; categories whose tickets nobody could work on are left out."""
    members, leads = defaultdict[int, list[Person]](list), defaultdict[int, list[Person]](list)
    rows = Membership.objects.filter(person__is_active=True).select_related("person")
    for row in rows.order_by("team_id", "person_id"):
        members[row.team_id].append(row.person)
        if row.role == "lead":
            leads[row.team_id].append(row.person)
    teams = {team.pk: team for team in Team.objects.active()}
    world = World(
        dice=dice, rules=policy(), matrix=queries.matrix(), categories=[], teams=teams,
        requesters=list(Person.objects.active().filter(role="requester").order_by("pk")),
        members=dict(members), leads=dict(leads), higher=_higher(teams, members),
        stories=_stories(), _promises={},
    )  # fmt: skip
    found = Category.objects.active().order_by("pk")
    world.categories = [c for c in found if _is_usable(c, world)]
    if not world.categories or not world.requesters:
        raise LookupError("There is no category with agents and agreements, or no requester.")
    return world


def _is_usable(category: Category, world: World) -> bool:
    """A category of minutes and more, with an agent, and with a hand-over as its last step."""
    if category.team_id not in world.members:
        return False
    found = world.promises(category, category.impact, category.urgency, world.requesters[0])
    promise = found.get(Metric.RESOLUTION)
    if promise is None or promise.terms.seconds < 3600 or Metric.FIRST_RESPONSE not in found:
        return False
    steps = [(s.percent, s.action) for s in promise.steps]
    return steps == [(75, StepAction.WARN), (100, StepAction.HAND_OVER)]


def _higher(teams: dict[int, Team], members: dict[int, list[Person]]) -> dict[int, Team]:
    """Return for each service the team of the second level that serves it."""
    found: dict[int, Team] = {}
    rows = Service.teams.through._base_manager.filter(team__level=2).order_by("team_id")
    for service_id, team_id in rows.values_list("service_id", "team_id"):
        if team_id in teams and members.get(team_id):
            found.setdefault(service_id, teams[team_id])
    return found


def _stories() -> dict[str, list[Story]]:
    """Return everything people report, by language, with the places of names still open."""
    path = Path(demo.__file__).parent / "stories.json"
    found = defaultdict[str, list[Story]](list)
    for story in json.loads(path.read_text("utf-8")):
        for language in ("en", "fr", "de", "it"):
            words = {key: typeset(language, text) for key, text in story[language].items()}
            found[language].append(Story(**words))
    return dict(found)
