"""Holidays worked out offline: all cantons, some countries, names, half-days, the review."""

from dataclasses import dataclass, field
from datetime import date

import pytest

from sla.choices import DayKind
from sla.rules.holidays import countries, holidays_of, is_known, source_of, subdivisions
from sla.rules.review import compare

CANTONS = tuple(
    "AG AI AR BE BL BS FR GE GL GR JU LU NE NW OW SG SH SO SZ TG TI UR VD VS ZG ZH".split()  # noqa: SIM905
)
# What a canton's own calendar of 2026 says, not what the library says.
KNOWN = {
    "GE": "2026-09-10",  # Jeûne genevois
    "NE": "2026-03-01",  # Instauration de la République
    "JU": "2026-06-23",  # Commémoration du plébiscite
    "TI": "2026-03-19",  # San Giuseppe
    "VD": "2026-09-21",  # Lundi du Jeûne fédéral
}


@dataclass
class Row:
    date: date
    kind: str = DayKind.CLOSED
    names: dict[str, str] = field(default_factory=dict)
    source: str = ""


def test_every_canton_has_its_holidays_in_the_four_languages() -> None:
    assert set(CANTONS) < {code for code, _name in subdivisions("CH")}
    for canton in CANTONS:
        found = holidays_of("CH", canton, 2026)
        days = {h.on for h in found}
        assert {date(2026, 1, 1), date(2026, 8, 1), date(2026, 12, 25)} <= days, canton
        for holiday in found:
            assert set(holiday.names) == {"en", "fr", "de", "it"}
            assert all(holiday.names.values()), (canton, holiday)
            assert "ß" not in holiday.names["de"]


@pytest.mark.parametrize("canton", KNOWN)
def test_what_only_some_cantons_keep(canton: str) -> None:
    on = date.fromisoformat(KNOWN[canton])

    assert on in {h.on for h in holidays_of("CH", canton, 2026)}


def test_good_friday_is_a_working_day_in_ticino_and_valais() -> None:
    good_friday = date(2026, 4, 3)
    keeping = {c for c in CANTONS if good_friday in {h.on for h in holidays_of("CH", c, 2026)}}

    assert {"TI", "VS"}.isdisjoint(keeping)
    assert {"GE", "VD", "BE", "ZH"} <= keeping


def test_half_days_are_told_from_whole_ones() -> None:
    solothurn = {h.on: h for h in holidays_of("CH", "SO", 2026)}

    assert solothurn[date(2026, 5, 1)].is_half
    assert not solothurn[date(2026, 12, 25)].is_half


@pytest.mark.parametrize("country", ["FR", "DE", "IT", "AT", "GB", "US", "JP", "BR", "ZA", "IN"])
def test_other_countries_have_names_for_every_reader(country: str) -> None:
    found = holidays_of(country, "", 2027)

    assert len(found) > 2
    assert all(all(h.names.values()) and h.on.year == 2027 for h in found)


def test_the_countries_are_named_in_the_readers_language() -> None:
    assert ("CH", "Schweiz") in countries("de")
    assert ("CH", "Suisse") in countries("fr")
    assert len(countries("en")) > 200
    assert is_known("CH", "GE")
    assert not is_known("CH", "XX")
    assert not is_known("QQ")


def test_the_review_tells_apart_what_is_missing_changed_gone_and_by_hand() -> None:
    rules = holidays_of("CH", "GE", 2026)
    source = source_of("CH", "GE")
    rows = [Row(h.on, names=dict(h.names), source=source) for h in rules]
    new_year, good_friday, monday = rows[:3]
    rows.remove(good_friday)
    monday.names = {"en": "Monday"}
    new_year.source = ""  # decided by a person: stays as it is
    rows.append(Row(date(2026, 3, 2), names={"en": "Was one"}, source=source))
    rows.append(Row(date(2026, 5, 15), names={"en": "Bridge day"}))

    found = {d.on: d.verdict for d in compare(rules, rows, source)}

    assert found[good_friday.date] == "missing"
    assert found[monday.date] == "changed"
    assert found[date(2026, 3, 2)] == "gone"
    assert found[date(2026, 5, 15)] == found[new_year.date] == "by_hand"
    assert list(found.values()).count("same") == len(rules) - 3
    assert list(found) == sorted(found)


def test_a_lunch_break_on_a_holiday_does_not_stand_for_it() -> None:
    rules = holidays_of("CH", "GE", 2026)
    lunch = Row(rules[0].on, kind=DayKind.BREAK)
    other = Row(rules[1].on, kind=DayKind.HOURS)

    found = {d.on: d.verdict for d in compare(rules, [lunch, other], "CH-GE")}

    assert found[lunch.date] == "missing"
    assert found[other.date] == "by_hand"


def test_another_canton_makes_the_rows_of_the_old_one_differ() -> None:
    rows = [Row(h.on, names=dict(h.names), source="CH-GE") for h in holidays_of("CH", "GE", 2026)]

    found = compare(holidays_of("CH", "VD", 2026), rows, "CH-VD")

    assert {d.verdict for d in found} == {"missing", "changed", "gone"}
