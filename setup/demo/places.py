"""Organisations, sites and calendars; the holidays of each canton become editable rows."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from accounts import actions as accounts
from accounts.choices import OrganisationKind
from accounts.models import Organisation, Site
from common.origin import Origin
from setup.demo.base import names
from sla import actions as sla
from sla.actions import NewDay, NewWeek
from sla.choices import DayKind
from sla.models import Calendar, SiteCalendar
from sla.rules.hours import HALF_DAY

YEARS = range(2025, 2028)
EVE = names("Christmas Eve", "Veille de Noël", "Heiligabend", "Vigilia di Natale")
UNREVIEWED = "sion"  # nobody has looked at its next holidays yet: the list says so
COMING = "bern"  # the site whose hours change with the next quarter
Hours = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A site as written below, with the hours of its offices and its telephone prefix."""

    slug: str
    name: str
    city: str
    canton: str
    address: str
    hours: Hours
    prefix: str


SITES = (
    Place("lausanne", "Lausanne Riponne", "Lausanne", "VD", "Rue des Tanneurs 14",
          [("08:00", "12:00"), ("13:00", "17:30")], "21"),
    Place("geneve", "Genève Cornavin", "Genève", "GE", "Rue du Môle 3",
          [("08:00", "18:00")], "22"),
    Place("bern", "Bern Länggasse", "Bern", "BE", "Gesellschaftsstrasse 41",
          [("07:30", "12:00"), ("13:00", "17:00")], "31"),
    Place("zuerich", "Zürich Oerlikon", "Zürich", "ZH", "Hofwiesenstrasse 212",
          [("08:00", "17:30")], "44"),
    Place("lugano", "Lugano Besso", "Lugano", "TI", "Via Basilea 9",
          [("08:00", "12:00"), ("13:30", "17:30")], "91"),
    Place("sion", "Sion Nord", "Sion", "VS", "Rue de l'Industrie 22",
          [("07:30", "12:00"), ("13:00", "17:00")], "27"),
)  # fmt: skip
OWN = ("valdora", "Valdora Clinics", OrganisationKind.OWN)
OTHERS = (
    ("lemania-labs", "Lémania Laboratoires SA", OrganisationKind.CUSTOMER),
    ("alpenprint", "Alpenprint Service AG", OrganisationKind.SUPPLIER),
)


@dataclass(slots=True)
class Places:
    """What was built, by short name."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    prefixes: dict[str, str] = field(default_factory=dict)


def build(origin: Origin) -> Places:
    """Build organisations, sites and calendars."""
    built = Places()
    for slug, name, kind in (OWN, *OTHERS):
        row = Organisation(slug=slug, name=name, kind=kind)
        accounts.save(row, origin=origin)
        built.organisations[slug] = row
    for place in SITES:
        site = Site(
            slug=place.slug, name=place.name, city=place.city, canton=place.canton,
            address=place.address, organisation=built.organisations["valdora"],
        )  # fmt: skip
        accounts.save(site, origin=origin)
        calendar = _of_site(place, origin)
        sla.save(SiteCalendar(site=site, calendar=calendar), origin=origin)
        built.sites[place.slug] = site
        built.calendars[place.slug] = calendar
        built.prefixes[place.slug] = place.prefix
    built.calendars |= _of_teams(origin)
    return built


def _of_site(place: Place, origin: Origin) -> Calendar:
    city = place.city
    calendar = Calendar(
        slug=place.slug,
        names=names(
            f"Office hours {city}", f"Horaires {city}", f"Bürozeiten {city}", f"Orari {city}"
        ),
        country="CH",
        subdivision=place.canton,
    )
    week = dict.fromkeys(range(1, 6), place.hours)
    years = range(YEARS[0], _today().year + 1) if place.slug == UNREVIEWED else YEARS
    sla.create_calendar(calendar, week=week, years=years, origin=origin)
    closed = set(calendar.exceptions.values_list("date", flat=True))
    for day in (date(year, 12, 24) for year in YEARS):
        # Worked until noon, where it is a working day at all.
        if day.isoweekday() < 6 and day not in closed:
            half = NewDay(on=day, kind=DayKind.BREAK, hours=HALF_DAY, names=EVE)
            sla.add_days(calendar, half, corrects_past=True, origin=origin)
    if place.slug == COMING:
        later: Hours = [("07:30", "12:30"), ("13:30", "18:30")]
        new = NewWeek(
            valid_from=_next_quarter(), week=week | {4: later}, note="Donnerstags länger offen"
        )
        sla.set_week(calendar, new, origin=origin)
    return calendar


def _today() -> date:
    return datetime.now(UTC).date()


def _next_quarter() -> date:
    """Return the first day of the quarter after today's."""
    today = _today()
    month = (today.month - 1) // 3 * 3 + 4
    return date(today.year + month // 12, month % 12, 1)


def _of_teams(origin: Origin) -> dict[str, Calendar]:
    always = Calendar(
        slug="24x7",
        names=names("Day and night", "Jour et nuit", "Tag und Nacht", "Giorno e notte"),
    )
    sla.save_calendar(
        always,
        week={day: [("00:00", "24:00")] for day in range(1, 8)},
        holidays={},
        other_hours={},
        origin=origin,
    )
    desk = Calendar(
        slug="service-desk",
        names=names(
            "Hours of the service desk", "Horaires du service desk",
            "Zeiten des Service Desk", "Orari del service desk",
        ),
    )  # fmt: skip
    week: dict[int, Hours] = {day: [("06:30", "19:30")] for day in range(1, 6)}
    sla.save_calendar(
        desk,
        week=week | {6: [("08:00", "12:00")]},
        holidays={},
        other_hours={},
        origin=origin,
    )
    return {"24x7": always, "service-desk": desk}
