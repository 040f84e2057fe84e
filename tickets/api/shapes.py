"""What the API says and what it is told: shapes, never rules."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from accounts.choices import Level
from catalog.choices import Impact, Kind, Urgency
from common.origin import Channel
from sla.choices import ClockState, Metric
from tickets.choices import Place, Status

TEXT = 50_000  # characters of a text somebody writes
CHANNELS = [
    (channel.value, channel.label)
    for channel in (
        Channel.PHONE, Channel.EMAIL, Channel.PORTAL, Channel.WALK_IN, Channel.API,
        Channel.MONITORING,
    )
]  # fmt: skip
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Of this request, kept a week."
)

METRIC = OpenApiParameter("metric", str, OpenApiParameter.PATH, enum=Metric.values)
RUN = OpenApiParameter("run", int, description="of several runs of this clock; the last one")


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


class PieceOut(serializers.Serializer[Any]):
    """A stretch of a clock's time; used: counted seconds up to its end."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    kind = serializers.CharField(help_text="counted, closed or paused")
    seconds = serializers.IntegerField()
    used = serializers.IntegerField()
    words = serializers.CharField()


class TurnOut(serializers.Serializer[Any]):
    """One event that moved a clock; due instants are null where there was none."""

    at = serializers.DateTimeField()
    who = serializers.CharField(help_text="empty for a requester")
    text = serializers.CharField()
    due_before = serializers.DateTimeField(allow_null=True)
    due_after = serializers.DateTimeField(allow_null=True)


class RunOut(serializers.Serializer[Any]):
    """One run of the clock: a message, a team or a reopening begins another."""

    run = serializers.IntegerField()
    state = serializers.ChoiceField(choices=ClockState.choices)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)


class ExplanationOut(serializers.Serializer[Any]):
    """Why a clock is due when it is; the words are those of the page, in one's language."""

    metric = serializers.ChoiceField(choices=Metric.choices)
    run = serializers.IntegerField()
    runs = RunOut(many=True)
    state = serializers.ChoiceField(choices=ClockState.choices)
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True)
    at_risk_at = serializers.DateTimeField(allow_null=True)
    breached_at = serializers.DateTimeField(allow_null=True)
    stopped_at = serializers.DateTimeField(allow_null=True)
    target_seconds = serializers.IntegerField()
    elapsed_seconds = serializers.IntegerField()
    remaining_seconds = serializers.IntegerField(help_text="negative when late")
    paused_seconds = serializers.IntegerField()
    agreement = serializers.SlugField(allow_null=True)
    agreement_version = serializers.IntegerField(allow_null=True)
    calendar = serializers.CharField()
    hours_since = serializers.DateField(allow_null=True)
    sentences = serializers.ListField(child=serializers.CharField())
    promise = serializers.CharField()
    rule = serializers.CharField(help_text="which rule matched and why; empty for a requester")
    pieces = PieceOut(many=True)
    turns = TurnOut(many=True)


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


class SpentOut(serializers.Serializer[Any]):
    """Seconds at one place: on the wall clock, and within opening hours."""

    place = serializers.ChoiceField(choices=Place.choices)
    seconds = serializers.IntegerField()
    open_seconds = serializers.IntegerField()


class TicketDetail(TicketOut):
    """A ticket with where its time went; null for who does not belong to the desk."""

    time_spent = SpentOut(many=True, allow_null=True)


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
    """What the ticket waits for; some reasons need the date, or a word to the caller."""

    reason = serializers.CharField(
        max_length=20,
        help_text="short name of a reason that may be chosen, such as requester, supplier or part",
    )
    until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="the date the caller is promised"
    )
    supplier = serializers.SlugField(
        required=False, allow_null=True, default=None,
        help_text="short name of the supplier, with the reason supplier",
    )  # fmt: skip
    message = serializers.CharField(
        max_length=TEXT, required=False, allow_blank=True, default="",
        help_text="what the caller is told, as a reply",
    )  # fmt: skip
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class WhyIn(VersionIn):
    """A few words for the requester's conversation."""

    reason = serializers.CharField(max_length=TEXT, required=False, allow_blank=True, default="")
