import uuid

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Site, Team
from common.translated import translated, validate_names
from sla.choices import (
    AgreementKind,
    ClockState,
    DayKind,
    HolidayRule,
    Metric,
    StepAction,
    Weekday,
)
from sla.rules import CONDITIONS

HHMM = RegexValidator(r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", _("Write the time as 08:00."))
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


class Calendar(models.Model):
    """Opening hours in one time zone; "24x7" is a calendar like another."""

    slug = models.SlugField(_("short name"), unique=True)
    names = models.JSONField(_("names"), validators=[validate_names])
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich")
    holiday_rule = models.CharField(
        _("a holiday closes"), max_length=11, choices=HolidayRule, default=HolidayRule.DATE
    )

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return translated(self.names)


class Window(models.Model):
    """One opening window of a weekday; an end not after its start runs past midnight."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="windows", verbose_name=_("calendar")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.CharField(_("opens"), max_length=5, validators=[HHMM])
    closes = models.CharField(_("closes"), max_length=5, validators=[HHMM])

    class Meta:
        verbose_name = _("opening window")
        verbose_name_plural = _("opening windows")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "weekday", "opens"], name="window_once"),
            models.CheckConstraint(
                condition=models.Q(weekday__gte=1, weekday__lte=7), name="window_iso_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens}–{self.closes}"


class DayException(models.Model):
    """A date on which a calendar differs from its week: holiday, other hours, or a break."""

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="exceptions", verbose_name=_("calendar")
    )
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=6, choices=DayKind, default=DayKind.CLOSED)
    hours = models.JSONField(_("hours"), default=list, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("dated exception")
        verbose_name_plural = _("dated exceptions")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date", "kind"], name="exception_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.get_kind_display()}"


class SiteCalendar(models.Model):
    """The calendar of a site, where an agreement counts by the caller's site."""

    site = models.OneToOneField(Site, models.CASCADE, related_name="+", verbose_name=_("site"))
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="+", verbose_name=_("calendar")
    )

    class Meta:
        verbose_name = _("calendar of a site")
        verbose_name_plural = _("calendars of sites")

    def __str__(self) -> str:
        return f"{self.site}: {self.calendar}"


class TeamCalendar(models.Model):
    """The hours in which a team works; nobody of it is on duty outside them."""

    team = models.OneToOneField(Team, models.CASCADE, related_name="+", verbose_name=_("team"))
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, related_name="+", verbose_name=_("calendar")
    )

    class Meta:
        verbose_name = _("calendar of a team")
        verbose_name_plural = _("calendars of teams")

    def __str__(self) -> str:
        return f"{self.team}: {self.calendar}"


class Agreement(models.Model):
    """What is promised for the tickets its conditions match; the lowest order that matches wins.

    conditions: {"kind": [...], "priority": [...], "service": [slug …], "category": [slug …],
    "organisation": [slug …], "site": [slug …], "team": [slug …], "vip": [true]}; all the
    words given must match; no word matches everything.
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
    valid_from = models.DateTimeField(_("valid from"))
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["slug", "version"], name="agreement_version_once"),
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
    metric = models.CharField(_("metric"), max_length=14, choices=Metric)
    calendar = models.ForeignKey(
        Calendar, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("calendar"),
    )  # fmt: skip
    seconds = ArrayField(
        models.PositiveIntegerField(), size=5, verbose_name=_("seconds for P1 to P5")
    )
    at_risk_percent = models.PositiveSmallIntegerField(_("at risk from, percent"), default=75)
    pause_reasons = ArrayField(
        models.CharField(max_length=10), default=list, blank=True,
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
    """What happens at a percentage of a target: warn, or hand over to the next level.

    milestone: a stable word, the same in every agreement and version, so that a change of
    priority or policy can never fire the same step of a clock's run twice.
    """

    target = models.ForeignKey(
        Target, models.CASCADE, related_name="steps", verbose_name=_("target")
    )
    milestone = models.SlugField(_("milestone"))
    percent = models.PositiveSmallIntegerField(_("percent of the target"))
    action = models.CharField(_("action"), max_length=10, choices=StepAction)
    tell_lead = models.BooleanField(_("tell the lead"), default=False)

    class Meta:
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        ordering = ["percent", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["target", "milestone"], name="step_once_a_target"),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %: {self.get_action_display()}"


class PolicyRevision(models.Model):
    """The one row that says which revision of all calendars and agreements is in force.

    A stamp and no number: what a process keeps in memory under it can be of no other
    revision, neither of one that was taken back nor of another database's.
    """

    stamp = models.UUIDField(default=uuid.uuid4)

    def __str__(self) -> str:
        return str(self.stamp)


class AbstractClock(models.Model):
    """A cached reading of one promise; what it times is the business of the concrete row.

    next_action_at is a hint to look: the earliest instant at which a step may be due.
    """

    metric = models.CharField(_("metric"), max_length=14, choices=Metric)
    run = models.PositiveSmallIntegerField(_("run"), default=1)
    state = models.CharField(_("state"), max_length=9, choices=ClockState)
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, related_name="+", db_index=False, verbose_name=_("agreement")
    )
    target_seconds = models.PositiveIntegerField(_("target, seconds"))
    started_at = models.DateTimeField(_("started"))
    terms_since = models.DateTimeField(_("terms since"))
    due_at = models.DateTimeField(_("due"), null=True)
    at_risk_at = models.DateTimeField(_("at risk from"), null=True)
    breached_at = models.DateTimeField(_("breached"), null=True)
    stopped_at = models.DateTimeField(_("stopped"), null=True)
    next_action_at = models.DateTimeField(_("next action"), null=True)

    class Meta:
        abstract = True
