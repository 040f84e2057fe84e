"""Claiming: tickets locked for a sweep or a job, with all that is needed to change them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Person, Team
from catalog.models import Category
from common.clock import in_statement
from tickets.models import Clock, Hold, Ticket
from tickets.queries import Lot, read_many
from tickets.queries.many import by_ticket


def claim_due(limit: int, *, at: datetime | None, ticket_id: int | None = None) -> list[Lot]:
    """Lock and return up to `limit` tickets with a clock to look at, earliest first.

    at: None is the database's own time.

    Rows another sweep or an agent holds are passed over, never waited for. Seven statements,
    however many tickets: relations are shared between them, not joined to each.
    ticket_id: this ticket alone.
    """
    found = Clock.objects.to_look_at(at=at or in_statement())
    if ticket_id is not None:
        found = found.filter(ticket=ticket_id)
    return _claimed(_locked(found.order_by("next_action_at")[:limit]))


def claim_to_wake(limit: int, *, at: datetime | None, ticket_id: int | None = None) -> list[Lot]:
    """Lock and return up to `limit` tickets whose hold is to end by itself, earliest first.

    As `claim_due`: what somebody else holds is passed over. Whoever had it may just have ended
    the hold: the caller looks again at what it gets.
    """
    found = Hold.objects.to_wake(at=at or in_statement())
    if ticket_id is not None:
        found = found.filter(ticket=ticket_id)
    return _claimed(_locked(found.order_by("wake_at")[:limit]))


def _locked(rows: QuerySet[Clock] | QuerySet[Hold]) -> list[int]:
    """Lock rows with their tickets, as far as nobody holds them; return the tickets' keys."""
    due = (
        rows.select_for_update(of=("ticket", "self"), skip_locked=True, no_key=True)
        .select_related("ticket")
        .only("ticket", "ticket__id")  # locked here, read whole by the caller
    )
    with connection.cursor() as cursor:
        # Django locks two tables only for whole rows of the model; five hundred keys will do.
        cursor.execute(*due.query.sql_with_params())
        return list(dict.fromkeys(row[-1] for row in cursor.fetchall()))


def claim_open(limit: int, *, after: int, ticket_id: int | None = None) -> list[Lot]:
    """Lock and return up to `limit` open tickets in the order of their keys, beyond `after`.

    Unlike what is due, none may be passed over: a row somebody holds is waited for.
    ticket_id: this ticket alone.
    """
    found = Ticket.objects.open().filter(pk__gt=after).order_by("pk")
    if ticket_id is not None:
        found = found.filter(pk=ticket_id)
    return _claimed(
        list(found.select_for_update(no_key=True).values_list("pk", flat=True)[:limit])
    )


def claim(found: QuerySet[Ticket]) -> list[Lot]:
    """Lock and return tickets in the order of their keys; a row somebody holds is waited for.

    Without their people: for changes that tell nobody.
    """
    rows = found.order_by("pk").select_for_update(no_key=True)
    return read_many(list(rows.values_list("pk", flat=True)))


def _claimed(ids: Sequence[int]) -> list[Lot]:
    """Read locked tickets with requester, assignee, team and category, in the order of `ids`."""
    if not ids:
        return []
    tickets = Ticket.objects.in_bulk(ids)
    _attach(tickets.values())
    clocks = by_ticket(Clock.objects.filter(ticket_id__in=ids).order_by("pk"))
    holds = by_ticket(Hold.objects.filter(ticket_id__in=ids).order_by("started_at"))
    return [Lot(tickets[pk], clocks[pk], holds[pk]) for pk in ids]


# What a message says of people: five hundred of them are read for it.
_OF_PEOPLE = ("given_name", "family_name", "email", "language")


def _attach(tickets: Collection[Ticket]) -> None:
    people = Person.objects.only(*_OF_PEOPLE).in_bulk(
        {t.requester_id for t in tickets} | {t.assignee_id for t in tickets if t.assignee_id}
    )
    teams = Team.objects.in_bulk({t.team_id for t in tickets})
    categories = Category.objects.in_bulk({t.category_id for t in tickets})
    for ticket in tickets:
        ticket.category = categories[ticket.category_id]
        ticket.requester = people[ticket.requester_id]
        ticket.team = teams[ticket.team_id]
        if ticket.assignee_id is not None:
            ticket.assignee = people[ticket.assignee_id]
