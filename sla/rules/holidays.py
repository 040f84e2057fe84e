"""Public holidays of every country the library knows, worked out here without any network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

import holidays
from babel import Locale

from common.translated import LANGUAGES

_LONGEST_NAME: Final = 120
_CATEGORIES: Final = ("public", "half_day")
YEARS: Final = (1970, 2100)


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day of the rules of a country: its names in our languages, and whether only half."""

    on: date
    names: Mapping[str, str]
    is_half: bool = False


@lru_cache(maxsize=8)
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Return (ISO 3166 code, name) of every country, by name in a language."""
    territories = Locale(language[:2]).territories
    found = [
        (code, territories.get(code, code))
        for code in holidays.list_supported_countries(include_aliases=False)
    ]
    return tuple(sorted(found, key=lambda item: item[1].casefold()))


def country_name(code: str, language: str) -> str:
    """Return the name of a country in a language; a code nobody knows stays a code."""
    return str(Locale(language[:2]).territories.get(code, code))


@lru_cache(maxsize=64)
def subdivisions(country: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) of the cantons or regions of a country that differ in holidays."""
    known: Any = _known(country)
    if known is None:
        return ()
    named: dict[str, list[str]] = known.get_subdivision_aliases()
    return tuple((code, (named.get(code) or [code])[0]) for code in known.subdivisions)


def is_known(country: str, subdivision: str = "") -> bool:
    """Test if there are rules for a country and, where it is given, its canton or region."""
    known: Any = _known(country)
    return known is not None and (not subdivision or subdivision in known.subdivisions)


@lru_cache(maxsize=256)
def holidays_of(country: str, subdivision: str, year: int) -> tuple[Holiday, ...]:
    """Return the public holidays and half-days of a year, in order of their dates.

    A name is in each language the library has it in, else in English, else in the country's.
    """
    known: Any = _known(country)
    if known is None:
        return ()
    found: dict[date, Holiday] = {}
    # Half-days first: a day that is both is a whole one.
    for category in reversed(_CATEGORIES):
        if category in known.supported_categories:
            for on, names in _named(known, subdivision, year, category).items():
                found[on] = Holiday(on, names, is_half=category == "half_day")
    return tuple(found[on] for on in sorted(found))


def source_of(country: str, subdivision: str) -> str:
    """Return what a generated row says it comes from: "CH-GE", "FR"; blank: no rules."""
    return f"{country}-{subdivision}" if subdivision else country


def _named(known: Any, subdivision: str, year: int, category: str) -> dict[date, dict[str, str]]:
    by_language = {
        language: _asked(known.country, subdivision, year, category, code)
        for language, code in _codes(known).items()
    }
    return {
        on: {language: _short(by_language[language][on], language) for language in LANGUAGES}
        for on in by_language["en"]
    }


def _asked(
    country: str, subdivision: str, year: int, category: str, language: str | None
) -> dict[date, str]:
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, categories=(category,), language=language
    )
    # The library makes years that are asked about as it goes: this is the one we want.
    return {on: str(name) for on, name in found.items() if on.year == year}


def _codes(known: Any) -> dict[str, str | None]:
    """Return for each of our languages the library's, as near as it has one."""
    spoken = list(known.supported_languages)

    def code(language: str) -> str | None:
        return next((one for one in spoken if one[:2] == language), None)

    english = code("en")
    return {language: code(language) or english for language in LANGUAGES}


def _short(name: str, language: str) -> str:
    said = name.replace("ß", "ss") if language == "de" else name
    return said[:_LONGEST_NAME]


@lru_cache(maxsize=64)
def _known(country: str) -> Any:
    if country not in holidays.list_supported_countries(include_aliases=False):
        return None
    return holidays.country_holidays(country)
