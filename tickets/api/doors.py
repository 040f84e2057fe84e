"""What every API view of a ticket shares: pages of a list, the ticket, the origin, the answer."""

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from rest_framework import serializers, status, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from common import paging
from common.origin import Channel, Origin
from tickets.models import Ticket
from tickets.permissions import can_see_internal
from tickets.queries import records


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
        page = records.records(queryset, request.user, key=key, size=int(size))
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
        internal = can_see_internal(self.request.user, ticket)
        return Response(records.record(ticket.pk, internal=internal), status=code)
