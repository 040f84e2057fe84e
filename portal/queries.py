"""What requesters read of their tickets, in plain words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Person
from catalog import queries as catalog
from catalog.models import Category
from common import paging
from sla.choices import TICKING, Metric
from sla.queries import policy
from tickets import queries
from tickets.choices import OPEN, HoldReason, Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries import Row

# A resolved ticket is open to its requester: they have yet to say that it works.
UNFINISHED = (*OPEN, Status.RESOLVED)
PAGE = 20

WAITS: dict[str, Any] = {
    HoldReason.REQUESTER: gettext_lazy("Waiting for your answer"),
    HoldReason.SUPPLIER: gettext_lazy("Waiting for a supplier"),
    HoldReason.PART: gettext_lazy("Waiting for a part"),
    HoldReason.CHANGE: gettext_lazy("Waiting for a planned change"),
    HoldReason.APPROVAL: gettext_lazy("Waiting for an approval"),
    HoldReason.SCHEDULED: gettext_lazy("Waiting for the agreed date"),
    HoldReason.PROBLEM: gettext_lazy("Waiting for a lasting solution"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One station on the way of a ticket: done, here or ahead; until: a date promised there."""

    text: str
    state: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Promise:
    """By when something is promised; late: the instant has passed."""

    metric: Metric
    due_at: datetime
    late: bool

    @property
    def kind(self) -> str:
        """What is promised: the fix, or a word."""
        return "fix" if self.metric == Metric.RESOLUTION else "respond"


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket as its page shows it."""

    ticket: Ticket
    steps: Sequence[Step]
    promises: Sequence[Promise]
    hold: Hold | None
    entries: Sequence[Any]

    @property
    def is_open(self) -> bool:
        """Whether the desk still works on it."""
        return self.ticket.status in OPEN

    @property
    def asks(self) -> bool:
        """Whether the requester is asked if it works."""
        return self.ticket.status == Status.RESOLVED


def own(person: Any) -> QuerySet[Ticket]:
    """Return the tickets a person asked for; the portal shows no others, even to agents."""
    return Ticket.objects.filter(requester=person.pk)


def unfinished(person: Any, *, after: str = "", size: int = PAGE) -> paging.Page[Row]:
    """Return a page of the person's tickets that are not over, newest first."""
    return _page(own(person).filter(status__in=UNFINISHED), after, size)


def under_way(person: Any, *, size: int) -> list[Row]:
    """Return the newest of the person's tickets, before them those that ask: does it work now?"""
    asking = _page(own(person).filter(status=Status.RESOLVED), "", size).rows
    return [*asking, *_page(own(person).filter(status__in=OPEN), "", size).rows]


def finished(person: Any, *, after: str = "", size: int = PAGE) -> paging.Page[Row]:
    """Return a page of the person's tickets that are over, newest first."""
    return _page(own(person).exclude(status__in=UNFINISHED), after, size)


def shown(ticket: Ticket, *, at: datetime) -> Shown:
    """Return everything the page of a ticket says, without what is for the desk only."""
    hold = None
    if ticket.status == Status.ON_HOLD:
        hold = ticket.holds.filter(ended_at__isnull=True).first()
    return Shown(
        ticket=ticket,
        steps=track(ticket, hold),
        promises=promises(queries.clocks_of(ticket, internal=False), at=at)
        if ticket.status in OPEN
        else [],
        hold=hold,
        entries=list(queries.entries(ticket, internal=False)),
    )


def track(ticket: Ticket, hold: Hold | None) -> list[Step]:
    """Return the way of a ticket from its receipt to its end, in the words of its requester."""
    name = ticket.assignee.name if ticket.assignee else ticket.team.name
    stations = [_("Received"), _("With %(name)s") % {"name": name}]
    until = None
    if hold is not None:
        stations.append(_waits(hold.reason))
        until = hold.until
    ends_early = ticket.status == Status.CANCELLED
    stations.append(_("Cancelled") if ends_early else _("Please confirm"))
    if not ends_early:
        stations.append(_("Done"))
    here = _HERE.get(ticket.status, len(stations) - 1)
    return [
        Step(text, _state(place, here), until if place == 2 else None)
        for place, text in enumerate(stations)
    ]


def _waits(reason: str) -> str:
    """What a ticket waits for, by the words for requesters, else as the desk calls it."""
    known = WAITS.get(reason)
    if known is not None:
        return str(known)
    return _("Waiting for %(reason)s") % {"reason": policy().reason(reason).name}


def promises(clocks: Sequence[Clock], *, at: datetime) -> list[Promise]:
    """Return what is still promised, the answer before the fix; a clock on hold promises none."""
    return [
        Promise(Metric(c.metric), c.due_at, c.due_at <= at)
        for c in clocks
        if c.state in TICKING and c.due_at is not None
    ]


def services() -> list[tuple[str, str]]:
    """Return what a ticket can be about, as pairs of slug and name in the reader's language."""
    return [(found[0].service.slug, name) for name, found in catalog.grouped()]


def category_of(text: str, service: str, kind: str | None) -> Category | None:
    """Return the category the words point to, or None: the desk's default.

    Categories of the kind come before others; a service that is named holds in any case.
    """
    known = [c for c in catalog.active() if not service or c.service.slug == service]
    alike = [c for c in known if c.kind == kind] or known
    for among in (alike, known):
        found, fits = catalog.suggest(text, among)
        if fits:
            return found
    return alike[0] if service and alike else None


def phones_of(person: Person) -> list[str]:
    """Return the numbers a person can be called back at."""
    return list(person.phones.order_by("kind", "pk").values_list("e164", flat=True))


_HERE: dict[str, int] = {
    Status.NEW: 0,
    Status.IN_PROGRESS: 1,
    Status.ON_HOLD: 2,
    Status.RESOLVED: 2,
}


def _state(place: int, here: int) -> str:
    return "done" if place < here else "here" if place == here else "ahead"


def _page(tickets: QuerySet[Ticket], after: str, size: int) -> paging.Page[Row]:
    return queries.rows(tickets, order="newest", after=after, size=size, internal=False)
