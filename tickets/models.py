from datetime import UTC, datetime

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.choices import Language, Level
from accounts.models import Organisation, Site, Team
from catalog.choices import Impact, Kind, Urgency
from catalog.models import Category
from common.origin import Channel
from sla.choices import ClockState
from sla.models import AbstractClock, Agreement, Calendar
from tickets.choices import (
    OPEN,
    EntryKind,
    Priority,
    ReplayKind,
    ReplayState,
    Status,
    WokenBy,
)
from tickets.querysets import ClockQuerySet, HoldQuerySet, TicketQuerySet

FAR = datetime(9999, 1, 1, tzinfo=UTC)  # where a ticket without a running clock sorts


class PriorityCell(models.Model):
    """One cell of the priority matrix: impact × urgency → priority."""

    impact = models.CharField(_("impact"), max_length=8, choices=Impact)
    urgency = models.CharField(_("urgency"), max_length=8, choices=Urgency)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)

    class Meta:
        verbose_name = _("cell of the priority matrix")
        verbose_name_plural = _("priority matrix")
        constraints = [
            models.UniqueConstraint(fields=["impact", "urgency"], name="priority_cell_once"),
        ]

    def __str__(self) -> str:
        return f"{self.impact} × {self.urgency} = P{self.priority}"


class Ticket(models.Model):
    """One thing to put right, fulfil, find out or change; `kind` says which.

    Only `tickets.actions` writes this table. `version` goes up by one with every event of
    the history, and lets a form or an API client notice that it looked at an old copy.
    next_due_at is the earliest due instant of its running clocks, and orders lists.
    agreed_at: the instant whose agreements count; None is that of the opening. team_since,
    accepted_at: since when its team has it, and when somebody there took it in hand.
    awaiting_since: the first message of the requester that nobody has answered yet.
    """

    number = models.CharField(_("number"), max_length=12, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    status = models.CharField(_("status"), max_length=11, choices=Status, default=Status.NEW)
    impact = models.CharField(_("impact"), max_length=8, choices=Impact)
    urgency = models.CharField(_("can work"), max_length=8, choices=Urgency)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="+", db_index=False, verbose_name=_("category")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, related_name="tickets", db_index=False, verbose_name=_("team")
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True,
        related_name="assigned_tickets", db_index=False, verbose_name=_("assignee"),
    )  # fmt: skip
    follow_up = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True,
        related_name="followed_tickets", db_index=False,
        verbose_name=_("contact for the caller"),
    )  # fmt: skip
    requester = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="requested_tickets",
        db_index=False, verbose_name=_("requester"),
    )  # fmt: skip
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        db_index=False, verbose_name=_("logged by"),
    )  # fmt: skip
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False,
        verbose_name=_("organisation"),
    )  # fmt: skip
    site = models.ForeignKey(
        Site, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("site")
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    language = models.CharField(_("language"), max_length=2, choices=Language)
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    opened_at = models.DateTimeField(_("opened"))
    updated_at = models.DateTimeField(_("changed"))
    responded_at = models.DateTimeField(_("first response"), null=True)
    resolved_at = models.DateTimeField(_("resolved"), null=True)
    ended_at = models.DateTimeField(_("closed or cancelled"), null=True)
    resolution = models.TextField(_("solution"), blank=True)
    reopen_count = models.PositiveSmallIntegerField(_("reopened"), default=0)
    hop_count = models.PositiveSmallIntegerField(_("hand-overs"), default=0)
    agreed_at = models.DateTimeField(_("agreed"), null=True)
    team_since = models.DateTimeField(_("with the team since"))
    accepted_at = models.DateTimeField(_("accepted by the team"), null=True)
    awaiting_since = models.DateTimeField(_("unanswered since"), null=True)
    next_due_at = models.DateTimeField(_("next due"), null=True)
    due_order = models.GeneratedField(
        expression=Coalesce("next_due_at", models.Value(FAR)),
        output_field=models.DateTimeField(),
        db_persist=True,
    )
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        constraints = [
            # Of this class one index serves both the number and its beginning.
            models.UniqueConstraint(
                fields=["number"], name="ticket_number_once", opclasses=["varchar_pattern_ops"]
            ),
            models.CheckConstraint(
                name="ticket_resolved_has_moment_and_text",
                condition=~models.Q(status__in=[Status.RESOLVED, Status.CLOSED])
                | (models.Q(resolved_at__isnull=False) & ~models.Q(resolution="")),
            ),
            models.CheckConstraint(
                name="ticket_ended_has_moment",
                condition=~models.Q(status__in=[Status.CLOSED, Status.CANCELLED])
                | models.Q(ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ticket_priority_1_to_5", condition=models.Q(priority__gte=1, priority__lte=5)
            ),
            models.CheckConstraint(
                name="ticket_level_1_to_3", condition=models.Q(level__gte=1, level__lte=3)
            ),
        ]
        # No index of a foreign key alone: every change of a ticket would write all of them.
        indexes = [
            models.Index(
                fields=["due_order", "id"], name="ticket_open_by_due",
                condition=models.Q(status__in=OPEN),
            ),
            models.Index(
                fields=["team", "due_order", "id"], name="ticket_team_by_due",
                condition=models.Q(status__in=OPEN),
            ),
            models.Index(
                fields=["assignee", "due_order", "id"], name="ticket_assignee_by_due",
                condition=models.Q(status__in=OPEN),
            ),
            models.Index(fields=["requester", "-opened_at"], name="ticket_of_requester"),
            # Who called lately: asked of every hit of the search for a caller.
            models.Index(
                fields=["requester", "opened_at"], name="ticket_calls_of_requester",
                condition=models.Q(channel=Channel.PHONE),
            ),
            models.Index(fields=["-opened_at", "-id"], name="ticket_newest"),
            models.Index(
                fields=["resolved_at"], name="ticket_to_close",
                condition=models.Q(status=Status.RESOLVED),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("ticket-detail", args=[self.number])


class Submission(models.Model):
    """A form or request that a person sent under a key of its own; it makes one ticket.

    Written in the transaction of the ticket: whoever sends it again, at once or later, gets
    that ticket. Kept for a week.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False,
        verbose_name=_("person"),
    )  # fmt: skip
    key = models.CharField(_("key"), max_length=100)
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="+", db_index=False,
        verbose_name=_("ticket"),
    )  # fmt: skip
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("submission")
        verbose_name_plural = _("submissions")
        constraints = [
            models.UniqueConstraint(fields=["person", "key"], name="submission_once"),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One contribution to the conversation of a ticket; public or for staff, never edited."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="entries", db_index=False, verbose_name=_("ticket")
    )
    kind = models.CharField(_("kind"), max_length=6, choices=EntryKind)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        db_index=False, verbose_name=_("author"),
    )  # fmt: skip
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    body = models.TextField(_("text"))
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        indexes = [models.Index(fields=["ticket", "id"], name="entry_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.kind} {self.at:%Y-%m-%d %H:%M}"


class Hold(models.Model):
    """An interval in which a ticket waits, with reason, author and what was promised.

    Clocks read it: which reasons stop which clock is written in the agreement's targets.
    wake_at: when the sweep ends it, by the promised date or the longest time of its reason.
    """

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="holds", verbose_name=_("ticket")
    )
    reason = models.CharField(_("reason"), max_length=20)
    note = models.CharField(_("note"), max_length=200, blank=True)
    until = models.DateTimeField(_("promised for"), null=True, blank=True)
    supplier = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", db_index=False,
        verbose_name=_("supplier"),
    )  # fmt: skip
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        db_index=False, verbose_name=_("author"),
    )  # fmt: skip
    started_at = models.DateTimeField(_("from"))
    ended_at = models.DateTimeField(_("to"), null=True)
    wake_at = models.DateTimeField(_("wakes"), null=True)
    woken_by = models.CharField(_("ended by"), max_length=6, choices=WokenBy, blank=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = _("hold")
        verbose_name_plural = _("holds")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(ended_at__isnull=True),
                name="hold_one_open_a_ticket",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(ended_at__gte=models.F("started_at")),
                name="hold_ends_later",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(
                fields=["wake_at"], name="hold_to_wake",
                condition=models.Q(ended_at__isnull=True, wake_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.reason}"


class Clock(AbstractClock):
    """The cached reading of one promise about one ticket.

    fired: milestones the sweep has dealt with in this run; the truth is escalation.Firing.
    team: whose run it is, of the promises between teams.
    """

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="clocks", db_index=False, verbose_name=_("ticket")
    )
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="+", db_index=False, verbose_name=_("calendar")
    )
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("team")
    )
    fired = models.JSONField(_("steps taken"), default=list)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(fields=["ticket", "metric", "run"], name="clock_once_a_run"),
            models.CheckConstraint(
                condition=~models.Q(state__in=["breached", "missed"])
                | models.Q(breached_at__isnull=False),
                name="clock_late_has_instant",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_action_at"], name="clock_to_look_at",
                condition=models.Q(
                    state__in=[ClockState.RUNNING, ClockState.BREACHED],
                    next_action_at__isnull=False,
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.metric} {self.state}"


class Replay(models.Model):
    """Many tickets replayed in the background, with progress, a way to stop, and a result.

    agreement: the draft that is rehearsed, or the version that was published; None once a
    draft was thrown away. days: how far back resolved tickets are looked at. done of total:
    tickets. result: plain data, by kind. Kept: it is the log of who recalculated what.
    undo_until: until when it can be taken back.
    """

    kind = models.CharField(_("kind"), max_length=13, choices=ReplayKind)
    state = models.CharField(
        _("state"), max_length=9, choices=ReplayState, default=ReplayState.WAITING
    )
    agreement = models.ForeignKey(
        Agreement, models.SET_NULL, null=True, related_name="+", verbose_name=_("agreement")
    )
    days = models.PositiveSmallIntegerField(_("days looked back"), default=30)
    total = models.PositiveIntegerField(_("tickets"), default=0)
    done = models.PositiveIntegerField(_("done"), default=0)
    last_id = models.BigIntegerField(default=0)
    result = models.JSONField(_("result"), default=dict)
    error = models.CharField(_("error"), max_length=300, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        verbose_name=_("asked by"),
    )  # fmt: skip
    asked_at = models.DateTimeField(_("asked"))
    started_at = models.DateTimeField(_("started"), null=True)
    progressed_at = models.DateTimeField(_("last progress"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    cancel_asked = models.BooleanField(_("to be stopped"), default=False)
    undo_until = models.DateTimeField(_("can be taken back until"), null=True)
    undone = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undoes", verbose_name=_("taken back by")
    )

    class Meta:
        verbose_name = _("replay of tickets")
        verbose_name_plural = _("replays of tickets")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk}"
