"""Calendars through their pages: made, tried, retired, and who may what."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event
from common import formats
from common.errors import InvalidInput
from sla import actions as sla
from sla.actions import NewDay
from sla.choices import DayKind
from sla.models import Calendar, DayException, PolicyRevision, SiteCalendar, TeamCalendar
from sla.queries import policy
from tests import factories
from tests.factories import World, origin_of
from tests.pages import said
from tickets.tasks import read_clocks_anew

HOME = "/setup/calendars/"
TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=40)
WEEK = {f"day_{day}": "08:00–12:00, 13:00–18:00" for day in range(1, 6)}


# --- Making one -----------------------------------------------------------------


def test_a_new_calendar_has_its_week_and_the_holidays_of_its_canton(beat):
    names = {"name_en": "Night", "name_fr": "Nuit", "name_de": "Nacht", "name_it": "Notte"}
    sent = WEEK | names | {
        "slug": "night", "time_zone": "Europe/Zurich", "holiday_rule": "shift_start",
        "country": "CH", "subdivision": "GE", "day_5": "22:00-6:00",
    }  # fmt: skip
    before = PolicyRevision.objects.get().stamp

    answer = beat.post(f"{HOME}new/", sent, follow=True)

    night = Calendar.objects.get(slug="night")
    assert "22:00 to 06:00 of the next day" in said(answer)
    assert "Switzerland, Genève" in said(answer)
    assert night.exceptions.filter(source="CH-GE", date__year=TODAY.year).count() > 7
    assert night.exceptions.filter(names__fr="Jeûne genevois").exists()
    assert Event.objects.filter(subject_type="calendar", verb="calendar.hours_set").exists()
    assert PolicyRevision.objects.get().stamp != before
    assert night.pk in policy().calendars


def test_what_is_wrong_is_said_on_its_field_and_nothing_typed_is_lost(beat):
    sent = WEEK | {
        "slug": "new", "time_zone": "Europe/Zurich", "holiday_rule": "date", "country": "CH",
        "subdivision": "VS", "name_en": "Mine", "day_1": "8-12, 11-13", "day_2": "noon",
    }  # fmt: skip

    answer = beat.post(f"{HOME}new/", sent)

    page = answer.content.decode()
    assert answer.status_code == 422
    for words in (
        "08:00–12:00 and 11:00–13:00 overlap.", "“noon” is not understood",
        "This short name is taken", "Give a name in each of the four languages",
    ):  # fmt: skip
        assert words in said(answer)
    for typed in ('value="8-12, 11-13"', 'value="noon"', 'value="Mine"', 'value="VS" selected'):
        assert typed in page
    assert not Calendar.objects.filter(slug="new").exists()


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ({}, "This calendar never opens. Give it at least one window."),
        ({"day_1": "22:00-06:00", "day_2": "05:00-09:00"}, "Monday 22:00–06:00 runs into"),
    ],
)
def test_hours_that_cannot_be_are_refused(beat, world, days, words):
    answer = beat.post(f"{HOME}office/weeks/new/", {"valid_from": formats.date(LATER)} | days)

    assert answer.status_code == 422
    assert words in said(answer)
    assert world.office.versions.count() == 1


def test_a_calendar_that_exceptions_close_for_ever_is_refused(world):
    once = Calendar(slug="once", names=factories.names("once"))
    sla.create_calendar(once, week={1: [("08:00", "09:00")]}, years=(), origin=origin_of(None))
    monday = TODAY - timedelta(days=TODAY.weekday())
    mondays = [monday + timedelta(weeks=number) for number in range(125)]
    DayException.objects.bulk_create(
        DayException(calendar=once, date=day, kind=DayKind.CLOSED) for day in mondays[1:]
    )

    with pytest.raises(InvalidInput, match="never opens again"):
        sla.add_days(
            once, NewDay(on=monday, kind="closed"), corrects_past=True, origin=origin_of(None)
        )


# --- Retiring -----------------------------------------------------------------------


def test_a_calendar_in_use_is_retired_only_knowing_who_goes_on_with_it(beat, world):
    address = f"{HOME}24x7/retire/"

    refused = beat.post(address, {"on": formats.date(TODAY)})
    assert refused.status_code == 422
    assert "Still used by agreement “live en”" in said(refused)

    beat.post(address, {"on": formats.date(TODAY), "although_used": "on"})
    assert "retired" in said(beat.get(HOME))
    with pytest.raises(InvalidInput, match="is retired"):
        sla.save(
            TeamCalendar(team=world.desk, calendar=world.always), origin=origin_of(world.beat)
        )

    beat.post(address, {"back": "1"})
    sla.save(TeamCalendar(team=world.desk, calendar=world.always), origin=origin_of(world.beat))


def test_the_calendar_of_sites_without_one_cannot_be_retired(beat, world):
    answer = beat.post(f"{HOME}office/retire/", {"on": formats.date(TODAY), "although_used": "on"})

    assert answer.status_code == 422
    assert "Sites without a calendar of their own count by this one" in said(answer)


def test_no_page_offers_to_delete_a_calendar(beat, world):
    factories.calendar("free", factories.OFFICE)

    for path in ("", "free/", "free/retire/", "free/head/"):
        assert "delete " not in said(beat.get(HOME + path)).lower()


# --- The preview ----------------------------------------------------------------------


def test_the_preview_counts_by_what_is_typed_and_names_the_holiday(beat, world):
    on = date(2027, 3, 26)  # Good Friday
    new = NewDay(on=on, kind="closed", names=factories.names("Good Friday"))
    sla.add_days(world.office, new, origin=origin_of(world.beat))
    asked = {"calendar": "office", "start": "25.03.2027 17:00", "budget": "2 h"}

    saved = said(beat.get(f"{HOME}preview/", asked))
    assert "due Mon 29.03.2027 09:00" in saved
    assert "Good Friday en" in saved

    typed = asked | {"valid_from": "2027-03-01", "day_6": "10-16", "day_4": "8-18"}
    typed |= {"day_1": ""}
    assert "due Sat 27.03.2027 11:00" in said(beat.get(f"{HOME}preview/", typed))
    assert world.office.versions.count() == 1

    broken = said(beat.get(f"{HOME}preview/", typed | {"day_6": "noon"}))
    assert "not complete yet" in broken
    assert "due Mon 29.03.2027 09:00" in broken


def test_the_preview_over_a_clock_change_counts_the_hours_that_pass(beat, world):
    night = {"calendar": "24x7", "start": "28.03.2027 00:30", "budget": "4 h"}

    assert "05:30" in said(beat.get(f"{HOME}preview/", night))

    span = {"calendar": "24x7", "start": "28.03.2027 00:00", "until": "29.03.2027 00:00"}
    page = said(beat.get(f"{HOME}preview/", span))
    assert "it is open for 23" in page
    assert "this day has 23 hours" in page


def test_a_night_shift_into_a_holiday_follows_the_rule_of_its_calendar(world):
    week = {day: [("22:00", "06:00")] for day in range(1, 6)}
    evening = datetime(2027, 3, 25, 20, tzinfo=UTC)
    found = {}
    for rule in ("date", "shift_start"):
        night = Calendar(slug=rule.replace("_", "-"), names=factories.names(rule))
        night.holiday_rule = rule
        sla.create_calendar(night, week=week, years=(), origin=origin_of(None))
        sla.add_days(night, NewDay(on=date(2027, 3, 26), kind="closed"), origin=origin_of(None))
        hours = policy().calendars[night.pk]
        found[rule] = hours.measure(evening, evening + timedelta(days=1))

    assert found == {"date": 2 * 3600, "shift_start": 8 * 3600}


# --- Who may what ---------------------------------------------------------------------


@pytest.fixture
def of(world: World):
    """A function from a username to that person's browser."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(getattr(world, name))
        return client

    return browser


def test_agents_read_and_try_but_change_nothing(of, world):
    nadia = of("nadia")

    page = nadia.get(f"{HOME}office/", {"start": "02.04.2027 16:40", "budget": "1 h"})
    words = said(page)
    assert "02.04.2027 17:40" in words or "17.40" in words
    for address in ("new/", "office/weeks/new/", "office/head/", "office/retire/"):
        assert f'href="{HOME}{address}"' not in page.content.decode()
        refused = nadia.get(HOME + address)
        assert refused.status_code == 403
    assert nadia.post(f"{HOME}office/holidays/2027/", {"all": "1"}).status_code == 403
    assert not world.office.exceptions.exists()


def test_a_requester_is_told_whom_to_ask(of):
    answer = of("sylvie").get(HOME)

    assert answer.status_code == 403
    assert of("beat").get(f"{HOME}nobody/").status_code == 404


def test_a_change_of_hours_moves_the_deadline_of_an_open_ticket(beat, world, new_ticket):
    ticket = new_ticket(at=None)
    before = ticket.clocks.get(metric="resolution").due_at
    version = world.office.versions.get()

    sent = {f"day_{day}": "10-12" for day in range(1, 6)} | {"corrects_past": "on"}
    beat.post(f"{HOME}office/weeks/{version.pk}/", sent)
    read_clocks_anew(revision=str(PolicyRevision.objects.get().stamp))

    assert ticket.clocks.get(metric="resolution").due_at > before
    assert SiteCalendar.objects.get().calendar == world.office
