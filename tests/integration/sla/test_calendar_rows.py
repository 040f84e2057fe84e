"""The rows of calendars through their pages: hours by versions, exceptions, the review."""

from datetime import date, datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import Event
from common import formats
from sla import actions as sla
from sla.actions import NewDay, NewWeek
from sla.engine import BusinessCalendar
from sla.models import Calendar, DayException
from sla.queries import calendar_object, policy
from sla.queries.calendars import year_of
from tests import factories
from tests.factories import origin_of
from tests.pages import said

HOME = "/setup/calendars/"
TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=40)
WEEK = {f"day_{day}": "08:00–12:00, 13:00–18:00" for day in range(1, 6)}


# --- Versions ---------------------------------------------------------------------


def test_other_hours_from_a_date_leave_the_past_as_it_was(beat, world):
    sent = {"valid_from": formats.date(LATER), "note": "Summer", "day_1": "10-12"}

    answer = beat.post(f"{HOME}office/weeks/new/", sent, follow=True)

    assert f"From {formats.date(LATER)}" in said(answer)
    hours = policy().calendars[world.office.pk]
    old = BusinessCalendar.from_dict(calendar_object(factories.calendar("free", factories.OFFICE)))
    start = timezone.now().replace(microsecond=0)
    assert hours.add(start, 3600) == old.add(start, 3600)
    at_change = timezone.make_aware(datetime(LATER.year, LATER.month, LATER.day), hours.rules.zone)
    assert hours.measure(at_change, at_change + timedelta(days=7)) == 2 * 3600


def test_the_hours_in_force_are_only_rewritten_where_that_is_meant(beat, world):
    version = world.office.versions.get()
    address = f"{HOME}office/weeks/{version.pk}/"

    refused = beat.post(address, {"day_1": "10-12"})
    assert refused.status_code == 422
    assert "deadlines of open tickets" in said(refused)
    assert 'value="10-12"' in refused.content.decode()
    assert version.windows.count() == 10

    assert beat.post(address, {"day_1": "10-12", "corrects_past": "on"}).status_code == 302
    assert version.windows.count() == 1


def test_a_date_that_is_past_asks_whether_it_is_meant(beat, world):
    sent = WEEK | {"valid_from": formats.date(TODAY - timedelta(days=3))}

    refused = beat.post(f"{HOME}office/weeks/new/", sent)

    assert refused.status_code == 422
    assert "Correct the past" in said(refused)
    assert beat.post(f"{HOME}office/weeks/new/", sent | {"corrects_past": "on"}).status_code == 302


def test_a_calendar_nobody_uses_is_edited_in_place(beat, world):
    free = factories.calendar("free", factories.OFFICE)
    version = free.versions.get()

    assert "Edit" in said(beat.get(f"{HOME}free/"))
    assert beat.post(f"{HOME}free/weeks/{version.pk}/", {"day_6": "9-12"}).status_code == 302

    assert [w.weekday for w in version.windows.all()] == [6]


def test_hours_to_come_are_edited_and_taken_back_those_in_force_are_not(beat, world):
    new = NewWeek(valid_from=LATER, week={1: [("10:00", "12:00")]})
    coming = sla.set_week(world.office, new, origin=origin_of(world.beat))
    address = f"{HOME}office/weeks/{coming.pk}/"
    moved = {"valid_from": formats.date(LATER + timedelta(days=1)), "day_1": "10-13"}

    assert beat.post(address, moved).status_code == 302
    assert beat.post(address, {"remove": "1"}).status_code == 302
    assert world.office.versions.count() == 1

    first = world.office.versions.get()
    beat.post(f"{HOME}office/weeks/{first.pk}/", {"remove": "1"})
    assert world.office.versions.count() == 1


def test_two_versions_cannot_begin_on_one_date(beat, world):
    new = NewWeek(valid_from=LATER, week={1: [("10:00", "12:00")]})
    sla.set_week(world.office, new, origin=origin_of(world.beat))

    answer = beat.post(f"{HOME}office/weeks/new/", WEEK | {"valid_from": formats.date(LATER)})

    assert "There are hours from this date on already" in said(answer)


@pytest.mark.parametrize("typed", ["soon", "31.02.2027"])
def test_a_date_that_is_none_is_said_on_its_field(beat, world, typed):
    answer = beat.post(f"{HOME}office/weeks/new/", WEEK | {"valid_from": typed})

    assert "Enter the date like this: 02.04.2026." in said(answer)
    assert f'value="{typed}"' in answer.content.decode()


# --- Exceptions -------------------------------------------------------------------


def test_exceptions_of_each_kind_are_added_changed_and_removed(beat, world):
    monday = LATER + timedelta(days=-LATER.weekday() + 7)
    add = f"{HOME}office/days/new/"
    kinds = {
        "closed": ({}, "closed"), "half": ({}, "closed from 12:00"),
        "hours": ({"hours": "10-14"}, "10:00–14:00"),
        "break": ({"hours": "9-10"}, "closed 09:00–10:00"),
    }  # fmt: skip
    for number, (kind, (more, words)) in enumerate(kinds.items()):
        day = monday + timedelta(days=number)
        sent = {"on": formats.date(day), "kind": kind, "name_en": f"Day {number}"} | more
        page = beat.post(add, sent, follow=True)
        assert words in said(page)
        assert f"Day {number}" in said(page)

    year = {d.day.on: d for d in year_of(Calendar.objects.get(slug="office"), monday.year)}
    if monday.year == (monday + timedelta(days=1)).year:
        assert year[monday].kind == "holiday"
        assert year[monday + timedelta(days=1)].kind == "short"
    row = DayException.objects.get(date=monday)
    assert row.names == dict.fromkeys(("en", "fr", "de", "it"), "Day 0")

    address = f"{HOME}office/days/{row.pk}/"
    assert beat.post(address, {"on": formats.date(monday), "kind": "half"}).status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.hours) == ("break", [["12:00", "24:00"]])
    assert beat.post(address, {"remove": "1"}).status_code == 302
    assert not DayException.objects.filter(pk=row.pk).exists()


def test_several_days_in_a_row_are_closed_at_once(beat, world):
    sent = {
        "on": formats.date(LATER),
        "until": formats.date(LATER + timedelta(days=4)),
        "kind": "closed",
    }

    assert beat.post(f"{HOME}office/days/new/", sent).status_code == 302

    assert world.office.exceptions.count() == 5


def test_a_day_cannot_be_closed_and_have_other_hours(beat, world):
    sla.add_days(world.office, NewDay(on=LATER, kind="closed"), origin=origin_of(world.beat))
    sent = {"on": formats.date(LATER), "kind": "hours", "hours": "8-12"}

    answer = beat.post(f"{HOME}office/days/new/", sent)

    assert answer.status_code == 422
    assert f"On {formats.date(LATER)} there is already: closed" in said(answer)


def test_a_past_day_of_a_calendar_in_use_is_only_changed_where_it_is_meant(beat, world):
    sent = {"on": formats.date(TODAY - timedelta(days=2)), "kind": "closed"}
    add = f"{HOME}office/days/new/"

    assert beat.post(add, sent).status_code == 422
    assert not world.office.exceptions.exists()
    assert beat.post(add, sent | {"corrects_past": "on"}).status_code == 302


# --- The yearly review --------------------------------------------------------------


def test_the_review_takes_over_one_day_or_all_and_leaves_what_a_person_decided(beat, world):
    free = factories.calendar("free", factories.OFFICE, country="CH", subdivision="SO")
    year = TODAY.year + 1
    sla.add_days(free, NewDay(on=date(year, 12, 25), kind="closed"), origin=origin_of(world.beat))
    address = f"{HOME}free/holidays/{year}/"

    page = said(beat.get(address))
    assert "missing here" in page
    assert "Tag der Arbeit" in page
    assert "half-day, closed from noon" in page

    beat.post(address, {"on": f"{year}-01-01"})
    assert set(free.exceptions.values_list("source", flat=True)) == {"CH-SO", ""}
    assert free.exceptions.count() == 2

    assert "Nothing to decide" in said(beat.post(address, {"all": "1"}, follow=True))
    assert free.exceptions.get(date=date(year, 5, 1)).kind == "break"
    assert free.exceptions.get(date=date(year, 12, 25)).source == ""
    assert Event.objects.filter(verb="calendar.holidays_taken").count() == 2


def test_another_canton_shows_what_would_differ_and_the_review_makes_it_so(beat, world):
    year = TODAY.year + 1
    moved = Calendar(slug="moved", names=factories.names("x"), country="CH", subdivision="GE")
    sla.create_calendar(moved, week=factories.OFFICE, years=[year], origin=origin_of(None))
    head = {
        "time_zone": "Europe/Zurich", "holiday_rule": "date", "country": "CH", "subdivision": "VD",
        "name_en": "X", "name_fr": "X", "name_de": "X", "name_it": "X",
    }  # fmt: skip

    assert beat.post(f"{HOME}moved/head/", head).status_code == 302
    page = said(beat.get(f"{HOME}moved/holidays/{year}/"))
    assert "no longer observed" in page  # the fast of Geneva
    beat.post(f"{HOME}moved/holidays/{year}/", {"all": "1"})

    assert set(moved.exceptions.values_list("source", flat=True)) == {"CH-VD"}


def test_past_days_of_a_calendar_in_use_are_taken_over_only_where_it_is_meant(beat, world):
    world.office.country = "CH"
    sla.change_calendar(world.office, origin=origin_of(world.beat))
    address = f"{HOME}office/holidays/{TODAY.year - 1}/"

    refused = beat.post(address, {"all": "1"})
    assert refused.status_code == 422
    assert "Correct the past" in said(refused)
    assert not world.office.exceptions.exists()

    beat.post(address, {"all": "1", "corrects_past": "on"})
    assert world.office.exceptions.count() > 3


def test_a_calendar_whose_holidays_end_says_so_on_the_list_and_on_its_page(beat, world):
    ends = Calendar(slug="ends", names=factories.names("x"), country="CH", subdivision="GE")
    sla.create_calendar(ends, week=factories.OFFICE, years=[TODAY.year], origin=origin_of(None))

    assert f"no holidays after {TODAY.year}" in said(beat.get(HOME))
    page = said(beat.get(f"{HOME}ends/"))
    assert f"This calendar has no holidays after {TODAY.year}" in page

    beat.post(f"{HOME}ends/holidays/{TODAY.year + 1}/", {"all": "1"})
    assert "no holidays after" not in said(beat.get(HOME))


def test_a_holiday_without_a_row_is_a_gap_on_the_strip(beat, world):
    year = next(y for y in range(2027, 2032) if date(y, 12, 25).isoweekday() < 6)
    factories.calendar("free", factories.OFFICE, country="CH", subdivision="GE")

    page = beat.get(f"{HOME}free/?year={year}").content.decode()

    assert "strip__day--gap" in page
    assert "public holiday that counts as a working day: Christmas Day" in page
