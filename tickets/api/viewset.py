"""Tickets for programs: read as resources, changed through named verbs, never by PUT."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models.functions import Lower
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.choices import OrganisationKind
from accounts.models import Organisation, Person
from accounts.permissions import is_agent
from catalog.models import Category
from common.errors import InvalidInput, NotAllowed
from tickets import actions, permissions
from tickets.api.doors import NewestFirst, TicketDoor
from tickets.api.shapes import (
    IDEMPOTENCY_KEY,
    METRIC,
    RUN,
    AssignIn,
    ExplanationOut,
    History,
    HoldIn,
    NoteIn,
    ReplyIn,
    ResolveIn,
    TicketDetail,
    TicketIn,
    TicketOut,
    TicketRow,
    VersionIn,
    WhyIn,
)
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.queries import records
from tickets.queries.explained import as_record, explained


class TicketViewSet(TicketDoor):
    """Tickets are read as resources and changed through named verbs, never by PUT."""

    serializer_class = TicketRow
    filterset_class = TicketFilter
    pagination_class = NewestFirst

    def list(self, request: Request) -> Response:
        """List the tickets one may see, newest first; unknown or wrong filters are a 400."""
        _refuse_unknown(request.query_params)
        tickets = self.get_queryset()
        # A set of filters copies all its fields, which costs as much as the page.
        if request.query_params.keys() - _PAGE_WORDS:
            tickets = self.filter_queryset(tickets)
        page = self.paginate_queryset(tickets)
        return self.get_paginated_response(page)

    @extend_schema(request=TicketIn, responses={201: TicketOut}, parameters=[IDEMPOTENCY_KEY])
    def create(self, request: Request) -> Response:
        """Open a ticket; a requester in their own name only.

        Sent again with the same `Idempotency-Key`, it answers with the same ticket.
        """
        given = self.given(TicketIn)
        new = actions.NewTicket(
            title=given["title"],
            description=given["description"],
            requester=_requester(request.user, given["requester"]),
            channel=given["channel"],
            category=_category(given["category"]),
            impact=given["impact"],
            urgency=given["urgency"],
        )
        key = request.headers.get("Idempotency-Key", "").strip()
        ticket = actions.open_ticket(new, origin=self.origin, key=f"api:{key}" if key else "")
        return self.answer(ticket, status.HTTP_201_CREATED)

    @extend_schema(responses=TicketDetail)
    def retrieve(self, request: Request, number: str) -> Response:
        """Show one ticket, to the desk also where its time went."""
        ticket = self.ticket()
        internal = permissions.can_see_internal(request.user, ticket)
        return Response(records.detail(ticket, internal=internal, at=timezone.now()))

    @extend_schema(responses=History, filters=False)
    @action(detail=True, methods=["get"])
    def history(self, request: Request, number: str) -> Response:
        """Show what happened to a ticket; a requester reads the public side."""
        ticket = self.ticket()
        internal = permissions.can_see_internal(request.user, ticket)
        return Response({"results": records.history(ticket, internal=internal), "next": None})

    @extend_schema(responses=ExplanationOut, filters=False, parameters=[METRIC, RUN])
    @action(detail=True, methods=["get"], url_path=r"clocks/(?P<metric>[a-z_]+)")
    def clocks(self, request: Request, number: str, metric: str) -> Response:
        """Explain one clock: its reading, its pieces of time, what moved it, all in words too.

        A requester reads of the promises made to them.
        """
        ticket, wanted = self.ticket(), request.query_params.get("run", "")
        if wanted and not (wanted.isascii() and wanted.isdecimal() and len(wanted) < 6):
            raise ValidationError({"run": [_("Choose the number of a run.")]})
        found = explained(
            ticket, metric, int(wanted) if wanted else None, at=timezone.now(),
            internal=permissions.can_see_internal(request.user, ticket),
        )  # fmt: skip
        if found is None:
            raise Http404
        return Response(as_record(found))

    @extend_schema(request=ReplyIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def reply(self, request: Request, number: str) -> Response:
        """Write to the requester, or as the requester to the desk."""
        ticket = self.ticket()
        return self.answer(actions.reply(ticket.pk, origin=self.origin, **self.given(ReplyIn)))

    @extend_schema(request=NoteIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def note(self, request: Request, number: str) -> Response:
        """Add a note that only the desk reads."""
        ticket = self.ticket()
        return self.answer(actions.note(ticket.pk, origin=self.origin, **self.given(NoteIn)))

    @extend_schema(request=VersionIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def take(self, request: Request, number: str) -> Response:
        """Make oneself the assignee."""
        ticket = self.ticket()
        return self.answer(actions.take(ticket.pk, origin=self.origin, **self.given(VersionIn)))

    @extend_schema(request=AssignIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, number: str) -> Response:
        """Give the ticket to a member of its team, or with null back to the team."""
        ticket, given = self.ticket(), self.given(AssignIn)
        self._require_work(ticket)
        person = _assignee(given.pop("assignee"))
        return self.answer(actions.assign(ticket.pk, person, origin=self.origin, **given))

    @extend_schema(request=HoldIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, number: str) -> Response:
        """Put the ticket on hold, or let it wait longer or for something else."""
        ticket, given = self.ticket(), self.given(HoldIn)
        self._require_work(ticket)
        supplier = _supplier(given.pop("supplier"))
        return self.answer(actions.hold(ticket.pk, supplier=supplier, origin=self.origin, **given))

    @extend_schema(request=VersionIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, number: str) -> Response:
        """End the hold."""
        ticket = self.ticket()
        return self.answer(actions.resume(ticket.pk, origin=self.origin, **self.given(VersionIn)))

    @extend_schema(request=ResolveIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, number: str) -> Response:
        """Say what solved it; the requester may still reopen it."""
        ticket = self.ticket()
        return self.answer(actions.resolve(ticket.pk, origin=self.origin, **self.given(ResolveIn)))

    @extend_schema(request=WhyIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, number: str) -> Response:
        """Say that it is not solved after all."""
        ticket = self.ticket()
        return self.answer(actions.reopen(ticket.pk, origin=self.origin, **self.given(WhyIn)))

    @extend_schema(request=VersionIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def close(self, request: Request, number: str) -> Response:
        """Accept the solution for good."""
        ticket = self.ticket()
        return self.answer(actions.close(ticket.pk, origin=self.origin, **self.given(VersionIn)))

    @extend_schema(request=WhyIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, number: str) -> Response:
        """Say that it is not needed any more."""
        ticket = self.ticket()
        return self.answer(actions.cancel(ticket.pk, origin=self.origin, **self.given(WhyIn)))

    def _require_work(self, ticket: Ticket) -> None:
        """Refuse before anybody is looked up: the answer must not tell who exists."""
        if not permissions.can_work(self.request.user, ticket):
            raise NotAllowed(permissions.refusal(ticket))


def _refuse_unknown(words: Iterable[str]) -> None:
    unknown = sorted(set(words) - _query_words())
    if unknown:
        raise ValidationError({word: [_("There is no such filter.")] for word in unknown})


@cache
def _query_words() -> frozenset[str]:
    """Return every word that a list's query may hold; a range has two."""
    filters = TicketFilter.base_filters.items()
    ends = {name: getattr(f.field.widget, "suffixes", ()) for name, f in filters}
    words = {f"{name}_{end}" for name, found in ends.items() for end in found}
    return frozenset(words | {name for name, found in ends.items() if not found} | _PAGE_WORDS)


_PAGE_WORDS = frozenset({"after", "page_size"})


def _requester(user: Any, named: str | None) -> Person:
    named = (named or "").strip()
    if not named or named == str(user.pk) or named.lower() == user.email.lower():
        oneself: Person = user
        return oneself
    if not is_agent(user):
        # Before anybody is looked up: the answer must not tell who exists.
        raise NotAllowed(_("You can open tickets in your own name only."))
    people = Person.objects.active().alias(mail=Lower("email"))
    by_key = named.isascii() and named.isdecimal() and len(named) < 19
    found = people.filter(pk=int(named)) if by_key else people.filter(mail=named.lower())
    person: Person | None = found.first()
    if person is None:
        raise InvalidInput(_("Nobody is known by this key or address."), field="requester")
    return person


def _assignee(key: int | None) -> Person | None:
    if key is None:
        return None
    person: Person | None = Person.objects.agents().filter(pk=key).first()
    if person is None:
        raise InvalidInput(_("There is no agent with this key."), field="assignee")
    return person


def _supplier(slug: str | None) -> Organisation | None:
    if not slug:
        return None
    found: Organisation | None = Organisation.objects.filter(
        kind=OrganisationKind.SUPPLIER, slug=slug
    ).first()
    if found is None:
        raise InvalidInput(_("There is no such supplier."), field="supplier")
    return found


def _category(slug: str | None) -> Category | None:
    if not slug:
        return None
    found: Category | None = (
        Category.objects.active().select_related("team").filter(slug=slug).first()
    )
    if found is None:
        raise InvalidInput(_("There is no such category."), field="category")
    return found
