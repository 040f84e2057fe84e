"""The rows of a calendar held against the holiday rules of its country, year by year: pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, Protocol

from sla.choices import DayKind
from sla.rules.holidays import Holiday
from sla.rules.hours import HALF_DAY

Verdict = Literal["missing", "changed", "gone", "same", "by_hand"]


class Row(Protocol):
    """A dated exception of a calendar."""

    @property
    def date(self) -> date: ...
    @property
    def kind(self) -> str: ...
    @property
    def names(self) -> Mapping[str, str]: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Difference:
    """What the rules and the rows say about one date.

    missing: a holiday without a row. changed: a generated row that the rules now word or cut
    otherwise. gone: a generated row that is no holiday any more. by_hand: a person decided.
    """

    on: date
    verdict: Verdict
    holiday: Holiday | None
    row: Any

    @property
    def is_open(self) -> bool:
        """Test if there is something to decide."""
        return self.verdict in {"missing", "changed", "gone"}


def compare(holidays: Sequence[Holiday], rows: Sequence[Row], source: str) -> list[Difference]:
    """Return a difference per holiday and per row that belongs to none, in order of dates."""
    named = {holiday.on: holiday for holiday in holidays}
    found = [_of_holiday(h, [r for r in rows if r.date == h.on], source) for h in holidays]
    found += [
        Difference(row.date, "gone" if row.source else "by_hand", None, row)
        for row in rows
        if row.date not in named
    ]
    return sorted(found, key=lambda difference: difference.on)


def shape_of(holiday: Holiday) -> tuple[str, list[list[str]]]:
    """Return the kind and the hours of the row a holiday becomes."""
    if holiday.is_half:
        return DayKind.BREAK, [list(window) for window in HALF_DAY]
    return DayKind.CLOSED, []


def _of_holiday(holiday: Holiday, rows: Sequence[Row], source: str) -> Difference:
    made = next((row for row in rows if row.source), None)
    if made is not None:
        agrees = (
            made.kind == shape_of(holiday)[0]
            and dict(made.names) == dict(holiday.names)
            and made.source == source
        )
        return Difference(holiday.on, "same" if agrees else "changed", holiday, made)
    # A lunch break on that day says nothing about the holiday; other hours do.
    decided = next((row for row in rows if holiday.is_half or row.kind != DayKind.BREAK), None)
    verdict: Verdict = "missing" if decided is None else "by_hand"
    return Difference(holiday.on, verdict, holiday, decided)
