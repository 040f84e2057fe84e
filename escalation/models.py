from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, Team
from catalog.models import Category
from escalation.choices import HandoverState, Kind, Trigger
from tickets.models import Clock, Ticket


class Firing(models.Model):
    """A step that was carried out: at most one a (clock, run, milestone), whatever crashes.

    due_at is the instant the step was for, fired_at the one at which the sweep saw it.
    """

    clock = models.ForeignKey(
        Clock, models.CASCADE, related_name="firings", db_index=False, verbose_name=_("clock")
    )
    run = models.PositiveSmallIntegerField(_("run"))
    milestone = models.SlugField(_("milestone"), db_index=False)
    due_at = models.DateTimeField(_("due"))
    fired_at = models.DateTimeField(_("carried out"))

    class Meta:
        verbose_name = _("step carried out")
        verbose_name_plural = _("steps carried out")
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "run", "milestone"], name="firing_once_a_milestone"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.clock_id}: {self.milestone}"


class Handover(models.Model):
    """One move of a ticket to another team, with the card the next one reads first."""

    ticket = models.ForeignKey(
        Ticket, models.CASCADE, related_name="handovers", db_index=False, verbose_name=_("ticket")
    )
    from_team = models.ForeignKey(
        Team, models.PROTECT, related_name="+", db_index=False, verbose_name=_("from")
    )
    to_team = models.ForeignKey(
        Team, models.PROTECT, related_name="+", db_index=False, verbose_name=_("to")
    )
    from_level = models.PositiveSmallIntegerField(_("from level"))
    to_level = models.PositiveSmallIntegerField(_("to level"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.FUNCTIONAL)
    trigger = models.CharField(_("why"), max_length=9, choices=Trigger)
    missing_skill = models.ForeignKey(
        Skill, models.PROTECT, null=True, related_name="+", db_index=False,
        verbose_name=_("missing skill"),
    )  # fmt: skip
    reason = models.TextField(_("reason"), blank=True)
    symptom = models.TextField(_("symptom"), blank=True)
    tried = models.TextField(_("tried"), blank=True)
    wanted = models.TextField(_("wanted"), blank=True)
    reachable = models.CharField(_("reachable"), max_length=200, blank=True)
    chosen = models.JSONField(_("choice of the person"), default=dict)
    state = models.CharField(
        _("state"), max_length=8, choices=HandoverState, default=HandoverState.PROPOSED
    )
    proposed_at = models.DateTimeField(_("handed over"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        db_index=False, verbose_name=_("handed over by"),
    )  # fmt: skip
    answered_at = models.DateTimeField(_("answered"), null=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
        db_index=False, verbose_name=_("answered by"),
    )  # fmt: skip
    answer = models.TextField(_("answer"), blank=True)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=models.Q(state=HandoverState.PROPOSED),
                name="handover_one_proposed_a_ticket",
            ),
        ]
        indexes = [models.Index(fields=["ticket", "id"], name="handover_of_ticket")]

    def __str__(self) -> str:
        return f"{self.ticket_id}: {self.from_team_id} → {self.to_team_id}"


class HandlingTime(models.Model):
    """How long one person of a team takes for a ticket of a category, learnt from the history.

    category None: of all the team's tickets. Made anew each night; see docs/service-levels.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="+", verbose_name=_("team"))
    category = models.ForeignKey(
        Category, models.CASCADE, null=True, related_name="+", verbose_name=_("category")
    )
    tickets = models.PositiveIntegerField(_("tickets"))
    median_seconds = models.PositiveIntegerField(_("half take less, seconds"))
    p80_seconds = models.PositiveIntegerField(_("four of five take less, seconds"))
    learnt_at = models.DateTimeField(_("learnt"))

    class Meta:
        verbose_name = _("handling time")
        verbose_name_plural = _("handling times")
        constraints = [
            models.UniqueConstraint(
                fields=["team", "category"], name="handling_time_once", nulls_distinct=False
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.category_id}: {self.median_seconds} s"


class ForecastTrial(models.Model):
    """One past day, forecast from what was known at `at` and compared with what came.

    named: tickets it would have named. became_late: those open at `at` that were late by
    `until` and not before. both: those of them that it would have named. open: all that were
    open. learnt_from: tickets solved before, from which the handling times were taken.
    """

    day = models.DateField(_("day"), unique=True)
    at = models.DateTimeField(_("at"))
    until = models.DateTimeField(_("until"))
    open = models.PositiveIntegerField(_("open"))
    named = models.PositiveIntegerField(_("named"))
    became_late = models.PositiveIntegerField(_("became late"))
    both = models.PositiveIntegerField(_("named and late"))
    learnt_from = models.PositiveIntegerField(_("learnt from"))

    class Meta:
        verbose_name = _("trial of the forecast")
        verbose_name_plural = _("trials of the forecast")

    def __str__(self) -> str:
        return f"{self.day}: {self.both} of {self.became_late}"
