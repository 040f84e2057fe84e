"""Where the life of a ticket went: levels, waiting, nobody. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tickets.choices import HoldReason, Place, Status

_WAITS: Mapping[str, Place] = {
    HoldReason.REQUESTER: Place.CALLER, HoldReason.SUPPLIER: Place.SUPPLIER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which nothing of this changed. reason: of the hold, when there is one."""

    start: datetime
    end: datetime
    status: str
    level: int
    has_assignee: bool
    reason: str = ""

    @property
    def place(self) -> Place:
        """Where the ticket was; a resolved one waits for its confirmation."""
        if self.status == Status.RESOLVED:
            return Place.RESOLVED
        if self.status == Status.ON_HOLD:
            return _WAITS.get(self.reason, Place.OTHER_HOLD)
        return Place(f"level_{self.level}") if self.has_assignee else Place.NOBODY


@dataclass(frozen=True, slots=True)
class Sum:
    """Seconds at one place: on the wall clock, and within opening hours."""

    place: Place
    seconds: int
    open_seconds: int


def spent(
    stretches: Iterable[Stretch], measure: Callable[[datetime, datetime], int]
) -> Sequence[Sum]:
    """Return the seconds of each place that has any, in the order of Place.

    Instants are cut to the second, so that the sums are exactly the whole life.
    measure: open seconds between two instants.
    """
    walls, opens = dict[Place, int](), dict[Place, int]()
    for one in stretches:
        start, end = one.start.replace(microsecond=0), one.end.replace(microsecond=0)
        walls[one.place] = walls.get(one.place, 0) + int((end - start).total_seconds())
        opens[one.place] = opens.get(one.place, 0) + measure(start, end)
    return [Sum(place, walls[place], opens[place]) for place in Place if walls.get(place)]
