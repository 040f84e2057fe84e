"""Organisations, sites and calendars; the holidays of each canton become editable rows."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date

import holidays

from accounts import actions as accounts
from accounts.choices import OrganisationKind
from accounts.models import Organisation, Site
from common.origin import Origin
from common.translated import LANGUAGES
from setup.demo.base import names
from sla import actions as sla
from sla.models import Calendar, SiteCalendar

YEARS = range(2025, 2028)
Hours = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
    """A site as written below: hours of its offices, the language of its canton, its prefix."""

    slug: str
    name: str
    city: str
    canton: str
    address: str
    hours: Hours
    language: str
    prefix: str


SITES = (
    Place("lausanne", "Lausanne Riponne", "Lausanne", "VD", "Rue des Tanneurs 14",
          [("08:00", "12:00"), ("13:00", "17:30")], "fr", "21"),
    Place("geneve", "Genève Cornavin", "Genève", "GE", "Rue du Môle 3",
          [("08:00", "18:00")], "fr", "22"),
    Place("bern", "Bern Länggasse", "Bern", "BE", "Gesellschaftsstrasse 41",
          [("07:30", "12:00"), ("13:00", "17:00")], "de", "31"),
    Place("zuerich", "Zürich Oerlikon", "Zürich", "ZH", "Hofwiesenstrasse 212",
          [("08:00", "17:30")], "de", "44"),
    Place("lugano", "Lugano Besso", "Lugano", "TI", "Via Basilea 9",
          [("08:00", "12:00"), ("13:30", "17:30")], "it", "91"),
    Place("sion", "Sion Nord", "Sion", "VS", "Rue de l'Industrie 22",
          [("07:30", "12:00"), ("13:00", "17:00")], "fr", "27"),
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


def holidays_of(canton: str, language: str) -> dict[date, dict[str, str]]:
    """Return the public holidays of a canton in YEARS, in its own language."""
    found = holidays.country_holidays("CH", subdiv=canton, years=YEARS, language=language)
    return {day: dict.fromkeys(LANGUAGES, str(name)[:120]) for day, name in sorted(found.items())}


def _of_site(place: Place, origin: Origin) -> Calendar:
    city = place.city
    calendar = Calendar(
        slug=place.slug,
        names=names(
            f"Office hours {city}", f"Horaires {city}", f"Bürozeiten {city}", f"Orari {city}"
        ),
    )
    closed = holidays_of(place.canton, place.language)
    return sla.save_calendar(
        calendar,
        week=dict.fromkeys(range(1, 6), place.hours),
        holidays=closed,
        other_hours=_half_days(place.hours, closed),
        origin=origin,
    )


def _half_days(hours: Hours, closed: Container[date]) -> dict[date, Hours]:
    """24 December is worked until noon, where it is a working day at all."""
    eves = (date(year, 12, 24) for year in YEARS)
    return {
        day: [(hours[0][0], "12:00")] for day in eves if day.isoweekday() < 6 and day not in closed
    }


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
