"""How well the forecast would have done on days that are known by now."""

from collections.abc import Collection, Sequence
from typing import NamedTuple


class Day(NamedTuple):
    """One day: how many tickets were named, how many became late, how many of them were both."""

    named: int
    became_late: int
    both: int


ENOUGH = 10  # late tickets from which on shares of them say something


class Score(NamedTuple):
    """Many days: how many tickets became late, and how well that was forecast.

    recall: the share of them that was named; precision: the share of the named that was late
    (None: there were none). error: by how many the number was wrong in the mean.
    """

    days: int
    late: int
    recall: float | None
    precision: float | None
    error: float

    @property
    def is_enough(self) -> bool:
        """Whether there was enough to judge by."""
        return self.late >= ENOUGH


def compare(named: Collection[int], became_late: Collection[int]) -> Day:
    """Return what became of a forecast of tickets."""
    said, was = set(named), set(became_late)
    return Day(len(said), len(was), len(said & was))


def score(days: Sequence[Day]) -> Score | None:
    """Return how well many forecasts did; None: there is none to judge."""
    if not days:
        return None
    named, late, both = (sum(day[n] for day in days) for n in range(3))
    error = sum(abs(day.named - day.became_late) for day in days) / len(days)
    return Score(
        days=len(days),
        late=late,
        recall=both / late if late else None,
        precision=both / named if named else None,
        error=error,
    )
