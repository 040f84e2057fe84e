"""Where the lives of demo tickets are played: one clock, one pair of dice, the cast."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from random import Random

from django.db.models import CharField, Value

from accounts.models import Membership, Person
from catalog.models import Category
from common import clock
from common.origin import Channel, Origin
from escalation import actions as escalation
from escalation.queries import proposed
from setup.demo.texts import Texts
from sla.choices import Metric
from sla.queries import Promise, policy
from sla.rules import Facts
from tickets import queries
from tickets.models import Clock, Hold, Ticket

SECOND = timedelta(seconds=1)
# A life yields the instant of its next act, and acts when it is resumed at that instant.
Life = Iterator[datetime]
Tell = Callable[[int, datetime], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who may appear: agents by team, the persons who report something."""

    agents: dict[int, list[Person]]
    requesters: list[Person]


def cast() -> Cast:
    """Read the persons of the demo once; the same objects act all the way through."""
    people: dict[int, Person] = {}
    agents: dict[int, list[Person]] = {}
    members = Membership.objects.filter(person__is_active=True).select_related("person")
    for row in members.order_by("team_id", "person_id"):
        person = people.setdefault(row.person_id, row.person)
        agents.setdefault(row.team_id, []).append(person)
    callers = Person.objects.active().filter(site__isnull=False).exclude(pk__in=people)
    return Cast(agents, list(callers.filter(role="requester").order_by("pk")))


@dataclass(frozen=True, slots=True)
class State:
    """Where a ticket stands, as far as the next act depends on it."""

    id: int
    status: str
    level: int
    team_id: int
    assignee_id: int | None
    language: str
    responded_at: datetime | None


class Stage:
    """Plays lives in strict order of time, with the sweep in between.

    at: the instant that is being played; every act reads it, nothing else is "now".
    """

    def __init__(self, dice: Random, actors: Cast, *, now: datetime) -> None:
        self.dice, self.cast, self.now = dice, actors, now
        self.texts = Texts(dice)
        self.rules = policy()
        self.matrix = queries.matrix()
        self.at = now
        self.acts = 0

    def play(self, lives: Iterable[Life], *, tell: Tell) -> None:
        """Play lives until `now`: what would come later does not happen."""
        coming: list[tuple[datetime, int, Life]] = []
        for number, life in enumerate(lives):
            heappush(coming, (next(life), number, life))
        while coming and coming[0][0] <= self.now:
            self.at, number, life = heappop(coming)
            self._sweep(self.at)
            with clock.frozen(self.at):
                following = next(life, None)
            self.acts += 1
            tell(self.acts, self.at)
            if following is not None:
                heappush(coming, (max(following, self.at + SECOND), number, life))
        self._sweep(self.now)

    def promise(self, category: Category, person: Person, impact: str, urgency: str) -> Promise:
        """Return what would be promised about the solution of a ticket like this."""
        facts = Facts(
            kind=category.kind, priority=self.matrix[f"{impact}/{urgency}"],
            category=category.pk, service=category.service_id,
            organisation=person.organisation_id, site=person.site_id,
            team=category.team_id, vip=person.is_vip,
        )  # fmt: skip
        found = self.rules.promises(facts, at=self.now)
        return next(p for p in found if p.metric == Metric.RESOLUTION)

    def agent(self, team_id: int, language: str) -> Person:
        """Return an agent of a team, more likely one who speaks the language."""
        members = self.cast.agents[team_id]
        speakers = [person for person in members if person.language == language]
        return self.dice.choice(speakers if speakers and self.dice.random() < 0.8 else members)

    def worker(self, ticket: "State") -> Person:
        """Return who works on a ticket: its assignee, else somebody of its team."""
        for person in self.cast.agents[ticket.team_id]:
            if person.pk == ticket.assignee_id:
                return person
        return self.agent(ticket.team_id, ticket.language)

    def by(self, person: Person | None, channel: Channel = Channel.DESK) -> Origin:
        """Return the origin of an act at the instant that is being played."""
        if person is None:
            return Origin.of_system(trace="demo", at=self.at)
        return Origin(actor=person, channel=channel, trace="demo", at=self.at)

    def look(self, pk: int) -> "State":
        """Return where a ticket stands now: the sweep may have moved it since."""
        return State(*Ticket.objects.filter(pk=pk).values_list(*State.__slots__).get())

    def accept(self, ticket: "State") -> None:
        """Let the second level take on what was handed to it, if anything was."""
        if ticket.level > 1 and proposed(Ticket(pk=ticket.id)) is not None:
            escalation.accept(ticket.id, origin=self.by(self.worker(ticket)))

    def _sweep(self, until: datetime) -> None:
        """Carry out what fell due up to an instant, each at its own instant."""
        while (first := _first_due(until)) is not None:
            at, work = first
            with clock.frozen(at):
                _WORK[work](at=at)


_WORK: dict[str, Callable[..., int]] = {"hold": escalation.wake, "step": escalation.sweep}


def _first_due(until: datetime) -> tuple[datetime, str] | None:
    """Return what falls due first up to an instant; of two at once the hold."""
    rows = (
        found.order_by(column)
        .annotate(work=Value(work, output_field=CharField()))
        .values_list(column, "work")[:1]
        for found, column, work in (
            (Hold.objects.to_wake(at=until), "wake_at", "hold"),
            (Clock.objects.to_look_at(at=until), "next_action_at", "step"),
        )
    )
    holds, steps = rows
    return min(holds.union(steps, all=True), default=None)


def utc(moment: datetime) -> datetime:
    """Return a moment in UTC, cut to the second."""
    return moment.astimezone(UTC).replace(microsecond=0)
