"""Who is there, from when until when, by roster, absences and opening hours: pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

# Somebody with a shift within so long, past or to come, works by a roster, which may have a
# gap or have run out: outside their shifts they are not there. Later they are there whenever
# their team is.
ROSTERED = timedelta(days=14)
MOST = 60  # openings and shifts that are looked through for the next moment on duty


class Hours(Protocol):
    """Opening hours, as sla.engine.BusinessCalendar knows them."""

    def is_open(self, at: datetime) -> bool: ...
    def next_open(self, at: datetime) -> datetime | None: ...
    def next_change(self, at: datetime) -> datetime | None: ...


class Absence(NamedTuple):
    """Time away, [starts, ends), and who stands in meanwhile."""

    starts: datetime
    ends: datetime
    substitute: int | None = None


@dataclass(frozen=True, slots=True)
class Presence:
    """What the roster says of one person: [from, until) on duty and on call, and absences."""

    shifts: tuple[tuple[datetime, datetime], ...] = ()
    calls: tuple[tuple[datetime, datetime], ...] = ()
    absences: tuple[Absence, ...] = ()

    def absence(self, at: datetime) -> Absence | None:
        """Return the absence that covers an instant; of several, the one that ends last."""
        found = [a for a in self.absences if a.starts <= at < a.ends]
        return max(found, key=lambda a: a.ends, default=None)

    def is_rostered(self, at: datetime) -> bool:
        """Say whether a roster decides: one that comes soon, runs, or ran out lately."""
        return any(starts < at + ROSTERED and ends > at - ROSTERED for starts, ends in self.shifts)

    def is_on_call(self, at: datetime) -> bool:
        """Say whether the person may be called now; whoever is away may not."""
        return self.absence(at) is None and _covers(self.calls, at)

    def is_there(self, at: datetime, hours: Hours | None) -> bool:
        """Say whether the person is on duty in a team with these hours (None: always open)."""
        if self.absence(at) is not None or not (hours is None or hours.is_open(at)):
            return False
        return _covers(self.shifts, at) if self.is_rostered(at) else True

    def until(self, at: datetime, hours: Hours | None) -> datetime | None:
        """Return when somebody who is there leaves; None: nothing says so."""
        ends = [a.starts for a in self.absences if a.starts > at]
        if hours is not None and (closing := hours.next_change(at)) is not None:
            ends.append(closing)
        if self.is_rostered(at):
            ends.append(_end_of_shifts(self.shifts, at))
        else:  # a roster that begins decides from a fortnight before its first shift on
            ends += [s - ROSTERED for s, _ends in self.shifts if s - ROSTERED >= at]
        return min(ends, default=None)

    def next_there(self, at: datetime, hours: Hours | None) -> datetime | None:
        """Return the first instant from `at` on at which the person is on duty; None: unknown."""
        moment: datetime | None = at
        for _look in range(MOST):
            moment = moment if hours is None or moment is None else hours.next_open(moment)
            if moment is None or self.is_there(moment, hours):
                return moment
            if (away := self.absence(moment)) is not None:
                moment = away.ends
            else:
                moment = min((s for s, _e in self.shifts if s > moment), default=None)
        return None


def _covers(intervals: tuple[tuple[datetime, datetime], ...], at: datetime) -> bool:
    return any(starts <= at < ends for starts, ends in intervals)


def _end_of_shifts(shifts: tuple[tuple[datetime, datetime], ...], at: datetime) -> datetime:
    """Where the shift of an instant ends, together with those that follow without a gap."""
    end = at
    for starts, ends in sorted(shifts):
        if starts <= end:
            end = max(end, ends)
    return end


def quiet_until(at: datetime, hours: list[Hours | None]) -> datetime | None:
    """Return when a message may leave that comes at `at`: the first instant of anybody's hours.

    hours: those of each team of the reader; None among them, or no team, is always open.
    None when that is now, and where no calendar ever opens again.
    """
    if not hours or None in hours:
        return None
    opens = [found for one in hours if one is not None and (found := one.next_open(at))]
    first = min(opens, default=at)
    # The calendars count whole seconds: what they cut off `at` is not a time before it.
    return first if first > at else None
