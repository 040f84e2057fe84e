"""Hand-overs for programs: verbs under the ticket's own address."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Team
from accounts.permissions import is_lead
from common import clock
from common.errors import InvalidInput, NotAllowed
from escalation import actions
from escalation.choices import CHOOSABLE, Trigger, WhyLate
from escalation.queries import handovers_of, outlook
from escalation.rules import words
from escalation.rules.forecast import Kind
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


class HandedOver(TicketOut):
    """The ticket, and why it went to whom."""

    why = serializers.CharField(
        help_text="who was chosen and why, or why nobody was, in the language of the caller"
    )


class AnswerIn(VersionIn):
    """What the other team needs to know."""

    reason = serializers.CharField(max_length=TEXT)


class HandoverViewSet(TicketDoor):
    """Hand over, accept, refuse and hand back."""

    serializer_class = TicketOut

    @extend_schema(request=HandoverIn, responses=HandedOver)
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
        latest = handovers_of(moved)[0]
        answer = self.answer(moved)
        return Response({**answer.data, "why": words.said(latest.chosen)})

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


class ExpectedOut(serializers.Serializer[Any]):
    """A ticket that is expected to be late."""

    number = serializers.CharField()
    team = serializers.SlugField()
    promise = serializers.ChoiceField([kind.value for kind in Kind])
    due_at = serializers.DateTimeField()
    expected_at = serializers.DateTimeField(allow_null=True)
    why = serializers.ChoiceField(WhyLate.choices)


class ScoreOut(serializers.Serializer[Any]):
    """How well the forecast did on past working days; see docs/service-levels/forecast.md."""

    days = serializers.IntegerField()
    late = serializers.IntegerField()
    recall = serializers.FloatField(allow_null=True)
    precision = serializers.FloatField(allow_null=True)
    error = serializers.FloatField()


class OutlookOut(serializers.Serializer[Any]):
    """What will be late by `until` and was not `as_of`; `slow_count`: if all takes long."""

    as_of = serializers.DateTimeField()
    until = serializers.DateTimeField()
    count = serializers.IntegerField()
    slow_count = serializers.IntegerField()
    late = ExpectedOut(many=True)
    trust = ScoreOut(allow_null=True)


class ForecastView(APIView):
    """What will be late by the end of the day."""

    @extend_schema(parameters=[OpenApiParameter("team", str)], responses=OutlookOut)
    def get(self, request: Request) -> Response:
        """Forecast which open tickets will be late, and why; for the leads of the teams."""
        if not is_lead(request.user):
            raise NotAllowed(_("The forecast is for the leads of the teams."))
        team = _team(request.query_params["team"]) if "team" in request.query_params else None
        return Response(outlook.record(request.user, team=team, at=clock.now()))


def _team(slug: str) -> Team:
    team: Team | None = Team.objects.active().filter(slug=slug).first()
    if team is None:
        raise InvalidInput(_("There is no such team."), field="team")
    return team
