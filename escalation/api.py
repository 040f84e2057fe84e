"""Hand-overs for programs: verbs under the ticket's own address."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Team
from common.errors import InvalidInput
from escalation import actions
from escalation.choices import CHOOSABLE, Trigger
from tickets.api import TEXT, TicketDoor, TicketOut, VersionIn

TRIGGERS = [(trigger.value, trigger.label) for trigger in CHOOSABLE]


class CardIn(serializers.Serializer[Any]):
    """What the next team reads first."""

    symptom = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, default="")
    tried = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, default="")
    wanted = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, default="")
    reachable = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class HandoverIn(VersionIn):
    """Where the ticket goes, and why."""

    team = serializers.SlugField()
    reason = serializers.CharField(max_length=TEXT)
    trigger = serializers.ChoiceField(TRIGGERS, required=False, default=Trigger.SKILL)
    card = CardIn(required=False, allow_null=True, default=None)


class AnswerIn(VersionIn):
    """What the other team needs to know."""

    reason = serializers.CharField(max_length=TEXT)


class HandoverViewSet(TicketDoor):
    """Hand over, accept, refuse and hand back."""

    serializer_class = TicketOut

    @extend_schema(request=HandoverIn, responses=TicketOut)
    @action(detail=True, methods=["post"], url_path="hand-over")
    def hand_over(self, request: Request, number: str) -> Response:
        """Hand the ticket to another team; its level becomes the team's."""
        ticket, given = self.ticket(), self.given(HandoverIn)
        team, card = _team(given.pop("team")), given.pop("card")
        moved = actions.hand_over(
            ticket.pk,
            team=team,
            trigger=Trigger(given.pop("trigger")),
            card=None if card is None else actions.Card(**card),
            origin=self.origin,
            **given,
        )
        return self.answer(moved)

    @extend_schema(request=VersionIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, number: str) -> Response:
        """Take on what was handed over."""
        ticket = self.ticket()
        return self.answer(actions.accept(ticket.pk, origin=self.origin, **self.given(VersionIn)))

    @extend_schema(request=AnswerIn, responses=TicketOut)
    @action(detail=True, methods=["post"])
    def refuse(self, request: Request, number: str) -> Response:
        """Send back what was handed over and not yet accepted."""
        ticket = self.ticket()
        return self.answer(actions.refuse(ticket.pk, origin=self.origin, **self.given(AnswerIn)))

    @extend_schema(request=AnswerIn, responses=TicketOut)
    @action(detail=True, methods=["post"], url_path="hand-back")
    def hand_back(self, request: Request, number: str) -> Response:
        """Send the ticket back to the team it came from, with the answer inside."""
        ticket = self.ticket()
        return self.answer(
            actions.hand_back(ticket.pk, origin=self.origin, **self.given(AnswerIn))
        )


def _team(slug: str) -> Team:
    team: Team | None = Team.objects.active().filter(slug=slug).first()
    if team is None:
        raise InvalidInput(_("There is no such team."), field="team")
    return team
