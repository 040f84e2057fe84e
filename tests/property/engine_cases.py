"""What the property tests of the engine draw from: nights of trouble and calendars for them."""

import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.property.brute import NAMES, Brute

# ENGINE_EXAMPLES=2000 runs every law and history that often; the default suits every run.
EXAMPLES = int(os.environ.get("ENGINE_EXAMPLES", "0"))

Pause = tuple[datetime, datetime | None]
Spec = dict[str, Any]


def examples(number: int) -> int:
    return EXAMPLES or number


@dataclass(frozen=True)
class Night:
    """A zone and the local date on which its clock, or the calendar, does something odd."""

    zone: str
    on: date

    @property
    def first(self) -> datetime:
        return datetime(self.on.year, self.on.month, self.on.day, tzinfo=UTC) - timedelta(days=5)

    def brute(self, spec: Spec) -> Brute:
        return Brute(spec, self.first, 14)


NIGHTS = [
    Night("Europe/Zurich", date(2026, 3, 29)),
    Night("Europe/Zurich", date(2026, 10, 25)),
    Night("America/New_York", date(2026, 3, 8)),
    Night("America/New_York", date(2026, 11, 1)),
    Night("Australia/Lord_Howe", date(2026, 4, 5)),  # half an hour back
    Night("Australia/Lord_Howe", date(2026, 10, 4)),
    Night("America/Havana", date(2026, 3, 8)),  # no midnight
    Night("America/Havana", date(2026, 11, 1)),  # two midnights
    Night("Pacific/Apia", date(2011, 12, 30)),  # no such day
    Night("UTC", date(2024, 2, 29)),
    Night("Europe/Zurich", date(2025, 12, 31)),
]

_ODD_TIMES = [
    *("00:00", "00:30", "01:00", "01:30", "01:45", "02:00", "02:15", "02:30", "03:00", "03:30"),
    *("08:00", "12:00", "18:00", "22:00", "23:30"),
]
_ANY_TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
_STARTS = st.sampled_from(_ODD_TIMES) | _ANY_TIMES
_ENDS = _STARTS | st.just("24:00")
WINDOWS = st.lists(st.tuples(_STARTS, _ENDS).map(list), max_size=3)

nights = st.sampled_from(NIGHTS)
budgets = st.one_of(
    st.integers(0, 12 * 3600), st.integers(0, 80).map(lambda quarters: quarters * 900)
)


@st.composite
def specs(draw: st.DrawFn, night: Night) -> Spec:
    """A calendar whose holidays, overrides and breaks, and other weeks, lie around the night."""
    near = st.integers(-2, 4).map(lambda days: (night.on + timedelta(days=days)).isoformat())
    weeks = st.dictionaries(st.sampled_from(NAMES), WINDOWS, min_size=2)
    later = draw(st.dictionaries(near, weeks, max_size=2))
    return {
        "tz": night.zone,
        "week": draw(weeks),
        "versions": [{"from": since, "week": week} for since, week in later.items()],
        "holidays": draw(st.lists(near, max_size=2)),
        "overrides": draw(st.dictionaries(near, WINDOWS, max_size=2)),
        "breaks": draw(st.dictionaries(near, WINDOWS, max_size=1)),
        "holiday_rule": draw(st.sampled_from(["date", "shift_start"])),
    }


def moments(night: Night) -> st.SearchStrategy[datetime]:
    """Instants from two days before the night to three after it, often on the minute."""
    seconds = st.integers(0, 5 * 86400) | st.integers(0, 5 * 96).map(lambda n: n * 900)
    return seconds.map(lambda n: night.first + timedelta(days=3, seconds=n))


@st.composite
def pauses(draw: st.DrawFn, night: Night, last: datetime) -> tuple[Pause, ...]:
    """Closed pauses up to an instant: touching, nested, empty and backward ones too."""
    edges = moments(night).map(lambda at: min(at, last))
    return tuple(draw(st.lists(st.tuples(edges, edges), max_size=4)))
