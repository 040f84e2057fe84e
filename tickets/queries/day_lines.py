"""The working time of one run as a line: where it began, where it is due, where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.formats import moment
from sla import engine
from sla.choices import ClockState, Metric
from tickets.models import Hold, Ticket
from tickets.queries.readings import Run, read, timeline

LONGEST = 2.5  # targets a line shows; whoever is later than that stands at its end


@dataclass(frozen=True, slots=True)
class DayLine:
    """The working time of one target as a line from 0 to 1; now None: the clock has ended."""

    title: str
    marks: Sequence[dict[str, Any]]
    now: float | None
    folds: Sequence[float]


def day_line(
    run: Run, ticket: Ticket, holds: Sequence[Hold], *, since: datetime, at: datetime
) -> DayLine | None:
    """Return the line of one run; None when it has no target, or none that comes."""
    terms = run.promise.terms
    reading = read(run, ticket, holds, since=since, at=at)
    if not terms.seconds or reading.due_at is None:
        return None
    used = reading.elapsed_seconds / terms.seconds
    if reading.remaining_seconds < 0:
        used = 1 - reading.remaining_seconds / terms.seconds
    length = max(1.12, min(used * 1.06, LONGEST))
    has_ended = reading.stopped_at is not None or reading.state.value == ClockState.CANCELLED
    marks = _marks(run, reading, length, at)
    if reading.stopped_at is not None:
        label = _("stopped %(when)s") % {"when": _when(reading.stopped_at, at)}
        marks.append({"at": min(used / length, 1.0), "kind": "met", "label": label})
    pieces = engine.explain(terms, timeline(run, ticket, holds, since=since), at)
    metric = capfirst(str(Metric(run.promise.metric).label))
    return DayLine(
        title=_("%(target)s of %(number)s") % {"target": metric, "number": ticket.number},
        marks=sorted(marks, key=lambda mark: mark["at"]),
        now=None if has_ended else min(used / length, 1.0),
        folds=_folds(pieces, terms.seconds * length),
    )


def _marks(run: Run, reading: engine.Reading, length: float, at: datetime) -> list[dict[str, Any]]:
    began = _("opened %(when)s") % {"when": _when(run.started_at, at)}
    if run.promise.metric not in {Metric.FIRST_RESPONSE, Metric.RESOLUTION}:
        began = _("began %(when)s") % {"when": _when(run.started_at, at)}
    found: list[dict[str, Any]] = [{"at": 0.0, "kind": "opened", "label": began}]
    percent, due = run.promise.terms.at_risk_percent, reading.due_at
    if due is None:
        return found
    late = due <= (reading.stopped_at or at)
    if reading.at_risk_at is not None and not late and reading.stopped_at is None:
        label = _("%(percent)s %% %(when)s") % {
            "percent": percent, "when": _when(reading.at_risk_at, at),
        }  # fmt: skip
        found.append({"at": percent / 100 / length, "kind": "at_risk", "label": label})
    words = _("was due %(when)s") if late else _("due %(when)s")
    label = words % {"when": _when(due, at)}
    found.append({"at": 1 / length, "kind": "late" if late else "due", "label": label})
    return found


def _when(instant: datetime, at: datetime) -> str:
    return moment(instant, at, get_language() or "en")


def _folds(pieces: Sequence[engine.Segment], scale: float) -> list[float]:
    """Return where closed time is folded away, by the time counted before it."""
    used, found = 0, []
    for piece in pieces:
        if piece.kind == "counted":
            used += piece.seconds
        elif piece.kind == "closed" and used:
            found.append(used / scale)
    return found
