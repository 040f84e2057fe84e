"""Reads of calendars for people: who uses them, their hours in words, their years, the review."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max, Q
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.translated import translated
from sla.choices import DayKind
from sla.engine import BusinessCalendar
from sla.engine.days import Day, by_day, days
from sla.models import Calendar, CalendarVersion, DayException, SiteCalendar, Target, TeamCalendar
from sla.queries.policy import calendar_object
from sla.rules.holidays import Holiday, country_name, holidays_of, source_of, subdivisions
from sla.rules.review import Difference, compare

Week = dict[int, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Uses:
    """Who counts by a calendar: names of agreements, sites and teams.

    is_default: it is the one that counts for a site without a calendar of its own.
    """

    agreements: Sequence[str] = ()
    sites: Sequence[str] = ()
    teams: Sequence[str] = ()
    is_default: bool = False

    def __bool__(self) -> bool:
        return bool(self.agreements or self.sites or self.teams or self.is_default)

    @property
    def words(self) -> str:
        """Everybody by name, in one line."""
        found = [
            *(_("agreement “%(name)s”") % {"name": name} for name in self.agreements),
            *(_("site %(name)s") % {"name": name} for name in self.sites),
            *(_("team %(name)s") % {"name": name} for name in self.teams),
        ]
        if self.is_default:
            found.append(_("sites without a calendar of their own"))
        return ", ".join(found)


@dataclass(frozen=True, slots=True)
class Listed:
    """A calendar as the list shows it; last_year: of its generated holidays, None: it has none."""

    calendar: Calendar
    version: CalendarVersion
    coming: CalendarVersion | None
    uses: Uses
    last_year: int | None
    is_retired: bool


def listed(at: datetime) -> list[Listed]:
    """Return every calendar in the order of its name, those that are retired last."""
    calendars = list(Calendar.objects.prefetch_related("versions__windows"))
    uses = uses_of_all(at)
    last = last_years()
    found = []
    for calendar in calendars:
        today = today_of(calendar, at)
        version, coming = in_force(calendar, today)
        found.append(
            Listed(
                calendar, version, coming, uses.get(calendar.pk, Uses()), last.get(calendar.pk),
                is_retired=is_retired(calendar, today),
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.is_retired, str(one.calendar).casefold()))


def today_of(calendar: Calendar, at: datetime) -> date:
    """Return the date on the calendar's own wall."""
    return at.astimezone(ZoneInfo(calendar.time_zone)).date()


def is_retired(calendar: Calendar, on: date) -> bool:
    """Test if nothing new may use the calendar on a date."""
    return calendar.retired_on is not None and calendar.retired_on <= on


def in_force(calendar: Calendar, on: date) -> tuple[CalendarVersion, CalendarVersion | None]:
    """Return the version of the week in force on a date, and the next one to come or None."""
    versions = sorted(calendar.versions.all(), key=lambda version: version.valid_from)
    begun = [version for version in versions if version.valid_from <= on] or versions[:1]
    coming = [version for version in versions if version.valid_from > on]
    return begun[-1], next((v for v in coming if v is not begun[-1]), None)


def week_of(version: CalendarVersion) -> Week:
    """Return the windows of a version by ISO weekday."""
    week: Week = defaultdict(list)
    for window in version.windows.all():
        week[window.weekday].append((window.opens, window.closes))
    return dict(week)


def last_years() -> dict[int, int]:
    """Return for each calendar the last year for which holidays were generated."""
    rows = DayException.objects.exclude(source="").values("calendar").annotate(last=Max("date"))
    return {row["calendar"]: row["last"].year for row in rows}


def runs_out(calendar: Calendar, last_year: int | None, today: date) -> int | None:
    """Return the last year with holidays where the next one has none: deadlines would lie on them.

    None: there is nothing to warn of. last_year: as in `last_years`.
    """
    if not calendar.country:
        return None
    known = last_year or today.year - 1
    return known if known <= today.year else None


def holidays_words(calendar: Calendar) -> str:
    """Return whose holidays are offered, in words: "Switzerland, Genève"; blank: nobody's."""
    if not calendar.country:
        return ""
    country = country_name(calendar.country, get_language() or "en")
    region = dict(subdivisions(calendar.country)).get(calendar.subdivision, "")
    return f"{country}, {region}" if region else country


def uses_of(calendar: Calendar, at: datetime) -> Uses:
    """Return who counts by one calendar at an instant; drafts count, ended agreements do not."""
    return uses_of_all(at).get(calendar.pk, Uses())


def uses_of_all(at: datetime) -> dict[int, Uses]:
    """Return who counts by each calendar that somebody counts by."""
    agreements: dict[int, dict[str, str]] = defaultdict(dict)
    running = Q(agreement__valid_until__isnull=True) | Q(agreement__valid_until__gt=at)
    for pk, slug, names in (
        Target.objects.filter(running, calendar__isnull=False)
        .order_by("agreement__order", "agreement__version")
        .values_list("calendar", "agreement__slug", "agreement__names")
    ):
        agreements[pk][slug] = translated(names)
    sites, teams = _named(SiteCalendar, "site"), _named(TeamCalendar, "team")
    default = Calendar.objects.order_by("pk").values_list("pk", flat=True).first()
    found = {*agreements, *sites, *teams} | ({default} if default else set())
    return {
        pk: Uses(
            agreements=list(agreements[pk].values()) if pk in agreements else (),
            sites=sites.get(pk, ()),
            teams=teams.get(pk, ()),
            is_default=pk == default,
        )
        for pk in found
    }


def _named(model: Any, word: str) -> dict[int, list[str]]:
    found: dict[int, list[str]] = defaultdict(list)
    for pk, name in model.objects.order_by(f"{word}__name").values_list(
        "calendar", f"{word}__name"
    ):
        found[pk].append(name)
    return dict(found)


# --- The year -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class YearDay:
    """A date of the year strip.

    kind: open, short, long, closed, holiday, gap (a public holiday without a row, on which it
    is open), overlap (windows or rows that contradict each other).
    """

    day: Day
    kind: str
    name: str = ""
    rows: tuple[DayException, ...] = ()

    @property
    def clock_changes(self) -> bool:
        """Test if the day has 23 or 25 hours."""
        return self.day.length != 86_400

    @property
    def is_noteworthy(self) -> bool:
        """Test if there is more to say than what the week says."""
        return bool(self.rows) or self.kind in {"gap", "overlap"} or self.clock_changes


def year_of(calendar: Calendar, year: int) -> list[YearDay]:
    """Return every date of a year as the calendar counts it, with what is noteworthy."""
    rows = defaultdict[date, list[DayException]](list)
    for row in calendar.exceptions.all():
        if row.date.year == year:
            rows[row.date].append(row)
    rules = {h.on: h for h in holidays_of(calendar.country, calendar.subdivision, year)}
    hours = BusinessCalendar.from_dict(calendar_object(calendar))
    return [
        _year_day(day, tuple(rows.get(day.on, ())), rules.get(day.on))
        for day in days(hours, date(year, 1, 1), date(year, 12, 31))
    ]


def _year_day(day: Day, rows: tuple[DayException, ...], holiday: Holiday | None) -> YearDay:
    kinds = {row.kind for row in rows}
    named = next((translated(row.names) for row in rows if row.names), "")
    if day.overlaps or {DayKind.CLOSED, DayKind.HOURS} <= kinds:
        return YearDay(day, "overlap", named, rows)
    if DayKind.CLOSED in kinds:
        return YearDay(day, "holiday", named, rows)
    if holiday is not None and day.seconds and not rows:
        return YearDay(day, "gap", translated(holiday.names), rows)
    return YearDay(day, _kind_by_length(day), named, rows)


def _kind_by_length(day: Day) -> str:
    if not day.seconds:
        return "closed"
    if day.seconds < day.usual:
        return "short"
    return "long" if day.seconds > day.usual else "open"


def review(calendar: Calendar, year: int) -> list[Difference]:
    """Return what the holiday rules of the calendar's country say against its rows of a year."""
    rows = [row for row in calendar.exceptions.all() if row.date.year == year]
    found = holidays_of(calendar.country, calendar.subdivision, year)
    return compare(found, rows, source_of(calendar.country, calendar.subdivision))


# --- The preview --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A local date between the start and the end: its open stretches and why it has none."""

    on: date
    spans: Sequence[tuple[datetime, datetime]]
    seconds: int
    name: str
    hours_of_day: int


@dataclass(frozen=True, slots=True)
class Preview:
    """ "Starts at X, n hours → due at Y", or the open time between two instants.

    end: None is never within 800 days. more: dates beyond those that are listed.
    """

    start: datetime
    end: datetime | None
    seconds: int
    zone: ZoneInfo
    days: Sequence[PreviewDay] = ()
    more: int = 0
    is_measured: bool = False


MOST_DAYS = 45  # beyond it nobody reads on


def preview(
    described: Mapping[str, Any],
    names: Mapping[date, str],
    start: datetime,
    *,
    seconds: int | None,
    until: datetime | None = None,
) -> Preview:
    """Work out an example on a calendar as `calendar_object` describes it.

    seconds: the budget; None measures from start until `until`. Raises CalendarError.
    """
    hours = BusinessCalendar.from_dict(described)
    zone = hours.rules.zone
    end = until if seconds is None else hours.add(start, seconds)
    if end is None:
        return Preview(start, None, seconds or 0, zone)
    counted = hours.measure(start, end)
    stretches = list(by_day(hours, start, end))
    shown = [
        PreviewDay(s.on, s.open, s.seconds, names.get(s.on, ""), s.length // 3600)
        for s in stretches[:MOST_DAYS]
    ]
    return Preview(
        start, end, counted, zone, shown, max(len(stretches) - MOST_DAYS, 0), seconds is None
    )


def names_of_days(calendar: Calendar) -> dict[date, str]:
    """Return the dated exceptions that have a name, in the active language."""
    return {row.date: translated(row.names) for row in calendar.exceptions.all() if row.names}
