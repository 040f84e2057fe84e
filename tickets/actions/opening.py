"""Opening a ticket: nothing else creates one, whatever the door."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.permissions import can_open_for, is_agent
from catalog import queries as catalog
from catalog.models import Category
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.origin import Channel, Origin
from tickets import permissions, queries
from tickets.actions import funnel
from tickets.actions.once import once
from tickets.choices import EntryKind, Status
from tickets.models import Entry, Ticket

SPOKEN = frozenset({Channel.PHONE, Channel.WALK_IN})


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """What a door knows about a ticket to be; None takes the category's own answer."""

    title: str
    requester: Person
    channel: Channel
    description: str = ""
    category: Category | None = None
    impact: str | None = None
    urgency: str | None = None


def open_ticket(new: NewTicket, *, origin: Origin, key: str = "") -> Ticket:
    """Open a ticket with its clocks, its first entry, its event and its messages.

    A call logged by an agent is the desk's first response, and the ticket is theirs when
    they belong to the category's team. Raises InvalidInput or NotAllowed.
    key: of this submission, where it may arrive twice; the second time the same ticket.
    """
    category = new.category or catalog.default_category()
    if category is None:
        raise InvalidInput(_("There is no category yet. Ask an administrator."), field="category")
    if not new.title.strip():
        raise InvalidInput(
            _("Write at least one line about the problem. The first line becomes the title."),
            field="title",
        )
    actor = origin.actor
    if actor is not None and not can_open_for(actor, new.requester):
        raise NotAllowed(_("You can open tickets in your own name only."))
    return once(lambda: _opened(new, category, origin), key=key, origin=origin)


def _opened(new: NewTicket, category: Category, origin: Origin) -> Ticket:
    with transaction.atomic():
        origin = origin.timed(clock.now)
        ticket = _build(new, category, origin)
        funnel.first_write(
            ticket, body=ticket.description, entries=_entries(ticket, new, origin), origin=origin
        )
    return ticket


def _build(new: NewTicket, category: Category, origin: Origin) -> Ticket:
    moment, person = origin.moment, new.requester
    actor = cast("Person | None", origin.actor)
    impact = new.impact or category.impact
    urgency = new.urgency or category.urgency
    spoken = new.channel in SPOKEN and is_agent(actor) if actor is not None else False
    mine = spoken and category.team_id in permissions.team_ids(actor)
    return Ticket(
        number=funnel.next_number(_local_year(moment)),
        kind=category.kind,
        title=new.title.strip()[:200],
        description=new.description.strip(),
        status=Status.IN_PROGRESS if mine else Status.NEW,
        impact=impact,
        urgency=urgency,
        priority=queries.priority_for(impact, urgency),
        category=category,
        team=category.team,
        level=category.team.level,
        assignee=actor if mine else None,
        follow_up=actor if spoken else None,
        requester=person,
        opened_by=actor,
        organisation_id=person.organisation_id,
        site_id=person.site_id,
        is_vip=person.is_vip,
        language=person.language,
        channel=new.channel,
        opened_at=moment,
        updated_at=moment,
        responded_at=moment if spoken else None,
        team_since=moment,
        accepted_at=moment if mine else None,
    )


def _entries(ticket: Ticket, new: NewTicket, origin: Origin) -> list[Entry]:
    spoken = new.channel in SPOKEN
    kind = EntryKind.CALL if spoken else EntryKind.REPLY
    return [
        Entry(
            ticket=ticket,
            kind=kind,
            author=cast("Person | None", origin.actor) or new.requester,
            channel=new.channel,
            body=ticket.description or ticket.title,
            at=origin.moment,
        )
    ]


def _local_year(moment: datetime) -> int:
    return moment.astimezone(ZoneInfo(settings.TIME_ZONE)).year
