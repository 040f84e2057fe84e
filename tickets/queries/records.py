"""Tickets as programs read them: plain values, two statements a page, whatever its size."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.permissions import can_read_desk
from audit.queries import of_subject
from common import paging
from sla.choices import OF_CUSTOMERS
from sla.queries import policy
from tickets.models import Clock, Ticket
from tickets.queries.lists import keyset
from tickets.queries.spent import time_spent

Record = dict[str, Any]

_COLUMNS = (
    "id", "number", "kind", "title", "status", "priority", "level", "team__slug", "version",
    "assignee_id", "assignee__given_name", "assignee__family_name",
    "requester_id", "requester__given_name", "requester__family_name",
)  # fmt: skip
_REQUESTER = _COLUMNS.index("requester_id")
_MORE = (
    "description", "category__slug", "impact", "urgency", "channel", "opened_at", "resolved_at",
    "resolution",
)  # fmt: skip

# What a requester reads of the history of their ticket; all else is the desk's own business.
_PUBLIC_VERBS = frozenset(
    f"ticket.{word}"
    for word in (
        "opened", "replied", "taken", "assigned", "held", "resumed", "resolved", "reopened",
        "closed", "cancelled", "classified", "escalated", "handed_over",
    )
)  # fmt: skip
PUBLIC_FIELDS = frozenset(
    {
        "status", "title", "kind", "priority", "impact", "urgency", "level", "resolution",
        "responded_at", "resolved_at", "ended_at", "hold", "until", "woken_by",
    }
)  # fmt: skip


def records(
    tickets: QuerySet[Ticket], reader: Any, *, key: paging.Key | None = None, size: int = 50
) -> paging.Page[Record]:
    """Return one page of tickets, newest first, with their clocks; key: of the row before.

    Of a ticket of their own a reader finds here what its requester is promised.
    """
    line = keyset(tickets, order="newest", key=key)
    found = list(line.values_list(*_COLUMNS, "opened_at")[: size + 1])
    cursor = None
    if len(found) > size:
        last = found[size - 1]
        cursor = paging.encode((last[-1], last[0]))
    is_desk = can_read_desk(reader)
    internal = {row[0] for row in found if is_desk and row[_REQUESTER] != reader.pk}
    rows = _with_clocks(found[:size], internal)
    return paging.Page(rows=rows, next=cursor, is_first=key is None)


def record(ticket_id: int, *, internal: bool) -> Record:
    """Return one ticket; without `internal` the clocks are those of its requester."""
    values = Ticket.objects.filter(pk=ticket_id).values_list(*_COLUMNS, *_MORE).get()
    (found,) = _with_clocks([values], {ticket_id} if internal else ())
    names = (name.partition("__")[0] for name in _MORE)
    return found | dict(zip(names, values[len(_COLUMNS) :], strict=True))


def detail(ticket: Ticket, *, internal: bool, at: datetime) -> Record:
    """Return one ticket with where its time went, unless it is for its requester."""
    sums = None
    if internal:
        events = list(of_subject("ticket", ticket.pk).select_related(None))
        clocks = list(Clock.objects.filter(ticket=ticket).order_by("run"))
        sums = [asdict(one) for one in time_spent(ticket, events, clocks, rules=policy(), at=at)]
    return record(ticket.pk, internal=internal) | {"time_spent": sums}


def history(ticket: Ticket, *, internal: bool) -> list[Record]:
    """Return what happened to a ticket, oldest first; only its public side unless `internal`."""
    events = of_subject("ticket", ticket.pk)
    if not internal:
        events = events.filter(verb__in=_PUBLIC_VERBS)
    return [
        {
            "verb": verb,
            "at": at,
            "actor": _person(actor_id, given, family),
            "channel": channel,
            "changes": changes if internal else _public(changes),
        }
        for verb, at, channel, changes, actor_id, given, family in events.values_list(
            "verb", "at", "channel", "changes",
            "actor_id", "actor__given_name", "actor__family_name",
        )
    ]  # fmt: skip


def _with_clocks(found: Sequence[tuple[Any, ...]], internal: Collection[int]) -> list[Record]:
    clocks = _clocks([values[0] for values in found], internal)
    return [_record(values, clocks[values[0]]) for values in found]


def _clocks(ticket_ids: Collection[int], internal: Collection[int]) -> dict[int, list[Record]]:
    """Return the clocks of tickets; those of `internal` with the ones for the desk alone."""
    known = defaultdict[int, list[Record]](list)
    rows = Clock.objects.filter(ticket_id__in=ticket_ids).order_by("metric", "run")
    names = ("metric", "state", "due_at", "breached_at")
    for ticket_id, *values in rows.values_list("ticket_id", *names):
        if values[0] in OF_CUSTOMERS or ticket_id in internal:
            known[ticket_id].append(dict(zip(names, values, strict=True)))
    return known


def _record(values: tuple[Any, ...], clocks: list[Record]) -> Record:
    return {
        "number": values[1],
        "kind": values[2],
        "title": values[3],
        "status": values[4],
        "priority": f"P{values[5]}",
        "level": values[6],
        "team": values[7],
        "assignee": _person(*values[9:12]),
        "requester": _person(*values[12:15]),
        "version": values[8],
        "clocks": clocks,
    }


def _person(pk: int | None, given: str | None, family: str | None) -> Record | None:
    return None if pk is None else {"id": pk, "name": f"{given} {family}".strip()}


def _public(changes: dict[str, list[datetime | str | int | None]]) -> Record:
    return {name: change for name, change in changes.items() if name in PUBLIC_FIELDS}
