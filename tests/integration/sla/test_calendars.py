"""Calendars through their pages: hours by versions, exceptions, the review, who may what."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import Event
from common.errors import InvalidInput
from sla import actions as sla
from sla.actions import NewDay, NewWeek
from sla.choices import DayKind
from sla.engine import BusinessCalendar
from sla.models import Calendar, DayException, PolicyRevision, SiteCalendar, TeamCalendar
from sla.queries import calendar_object, policy
from sla.queries.calendars import year_of
from tests import factories
from tests.factories import World, origin_of
from tickets.tasks import read_clocks_anew

HOME = "/setup/calendars/"
TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=40)
WEEK = {f"day_{day}": "08:00–12:00, 13:00–18:00" for day in range(1, 6)}


@pytest.fixture
def beat(world: World) -> Client:
    client = Client()
    client.force_login(world.beat)
    return client


@pytest.fixture
def of(world: World):
    """A function from a username to that person's browser."""

    def browser(name: str) -> Client:
        client = Client()
        client.force_login(getattr(world, name))
        return client

    return browser


def text_of(answer) -> str:
    """Return the words of a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def written(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def free_calendar(slug: str = "free", **more: object) -> Calendar:
    return factories.calendar(slug, factories.OFFICE, **more)


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
    assert "22:00 to 06:00 of the next day" in text_of(answer)
    assert "Switzerland, Genève" in text_of(answer)
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
        assert words in text_of(answer)
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
    answer = beat.post(f"{HOME}office/weeks/new/", {"valid_from": written(LATER)} | days)

    assert answer.status_code == 422
    assert words in text_of(answer)
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


# --- Versions ---------------------------------------------------------------------


def test_other_hours_from_a_date_leave_the_past_as_it_was(beat, world):
    sent = {"valid_from": written(LATER), "note": "Summer", "day_1": "10-12"}

    answer = beat.post(f"{HOME}office/weeks/new/", sent, follow=True)

    assert f"From {written(LATER)}" in text_of(answer)
    hours = policy().calendars[world.office.pk]
    old = BusinessCalendar.from_dict(calendar_object(free_calendar()))
    start = timezone.now().replace(microsecond=0)
    assert hours.add(start, 3600) == old.add(start, 3600)
    at_change = timezone.make_aware(datetime(LATER.year, LATER.month, LATER.day), hours.rules.zone)
    assert hours.measure(at_change, at_change + timedelta(days=7)) == 2 * 3600


def test_the_hours_in_force_are_only_rewritten_where_that_is_meant(beat, world):
    version = world.office.versions.get()
    address = f"{HOME}office/weeks/{version.pk}/"

    refused = beat.post(address, {"day_1": "10-12"})
    assert refused.status_code == 422
    assert "deadlines of open tickets" in text_of(refused)
    assert 'value="10-12"' in refused.content.decode()
    assert version.windows.count() == 10

    assert beat.post(address, {"day_1": "10-12", "corrects_past": "on"}).status_code == 302
    assert version.windows.count() == 1


def test_a_date_that_is_past_asks_whether_it_is_meant(beat, world):
    sent = WEEK | {"valid_from": written(TODAY - timedelta(days=3))}

    refused = beat.post(f"{HOME}office/weeks/new/", sent)

    assert refused.status_code == 422
    assert "Correct the past" in text_of(refused)
    assert beat.post(f"{HOME}office/weeks/new/", sent | {"corrects_past": "on"}).status_code == 302


def test_a_calendar_nobody_uses_is_edited_in_place(beat, world):
    free = free_calendar()
    version = free.versions.get()

    assert "Edit" in text_of(beat.get(f"{HOME}free/"))
    assert beat.post(f"{HOME}free/weeks/{version.pk}/", {"day_6": "9-12"}).status_code == 302

    assert [w.weekday for w in version.windows.all()] == [6]


def test_hours_to_come_are_edited_and_taken_back_those_in_force_are_not(beat, world):
    new = NewWeek(valid_from=LATER, week={1: [("10:00", "12:00")]})
    coming = sla.set_week(world.office, new, origin=origin_of(world.beat))
    address = f"{HOME}office/weeks/{coming.pk}/"
    moved = {"valid_from": written(LATER + timedelta(days=1)), "day_1": "10-13"}

    assert beat.post(address, moved).status_code == 302
    assert beat.post(address, {"remove": "1"}).status_code == 302
    assert world.office.versions.count() == 1

    first = world.office.versions.get()
    beat.post(f"{HOME}office/weeks/{first.pk}/", {"remove": "1"})
    assert world.office.versions.count() == 1


def test_two_versions_cannot_begin_on_one_date(beat, world):
    new = NewWeek(valid_from=LATER, week={1: [("10:00", "12:00")]})
    sla.set_week(world.office, new, origin=origin_of(world.beat))

    answer = beat.post(f"{HOME}office/weeks/new/", WEEK | {"valid_from": written(LATER)})

    assert "There are hours from this date on already" in text_of(answer)


@pytest.mark.parametrize("typed", ["soon", "31.02.2027"])
def test_a_date_that_is_none_is_said_on_its_field(beat, world, typed):
    answer = beat.post(f"{HOME}office/weeks/new/", WEEK | {"valid_from": typed})

    assert "Enter the date like this: 02.04.2026." in text_of(answer)
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
        sent = {"on": written(day), "kind": kind, "name_en": f"Day {number}"} | more
        page = beat.post(add, sent, follow=True)
        assert words in text_of(page)
        assert f"Day {number}" in text_of(page)

    year = {d.day.on: d for d in year_of(Calendar.objects.get(slug="office"), monday.year)}
    if monday.year == (monday + timedelta(days=1)).year:
        assert year[monday].kind == "holiday"
        assert year[monday + timedelta(days=1)].kind == "short"
    row = DayException.objects.get(date=monday)
    assert row.names == dict.fromkeys(("en", "fr", "de", "it"), "Day 0")

    address = f"{HOME}office/days/{row.pk}/"
    assert beat.post(address, {"on": written(monday), "kind": "half"}).status_code == 302
    row.refresh_from_db()
    assert (row.kind, row.hours) == ("break", [["12:00", "24:00"]])
    assert beat.post(address, {"remove": "1"}).status_code == 302
    assert not DayException.objects.filter(pk=row.pk).exists()


def test_several_days_in_a_row_are_closed_at_once(beat, world):
    sent = {"on": written(LATER), "until": written(LATER + timedelta(days=4)), "kind": "closed"}

    assert beat.post(f"{HOME}office/days/new/", sent).status_code == 302

    assert world.office.exceptions.count() == 5


def test_a_day_cannot_be_closed_and_have_other_hours(beat, world):
    sla.add_days(world.office, NewDay(on=LATER, kind="closed"), origin=origin_of(world.beat))
    sent = {"on": written(LATER), "kind": "hours", "hours": "8-12"}

    answer = beat.post(f"{HOME}office/days/new/", sent)

    assert answer.status_code == 422
    assert f"On {written(LATER)} there is already: closed" in text_of(answer)


def test_a_past_day_of_a_calendar_in_use_is_only_changed_where_it_is_meant(beat, world):
    sent = {"on": written(TODAY - timedelta(days=2)), "kind": "closed"}
    add = f"{HOME}office/days/new/"

    assert beat.post(add, sent).status_code == 422
    assert not world.office.exceptions.exists()
    assert beat.post(add, sent | {"corrects_past": "on"}).status_code == 302


# --- The yearly review --------------------------------------------------------------


def test_the_review_takes_over_one_day_or_all_and_leaves_what_a_person_decided(beat, world):
    free = free_calendar(country="CH", subdivision="SO")
    year = TODAY.year + 1
    sla.add_days(free, NewDay(on=date(year, 12, 25), kind="closed"), origin=origin_of(world.beat))
    address = f"{HOME}free/holidays/{year}/"

    page = text_of(beat.get(address))
    assert "missing here" in page
    assert "Tag der Arbeit" in page
    assert "half-day, closed from noon" in page

    beat.post(address, {"on": f"{year}-01-01"})
    assert set(free.exceptions.values_list("source", flat=True)) == {"CH-SO", ""}
    assert free.exceptions.count() == 2

    assert "Nothing to decide" in text_of(beat.post(address, {"all": "1"}, follow=True))
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
    page = text_of(beat.get(f"{HOME}moved/holidays/{year}/"))
    assert "no longer observed" in page  # the fast of Geneva
    beat.post(f"{HOME}moved/holidays/{year}/", {"all": "1"})

    assert set(moved.exceptions.values_list("source", flat=True)) == {"CH-VD"}


def test_past_days_of_a_calendar_in_use_are_taken_over_only_where_it_is_meant(beat, world):
    world.office.country = "CH"
    sla.change_calendar(world.office, origin=origin_of(world.beat))
    address = f"{HOME}office/holidays/{TODAY.year - 1}/"

    refused = beat.post(address, {"all": "1"})
    assert refused.status_code == 422
    assert "Correct the past" in text_of(refused)
    assert not world.office.exceptions.exists()

    beat.post(address, {"all": "1", "corrects_past": "on"})
    assert world.office.exceptions.count() > 3


def test_a_calendar_whose_holidays_end_says_so_on_the_list_and_on_its_page(beat, world):
    ends = Calendar(slug="ends", names=factories.names("x"), country="CH", subdivision="GE")
    sla.create_calendar(ends, week=factories.OFFICE, years=[TODAY.year], origin=origin_of(None))

    assert f"no holidays after {TODAY.year}" in text_of(beat.get(HOME))
    page = text_of(beat.get(f"{HOME}ends/"))
    assert f"This calendar has no holidays after {TODAY.year}" in page

    beat.post(f"{HOME}ends/holidays/{TODAY.year + 1}/", {"all": "1"})
    assert "no holidays after" not in text_of(beat.get(HOME))


def test_a_holiday_without_a_row_is_a_gap_on_the_strip(beat, world):
    year = next(y for y in range(2027, 2032) if date(y, 12, 25).isoweekday() < 6)
    free_calendar(country="CH", subdivision="GE")

    page = beat.get(f"{HOME}free/?year={year}").content.decode()

    assert "strip__day--gap" in page
    assert "public holiday that counts as a working day: Christmas Day" in page


# --- Retiring -----------------------------------------------------------------------


def test_a_calendar_in_use_is_retired_only_knowing_who_goes_on_with_it(beat, world):
    address = f"{HOME}24x7/retire/"

    refused = beat.post(address, {"on": written(TODAY)})
    assert refused.status_code == 422
    assert "Still used by agreement “live en”" in text_of(refused)

    beat.post(address, {"on": written(TODAY), "although_used": "on"})
    assert "retired" in text_of(beat.get(HOME))
    with pytest.raises(InvalidInput, match="is retired"):
        sla.save(
            TeamCalendar(team=world.desk, calendar=world.always), origin=origin_of(world.beat)
        )

    beat.post(address, {"back": "1"})
    sla.save(TeamCalendar(team=world.desk, calendar=world.always), origin=origin_of(world.beat))


def test_the_calendar_of_sites_without_one_cannot_be_retired(beat, world):
    answer = beat.post(f"{HOME}office/retire/", {"on": written(TODAY), "although_used": "on"})

    assert answer.status_code == 422
    assert "Sites without a calendar of their own count by this one" in text_of(answer)


def test_no_page_offers_to_delete_a_calendar(beat, world):
    free_calendar()

    for path in ("", "free/", "free/retire/", "free/head/"):
        assert "delete " not in text_of(beat.get(HOME + path)).lower()


# --- The preview ----------------------------------------------------------------------


def test_the_preview_counts_by_what_is_typed_and_names_the_holiday(beat, world):
    on = date(2027, 3, 26)  # Good Friday
    new = NewDay(on=on, kind="closed", names=factories.names("Good Friday"))
    sla.add_days(world.office, new, origin=origin_of(world.beat))
    asked = {"calendar": "office", "start": "25.03.2027 17:00", "budget": "2 h"}

    saved = text_of(beat.get(f"{HOME}preview/", asked))
    assert "due Mon 29.03.2027 09:00" in saved
    assert "Good Friday en" in saved

    typed = asked | {"valid_from": "2027-03-01", "day_6": "10-16", "day_4": "8-18"}
    typed |= {"day_1": ""}
    assert "due Sat 27.03.2027 11:00" in text_of(beat.get(f"{HOME}preview/", typed))
    assert world.office.versions.count() == 1

    broken = text_of(beat.get(f"{HOME}preview/", typed | {"day_6": "noon"}))
    assert "not complete yet" in broken
    assert "due Mon 29.03.2027 09:00" in broken


def test_the_preview_over_a_clock_change_counts_the_hours_that_pass(beat, world):
    night = {"calendar": "24x7", "start": "28.03.2027 00:30", "budget": "4 h"}

    assert "05:30" in text_of(beat.get(f"{HOME}preview/", night))

    span = {"calendar": "24x7", "start": "28.03.2027 00:00", "until": "29.03.2027 00:00"}
    page = text_of(beat.get(f"{HOME}preview/", span))
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


def test_agents_read_and_try_but_change_nothing(of, world):
    nadia = of("nadia")

    page = nadia.get(f"{HOME}office/", {"start": "02.04.2027 16:40", "budget": "1 h"})
    words = text_of(page)
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
