"""Tickets for programs: read as resources, changed through named verbs, never by PUT."""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status, viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.choices import Level
from accounts.models import Person
from accounts.permissions import is_agent
from catalog.choices import Impact, Kind, Urgency
from catalog.models import Category
from common import paging
from common.errors import InvalidInput, NotAllowed
from common.origin import Channel, Origin
from sla.choices import ClockState, Metric
from tickets import actions, permissions
from tickets.choices import HoldReason, Status
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.queries import records

TEXT = 50_000  # characters of a text somebody writes
CHANNELS = [
    (channel.value, channel.label)
    for channel in (
        Channel.PHONE, Channel.EMAIL, Channel.PORTAL, Channel.WALK_IN, Channel.API,
        Channel.MONITORING,
    )
]  # fmt: skip
REASONS = [(r.value, r.label) for r in HoldReason if r != HoldReason.RESOLVED]

# --- What the API says ------------------------------------------------------


class PersonOut(serializers.Serializer[Any]):
    """Somebody, by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ClockOut(serializers.Serializer[Any]):
    """One promise and how it stands; breached_at stays once the time has run out."""

    metric = serializers.ChoiceField(choices=Metric.choices)
    state = serializers.ChoiceField(choices=ClockState.choices)
    due_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)


class TicketRow(serializers.Serializer[Any]):
    """A ticket as a list shows it."""

    number = serializers.CharField()
    kind = serializers.ChoiceField(choices=Kind.choices)
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    priority = serializers.CharField(help_text="P1 (most urgent) to P5")
    level = serializers.ChoiceField(choices=Level.choices)
    team = serializers.SlugField()
    assignee = PersonOut(allow_null=True)
    requester = PersonOut()
    version = serializers.IntegerField(help_text="goes up with every change")
    clocks = ClockOut(many=True)


class TicketOut(TicketRow):
    """A ticket with everything its requester may know."""

    description = serializers.CharField()
    category = serializers.SlugField()
    impact = serializers.ChoiceField(choices=Impact.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    channel = serializers.CharField()
    opened_at = serializers.DateTimeField()
    resolved_at = serializers.DateTimeField(allow_null=True)
    resolution = serializers.CharField()


class EventOut(serializers.Serializer[Any]):
    """One thing that happened; changes: field → [before, after]."""

    verb = serializers.CharField()
    at = serializers.DateTimeField()
    actor = PersonOut(allow_null=True)
    channel = serializers.CharField()
    changes = serializers.DictField(child=serializers.ListField())


class History(serializers.Serializer[Any]):
    """Everything that happened to a ticket, oldest first; it is always one page."""

    results = EventOut(many=True)
    next = serializers.URLField(allow_null=True)


# --- What the API is told ---------------------------------------------------


@extend_schema_field({"oneOf": [{"type": "integer"}, {"type": "string"}]})
class PersonRef(serializers.CharField):
    """A person by key or by e-mail address."""


class TicketIn(serializers.Serializer[Any]):
    """A ticket to be; what is left out is answered by the category."""

    title = serializers.CharField(max_length=200)
    description = serializers.CharField(
        max_length=TEXT, required=False, allow_blank=True, default=""
    )
    requester = PersonRef(
        max_length=254, required=False, allow_null=True, default=None,
        help_text="key or e-mail address; oneself when left out",
    )  # fmt: skip
    category = serializers.SlugField(required=False, allow_null=True, default=None)
    impact = serializers.ChoiceField(Impact.choices, required=False, allow_null=True, default=None)
    urgency = serializers.ChoiceField(
        Urgency.choices, required=False, allow_null=True, default=None
    )
    channel = serializers.ChoiceField(CHANNELS, required=False, default=Channel.API)


class VersionIn(serializers.Serializer[Any]):
    """version: the one the caller looked at; a change of the same fields since is a 409."""

    version = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=1, max_value=2**31 - 1
    )


class ReplyIn(VersionIn):
    """A message that the requester reads."""

    body = serializers.CharField(max_length=TEXT)


class NoteIn(serializers.Serializer[Any]):
    """A note for the desk only."""

    body = serializers.CharField(max_length=TEXT)


class ResolveIn(VersionIn):
    """What solved it."""

    resolution = serializers.CharField(max_length=TEXT)


class AssignIn(VersionIn):
    """A member of the ticket's team by key; null gives it back to the team."""

    assignee = serializers.IntegerField(allow_null=True)


class HoldIn(VersionIn):
    """What the ticket waits for, and until when; some reasons need the date."""

    reason = serializers.ChoiceField(REASONS)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class WhyIn(VersionIn):
    """A few words for the requester's conversation."""

    reason = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, default="")


# --- The doors --------------------------------------------------------------


class NewestFirst(BasePagination):
    """Pages that start after a row: `?after=` holds the cursor, `?page_size=` 1 to 100."""

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any]:
        size, cursor = (
            request.query_params.get("page_size", "50"),
            request.query_params.get("after"),
        )
        if not (size.isascii() and size.isdecimal() and 1 <= int(size[:9]) <= 100):
            raise ValidationError({"page_size": [_("Choose a number from 1 to 100.")]})
        key = paging.decode(cursor) if cursor else None
        if cursor and (key is None or key[0] is None):
            raise ValidationError({"after": [_("Take this word from “next” of the page before.")]})
        page = records.records(queryset, key=key, size=int(size))
        here = request.build_absolute_uri()
        self.next = replace_query_param(here, "after", page.next) if page.next else None
        return page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self.next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        following = {"type": "string", "format": "uri", "nullable": True}
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {"results": schema, "next": following},
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
        return [
            {"name": "after", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]


class TicketDoor(viewsets.GenericViewSet[Ticket]):
    """What every verb on a ticket shares, here and in the apps above."""

    queryset = Ticket.objects.none()
    lookup_field = "number"
    lookup_value_regex = "[A-Za-z0-9-]+"

    def get_queryset(self) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(self.request.user)

    def ticket(self) -> Ticket:
        """Return the ticket of the address; one that is none of the caller's is a 404."""
        tickets = self.get_queryset().select_related("category", "team")
        return get_object_or_404(tickets, number=self.kwargs["number"])

    def given(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """Return the checked body, with `version` under the name actions know it by."""
        body = shape(data=self.request.data)
        body.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(body.validated_data)
        if "version" in values:
            values["seen_version"] = values.pop("version")
        return values

    @property
    def origin(self) -> Origin:
        """The origin of a change that a program asks for."""
        return Origin.of_request(self.request._request, Channel.API)

    def answer(self, ticket: Ticket, code: int = status.HTTP_200_OK) -> Response:
        """Return the ticket as it is now."""
        return Response(records.record(ticket.pk), status=code)


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

    @extend_schema(request=TicketIn, responses={201: TicketOut})
    def create(self, request: Request) -> Response:
        """Open a ticket; a requester in their own name only."""
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
        ticket = actions.open_ticket(new, origin=self.origin)
        return self.answer(ticket, status.HTTP_201_CREATED)

    @extend_schema(responses=TicketOut)
    def retrieve(self, request: Request, number: str) -> Response:
        """Show one ticket."""
        return self.answer(self.ticket())

    @extend_schema(responses=History, filters=False)
    @action(detail=True, methods=["get"])
    def history(self, request: Request, number: str) -> Response:
        """Show what happened to a ticket; a requester reads the public side."""
        ticket = self.ticket()
        internal = permissions.can_see_internal(request.user, ticket)
        return Response({"results": records.history(ticket, internal=internal), "next": None})

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
        if not permissions.can_work(request.user, ticket):
            # Before anybody is looked up: the answer must not tell who exists.
            raise NotAllowed(permissions.refusal(ticket))
        person = _assignee(given.pop("assignee"))
        return self.answer(actions.assign(ticket.pk, person, origin=self.origin, **given))

    @extend_schema(request=HoldIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, number: str) -> Response:
        """Put the ticket on hold."""
        ticket = self.ticket()
        return self.answer(actions.hold(ticket.pk, origin=self.origin, **self.given(HoldIn)))

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


def _category(slug: str | None) -> Category | None:
    if not slug:
        return None
    found: Category | None = (
        Category.objects.active().select_related("team").filter(slug=slug).first()
    )
    if found is None:
        raise InvalidInput(_("There is no such category."), field="category")
    return found
