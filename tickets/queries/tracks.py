"""Every run of every promise a ticket ever had, found in its history; no clock row is read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sla import engine
from sla.queries import Policy
from tickets.models import Hold, Ticket
from tickets.queries.life import Stage
from tickets.queries.readings import Run, RunKey, over_at, read, runs


@dataclass(frozen=True, slots=True)
class Step:
    """What one event made of a run: how it stood from then on."""

    stage: Stage
    run: Run
    since: datetime


@dataclass(slots=True)
class Track:
    """One run from its beginning on. number: which of its metric; since: of its terms.

    fired: milestones the history says were carried out in it; is_late: the sweep told that
    its time is up. steps: the events that moved it, in order.
    """

    number: int
    run: Run
    since: datetime
    fired: list[str] = field(default_factory=list)
    is_late: bool = False
    steps: list[Step] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        """Say whether it was stopped or cancelled."""
        return self.run.stopped_at is not None or self.run.cancelled_at is not None

    @property
    def is_fleeting(self) -> bool:
        """Say whether it was promised between two events of one change only: nobody saw it."""
        return self.run.cancelled_at is not None and self.run.cancelled_at == self.since

    def reading(self, ticket: Ticket, holds: Sequence[Hold], *, at: datetime) -> engine.Reading:
        """Read it by the terms it has at last."""
        return read(self.run, ticket, holds, since=self.since, at=at)


def tracks(stages: Sequence[Stage], rules: Policy) -> list[Track]:
    """Return the runs in the order in which they began.

    Policy is as it is now, at the instants the ticket was agreed for. What the hours of a
    calendar or an agreement edited on the way did is told by the events themselves.
    """
    found: dict[RunKey, Track] = {}
    current: dict[RunKey, Run] = {}
    for stage in stages:
        _note_fired(found, current, stage.event.changes)
        current = runs(stage.ticket, stage.holds, rules)
        for key, run in current.items():
            _take(found, key, run, stage)
        for key, track in found.items():
            if key not in current and not track.has_ended:
                _end(track, key, stage)
        _take_told(found, stage.event.changes)
    return list(found.values())


def _take(found: dict[RunKey, Track], key: RunKey, run: Run, stage: Stage) -> None:
    track = found.get(key)
    if track is None:
        number = 1 + sum(metric == key[0] for metric, _started in found)
        track = found[key] = Track(number, run, stage.at)
    elif track.run == run and not stage.event.changes.keys() & _TURNS:
        return
    elif _is_promised_anew(track.run, run):
        track.since = stage.at
    if track.run.promise != run.promise or track.run.cancelled_at is not None:
        track.is_late = False
    track.run = run
    track.steps.append(Step(stage, run, track.since))


# A hold moves a clock without another word in its run.
_TURNS = frozenset({"status", "hold", "clocks"})


def _is_promised_anew(before: Run, now: Run) -> bool:
    return before.cancelled_at is not None or _terms(before) != _terms(now)


def _terms(run: Run) -> tuple[int, int]:
    return run.promise.calendar, run.promise.terms.seconds


def _end(track: Track, key: RunKey, stage: Stage) -> None:
    over = over_at(key, stage.ticket, stage.holds, at=stage.at)
    changed: dict[str, Any] = {"stopped_at": over} if over else {"cancelled_at": stage.at}
    track.run = replace(track.run, **changed)
    track.steps.append(Step(stage, track.run, track.since))


def _take_told(found: dict[RunKey, Track], changes: dict[str, Any]) -> None:
    for key, _before, told in told_clocks(changes):
        track = found.get(key)
        if track is not None and told.get("terms_since"):
            track.since, track.is_late = datetime.fromisoformat(told["terms_since"]), False
            if track.steps:
                track.steps[-1] = replace(track.steps[-1], since=track.since)


def told_clocks(
    changes: dict[str, Any],
) -> Iterator[tuple[RunKey, dict[str, Any], dict[str, Any]]]:
    """Yield the runs whose clocks an event tells of, with their values before and after it."""
    before, after = changes.get("clocks", (None, None))
    for name, values in (after or {}).items():
        key = values["metric"], datetime.fromisoformat(values["started_at"])
        yield key, (before or {}).get(name) or {}, values


def _note_fired(
    found: dict[RunKey, Track], current: dict[RunKey, Run], changes: dict[str, Any]
) -> None:
    """Steps are carried out in the runs that counted until then."""
    of_metric = {key[0]: found[key] for key in current}
    for step in changes.get("steps", (None, None))[1] or ():
        metric, _colon, milestone = step.partition(":")
        if metric in of_metric:
            of_metric[metric].fired.append(milestone)
    for metric in changes.get("late", (None, None))[1] or ():
        if metric in of_metric:
            of_metric[metric].is_late = True
