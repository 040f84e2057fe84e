"""Making tickets in bulk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction

from accounts.models import Person
from common import clock
from common.origin import Channel, Origin
from setup.bulk import persons, shapes
from setup.bulk.draft import Draft
from setup.bulk.tables import COLUMNS, Numbers, Tables, first_key, keys_used
from setup.bulk.world import World, read
from setup.demo import reference
from setup.demo.stage import utc
from setup.demo.texts import Story
from tickets.choices import Status
from tickets.models import Clock, Ticket

BATCH = 5_000
OPEN_SHARE = 0.3
OLDEST = timedelta(days=730)
WRITTEN = (Channel.PORTAL.value, Channel.EMAIL.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to make. breached: percent of the open ones that are due and not swept yet."""

    tickets: int
    people: int
    seed: int = 1
    breached: float = 0.0
    now: datetime | None = None


def build(order: Order, *, tell: Callable[[int], None]) -> None:
    """Make it in one transaction, reference data first when nobody is there."""
    dice = Random(order.seed)  # noqa: S311 - dice, not secrets
    with transaction.atomic():
        now = utc(order.now or clock.now())
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 0")
        origin = Origin.of_system(trace="seed", at=now - OLDEST)
        if reference.is_empty():
            reference.build(origin)
        persons.make(order.people, dice, origin=origin)
        _Maker(read(dice), order, now).make(tell)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {', '.join([*COLUMNS, 'accounts_person'])}")


class _Maker:
    def __init__(self, world: World, order: Order, now: datetime) -> None:
        self.world, self.order, self.now = world, order, now
        self.dice = world.dice
        self.zone = ZoneInfo(settings.TIME_ZONE)
        self.numbers = Numbers()
        self.tables = Tables()

    def make(self, tell: Callable[[int], None]) -> None:
        with connection.cursor() as cursor:
            # Keys are taken past the sequence: nobody else may open a ticket meanwhile.
            cursor.execute("LOCK TABLE tickets_ticket IN SHARE ROW EXCLUSIVE MODE")
            # Checked with each COPY: kept until the commit, a million tickets fill the memory.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        key, clock_key = first_key(Ticket), first_key(Clock)
        total = self.order.tickets
        ended = total - int(total * OPEN_SHARE)
        for done in range(total):
            clock_key += self._ticket(key + done, clock_key, is_open=done >= ended)
            if (done + 1) % BATCH == 0:
                self.tables.flush()
                tell(done + 1)
        self.tables.flush()
        if total:
            keys_used(Ticket, key + total - 1)
            keys_used(Clock, clock_key - 1)
        self.numbers.keep()

    def _ticket(self, key: int, clock_key: int, *, is_open: bool) -> int:
        world, dice = self.world, self.dice
        category, person = dice.choice(world.categories), dice.choice(world.requesters)
        story = self._told(dice.choice(world.stories[person.language]))
        ticket = shapes.Ticket(world, category, person, story)
        shape = shapes.choose(dice, is_open=is_open, has_higher=ticket.to is not None)
        if is_open and dice.random() * 100 < self.order.breached:
            shape = "unswept"
        opened = ticket.begins(shape, self.now, oldest=OLDEST)
        draft = self._draft(key, ticket, shape, person, opened)
        read_at = shapes.live(shape, ticket, draft, self.now)
        return draft.write(self.tables, clock_key, read_at=read_at)

    def _told(self, story: Story) -> Story:
        """Fill in a device and a room, so that titles differ and can be searched."""
        number = self.dice.randrange(20_000)
        names = {"device": f"LT-{number:05d}", "room": f"{'ABC'[number % 3]}{number % 60 + 100}"}
        return Story(
            title=f"{story.title.format(**names)} ({names['device']})"[:200],
            details=f"{story.details.format(**names)} {names['room']}",
            solution=story.solution.format(**names),
        )

    def _draft(
        self, key: int, ticket: shapes.Ticket, shape: str, person: Person,
        opened: datetime,
    ) -> Draft:  # fmt: skip
        category, spoken = ticket.category, shape == "quick"
        agent = ticket.agent.pk if spoken else None
        values = {
            "kind": category.kind, "title": ticket.story.title,
            "description": ticket.story.details,
            "status": (Status.IN_PROGRESS if spoken else Status.NEW).value,
            "impact": category.impact, "urgency": category.urgency,
            "priority": self.world.matrix[f"{category.impact}/{category.urgency}"],
            "category_id": category.pk, "team_id": category.team_id,
            "level": self.world.teams[category.team_id].level, "assignee_id": agent,
            "follow_up_id": agent, "requester_id": person.pk,
            "opened_by_id": agent or person.pk,
            "channel": Channel.PHONE.value if spoken else self.dice.choice(WRITTEN),
            "opened_at": opened, "responded_at": opened if spoken else None,
            "resolved_at": None, "ended_at": None, "resolution": "", "hop_count": 0,
        }  # fmt: skip
        return Draft(
            id=key,
            number=self.numbers.take(opened.astimezone(self.zone).year),
            values=values,
            requester=person,
            promises=self.world.promises(category, category.impact, category.urgency, person),
            at=opened,
        )
