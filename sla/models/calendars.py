from datetime import date

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Site, Team
from common.translated import translated, validate_names
from sla.choices import DayKind, HolidayRule, Weekday
from sla.rules.hours import say_hours

HHMM = RegexValidator(r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", _("Write the time as 08:00."))
BEGINNING = date(1900, 1, 1)  # the first version of a calendar has always been valid


class Calendar(models.Model):
    """Opening hours in one time zone; "24x7" is a calendar like another.

    country, subdivision: whose public holidays are offered for its exceptions, as ISO 3166
    codes ("CH", "GE"); blank: none. retired_on: from this date on nothing new may use it.
    """

    slug = models.SlugField(_("short name"), unique=True)
    names = models.JSONField(_("names"), validators=[validate_names])
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich")
    holiday_rule = models.CharField(
        _("a holiday closes"), max_length=11, choices=HolidayRule, default=HolidayRule.DATE
    )
    country = models.CharField(_("country of the holidays"), max_length=2, blank=True)
    subdivision = models.CharField(_("canton or region"), max_length=20, blank=True)
    retired_on = models.DateField(_("not to be chosen from"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar")
        verbose_name_plural = _("calendars")

    def __str__(self) -> str:
        return translated(self.names)


class CalendarVersion(models.Model):
    """The opening windows of a calendar from a date on, until the next version begins.

    A due instant that spans the change counts each day by the hours of its day.
    """

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="versions", verbose_name=_("calendar")
    )
    valid_from = models.DateField(_("valid from"), default=BEGINNING)
    note = models.CharField(_("what changes"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("version of a calendar")
        verbose_name_plural = _("versions of calendars")
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "valid_from"], name="calendar_version_once_a_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar}: {self.valid_from}"


class Window(models.Model):
    """One opening window of a weekday; an end not after its start runs past midnight."""

    version = models.ForeignKey(
        CalendarVersion, models.CASCADE, related_name="windows", verbose_name=_("version")
    )
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens = models.CharField(_("opens"), max_length=5, validators=[HHMM])
    closes = models.CharField(_("closes"), max_length=5, validators=[HHMM])

    class Meta:
        verbose_name = _("opening window")
        verbose_name_plural = _("opening windows")
        ordering = ["weekday", "opens"]
        constraints = [
            models.UniqueConstraint(fields=["version", "weekday", "opens"], name="window_once"),
            models.CheckConstraint(
                condition=models.Q(weekday__gte=1, weekday__lte=7), name="window_iso_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens}–{self.closes}"


class DayException(models.Model):
    """A date on which a calendar differs from its week: holiday, other hours, or a break.

    names: as in translated(), or empty. source: "CH-GE" where the holiday rules of a country
    made it, blank where a person did.
    """

    calendar = models.ForeignKey(
        Calendar, models.CASCADE, related_name="exceptions", verbose_name=_("calendar")
    )
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=6, choices=DayKind, default=DayKind.CLOSED)
    hours = models.JSONField(_("hours"), default=list, blank=True)
    names = models.JSONField(_("names"), default=dict, blank=True)
    source = models.CharField(_("comes from"), max_length=24, blank=True)

    class Meta:
        verbose_name = _("dated exception")
        verbose_name_plural = _("dated exceptions")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date", "kind"], name="exception_once"),
        ]

    def __str__(self) -> str:
        return f"{self.date}: {self.get_kind_display()}"

    @property
    def name(self) -> str:
        """The name in the active language; blank where nobody gave one."""
        return translated(self.names)

    @property
    def words(self) -> str:
        """What is different on that day, in a few words."""
        if self.kind == DayKind.CLOSED:
            return gettext("closed")
        hours = [(opens, closes) for opens, closes in self.hours]
        if self.kind == DayKind.HOURS:
            return say_hours(hours)
        if len(hours) == 1 and hours[0][1] == "24:00":
            return gettext("closed from %(time)s") % {"time": hours[0][0]}
        return gettext("closed %(hours)s") % {"hours": say_hours(hours)}


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
