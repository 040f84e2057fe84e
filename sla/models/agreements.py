from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Site, Team
from common.translated import translated, validate_names
from sla.choices import AgreementKind, Audience, Metric, Reopening, StepAction
from sla.models.calendars import Calendar
from sla.rules import CONDITIONS

PRIORITIES = (1, 2, 3, 4, 5)


def validate_conditions(value: object) -> None:
    """Refuse conditions that no ticket could be compared with."""
    is_known = isinstance(value, dict) and set(value) <= CONDITIONS
    # Lists of plain values: a bare word would be read letter by letter, and match nothing.
    if not is_known or not all(_is_list(v) for v in value.values()):  # type: ignore[attr-defined]
        raise ValidationError(
            _("Use only these words: %(words)s.") % {"words": ", ".join(sorted(CONDITIONS))}
        )


def _is_list(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(v, str | int) for v in value)


class Agreement(models.Model):
    """What is promised for the tickets its conditions match; the lowest order that matches wins.

    conditions: {"kind": [...], "priority": [...], "service": [slug …], "category": [slug …],
    "organisation": [slug …], "site": [slug …], "team": [slug …], "vip": [true]}; all the
    words given must match; no word matches everything. An OLA may ask for "level" and a UC
    for "supplier" too. valid_from: None is a draft, which promises nothing yet.
    """

    slug = models.SlugField(_("short name"))
    version = models.PositiveIntegerField(_("version"), default=1)
    names = models.JSONField(_("names"), validators=[validate_names])
    kind = models.CharField(
        _("kind"), max_length=3, choices=AgreementKind, default=AgreementKind.SLA
    )
    order = models.PositiveSmallIntegerField(_("order"))
    conditions = models.JSONField(
        _("applies when"), default=dict, blank=True, validators=[validate_conditions]
    )
    reopening = models.CharField(
        _("a reopened ticket"), max_length=7, choices=Reopening, default=Reopening.RESUME
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="agreement_version_once"),
            models.UniqueConstraint(
                fields=["slug"],
                name="agreement_one_in_force",
                condition=models.Q(valid_from__isnull=False, valid_until__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return translated(self.names)


class Target(models.Model):
    """The seconds an agreement allows for one metric, per priority.

    calendar: fixed; None counts by the calendar of the caller's site.
    pause_reasons: the hold reasons that stop this clock.
    """

    agreement = models.ForeignKey(
        Agreement, models.CASCADE, related_name="targets", verbose_name=_("agreement")
    )
    metric = models.CharField(_("metric"), max_length=15, choices=Metric)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("calendar"),
    )  # fmt: skip
    seconds = ArrayField(
        models.PositiveIntegerField(), size=5, verbose_name=_("seconds for P1 to P5")
    )
    at_risk_percent = models.PositiveSmallIntegerField(_("at risk from, percent"), default=75)
    pause_reasons = ArrayField(
        models.CharField(max_length=20), default=list, blank=True,
        verbose_name=_("paused while waiting for"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("target")
        verbose_name_plural = _("targets")
        constraints = [
            models.UniqueConstraint(fields=["agreement", "metric"], name="target_once"),
            models.CheckConstraint(
                condition=models.Q(seconds__len=5), name="target_five_priorities"
            ),
            models.CheckConstraint(
                condition=models.Q(at_risk_percent__gte=1, at_risk_percent__lte=100),
                name="target_at_risk_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement}: {self.get_metric_display()}"


class Step(models.Model):
    """What happens at a percentage of a target, or business seconds before or after it is due.

    milestone: a stable word, the same in every agreement and version, so that a change of
    priority or policy can never fire the same step of a clock's run twice.
    percent or offset_seconds: exactly one; an offset below zero is before due. tell: who
    hears of it, beside `persons`. team: where `hand_over` goes; None is the next level.
    wakes: it is told at night, too; otherwise when the reader's hours begin.
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="steps", verbose_name=_("target")
    )
    milestone = models.SlugField(_("milestone"))
    percent = models.PositiveSmallIntegerField(_("percent of the target"), null=True, blank=True)
    offset_seconds = models.IntegerField(_("seconds after due"), null=True, blank=True)
    action = models.CharField(_("action"), max_length=10, choices=StepAction)
    team = models.ForeignKey(
        Team, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("to team")
    )
    tell = ArrayField(
        models.CharField(max_length=8, choices=Audience), default=list, blank=True,
        verbose_name=_("tell"),
    )  # fmt: skip
    persons = models.ManyToManyField(
        Person, blank=True, related_name="+", verbose_name=_("tell these persons")
    )
    wakes = models.BooleanField(_("even outside their hours"), default=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["target", "milestone"], name="step_once_a_target"),
            models.CheckConstraint(
                condition=models.Q(percent__isnull=True) ^ models.Q(offset_seconds__isnull=True),
                name="step_percent_or_offset",
            ),
        ]

    def __str__(self) -> str:
        place = f"{self.percent} %" if self.offset_seconds is None else f"{self.offset_seconds} s"
        return f"{place}: {self.get_action_display()}"


class Example(models.Model):
    """A saved "opened at X is due at Y": publishing must keep it, or have the change confirmed.

    slug: that of the agreement, whatever its version. pauses: [from, until, reason] each, the
    instants in ISO; a reason that does not stop the metric changes nothing. expected_due:
    None is "never".
    """

    slug = models.SlugField(_("agreement"))
    name = models.CharField(_("name"), max_length=120)
    metric = models.CharField(_("metric"), max_length=15, choices=Metric)
    priority = models.PositiveSmallIntegerField(_("priority"))
    site = models.ForeignKey(
        Site, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("site")
    )
    opened_at = models.DateTimeField(_("opened"))
    pauses = models.JSONField(_("on hold"), default=list, blank=True)
    expected_due = models.DateTimeField(_("due"), null=True, blank=True)

    class Meta:
        verbose_name = _("saved example")
        verbose_name_plural = _("saved examples")
        ordering = ["pk"]
        indexes = [models.Index(fields=["slug"], name="example_of_agreement")]

    def __str__(self) -> str:
        return self.name
