"""What changed when: every event of the history that moved one clock, in words."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Team
from catalog.models import Category
from common.formats import moment
from sla.choices import Metric
from sla.queries import Policy
from tickets.choices import Status
from tickets.queries.life import Stage
from tickets.queries.readings import read
from tickets.queries.records import PUBLIC_FIELDS
from tickets.queries.tracks import Step, Track, told_clocks

Pair = tuple[Any, Any]


@dataclass(frozen=True, slots=True)
class Turn:
    """One event that moved a clock. who: empty where the reader is not to know, or nobody."""

    at: datetime
    who: str
    text: str
    due_before: datetime | None
    due_after: datetime | None


@dataclass(frozen=True, slots=True)
class Names:
    """The names of what events refer to by key."""

    teams: Mapping[int, str]
    categories: Mapping[int, str]
    rules: Policy


def names_of(stages: Sequence[Stage], categories: Mapping[int, Category], rules: Policy) -> Names:
    """Return the names of all teams and categories a ticket ever had: one statement."""
    teams = {stage.ticket.team_id for stage in stages}
    ever = {stage.ticket.category_id for stage in stages}
    return Names(
        teams={team.pk: str(team) for team in Team.objects.filter(pk__in=teams)},
        categories={pk: str(one) for pk, one in categories.items() if pk in ever},
        rules=rules,
    )


def turns(
    track: Track, stages: Sequence[Stage], names: Names, *, at: datetime, internal: bool
) -> list[Turn]:
    """Return the events that moved a run, oldest first; its beginning is the first of them.

    Due instants are those the ticket had then. Before hours or agreements were changed they
    cannot be computed any more, and are told only where the history does.
    """
    dues = [_due(step) for step in track.steps]
    told = [_told_due(track, step) for step in track.steps]
    first = _first_sure(dues, told)
    found: list[Turn] = []
    before: datetime | None = None
    for number, step in enumerate(track.steps):
        after = dues[number]
        pair = told[number]
        if pair is not None:
            before, after = pair
        parts = list(_parts(track, number, names, internal))
        moved = number >= first and (before != after or number == 0)
        if parts or moved:
            text = _sentence(parts, before if number else None, after, moved=moved, at=at)
            found.append(Turn(step.stage.at, _who(step.stage, internal), text, before, after))
        before = after
    found += _relaxed(track, stages, internal)
    return sorted(found, key=lambda turn: turn.at)


def _due(step: Step) -> datetime | None:
    stage = step.stage
    return read(step.run, stage.ticket, stage.holds, since=step.since, at=stage.at).due_at


def _told_due(track: Track, step: Step) -> tuple[datetime | None, datetime | None] | None:
    """Return the due instants an event tells of this run; None: it does not."""
    for key, before, after in told_clocks(step.stage.event.changes):
        if key == track.run.key and "due_at" in after:
            return _instant(before.get("due_at")), _instant(after["due_at"])
    return None


def _instant(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _first_sure(dues: Sequence[datetime | None], told: Sequence[Pair | None]) -> int:
    """Return from which step on the due instants are those of then."""
    first = 0
    for number, pair in enumerate(told):
        if pair is not None and number and pair[0] != dues[number - 1]:
            first = number
    return first


def _parts(track: Track, number: int, names: Names, internal: bool) -> Iterator[str]:
    step = track.steps[number]
    changes, earlier = step.stage.event.changes, track.steps[number - 1] if number else None
    if earlier is None:
        yield _("Began")
    for field, word in _CHANGES.items():
        if not (internal or field in PUBLIC_FIELDS):
            continue
        old, new = changes.get(field, (None, None))
        if old is not None and new is not None and old != new and earlier is not None:
            yield word(names, old, new)
    if earlier is not None:
        yield from _holds(changes, names)
        yield from _ends(step, earlier)
    verb = step.stage.event.verb
    if verb in _VERBS and (verb not in _OF_CLOCKS or _told_due(track, step) is not None):
        yield _VERBS[verb]()


def _holds(changes: dict[str, Pair], names: Names) -> Iterator[str]:
    begun = changes.get("hold", (None, None))[1]
    old, new = changes.get("status", (None, None))
    if begun:
        yield _("On hold, waiting for %(reason)s") % {"reason": names.rules.reason(begun).name}
    elif old == Status.ON_HOLD:
        yield _("Hold ended")
    if old == Status.RESOLVED and new == Status.IN_PROGRESS:
        yield _("Reopened")


def _ends(step: Step, earlier: Step) -> Iterator[str]:
    if step.run.stopped_at is not None and earlier.run.stopped_at is None:
        yield _("The clock stopped")
    if step.run.cancelled_at is not None and earlier.run.cancelled_at is None:
        passed_on = step.stage.ticket.team_since != step.run.started_at
        is_refused = step.run.promise.metric == Metric.ACCEPTANCE and passed_on
        yield _("Not accepted") if is_refused else _("No agreement promises this any more")
    if step.stage.ticket.status == Status.CANCELLED and (
        earlier.stage.ticket.status != Status.CANCELLED
    ):
        yield _("Cancelled")


_CHANGES: Mapping[str, Callable[[Names, Any, Any], str]] = {
    "priority": lambda _names, old, new: (
        _("Priority P%(old)s → P%(new)s") % {"old": old, "new": new}
    ),
    "category_id": lambda names, old, new: (
        _("Category “%(old)s” → “%(new)s”")
        % {"old": names.categories.get(old, "?"), "new": names.categories.get(new, "?")}
    ),
    "team_id": lambda names, old, new: (
        _("Team %(old)s → %(new)s")
        % {"old": names.teams.get(old, "?"), "new": names.teams.get(new, "?")}
    ),
}
_VERBS: Mapping[str, Callable[[], str]] = {
    "ticket.terms_changed": lambda: _("Agreement published, also for open tickets"),
    "ticket.terms_restored": lambda: _("Recalculation taken back"),
    "ticket.due_moved": lambda: _("Opening hours or agreements changed"),
    "ticket.clocks_repaired": lambda: _("Repaired"),
}
_OF_CLOCKS = frozenset({"ticket.due_moved", "ticket.clocks_repaired"})


def _sentence(
    parts: Sequence[str], before: datetime | None, after: datetime | None, *, moved: bool,
    at: datetime,
) -> str:  # fmt: skip
    def when(instant: datetime) -> str:
        return moment(instant, at, get_language() or "en")

    said = ", ".join(parts)
    due = ""
    if moved and before is not None and after is not None:
        due = _("due %(old)s → %(new)s") % {"old": when(before), "new": when(after)}
    elif moved and after is not None:
        due = _("due %(when)s") % {"when": when(after)}
    elif moved and before is not None:
        due = _("no due time meanwhile")
    return ": ".join(word for word in (said, due) if word)


def _relaxed(track: Track, stages: Sequence[Stage], internal: bool) -> Iterator[Turn]:
    metric = track.run.promise.metric
    for stage in stages:
        told = stage.event.changes.get("metric", (None, None))[1]
        is_its = stage.event.verb == "ticket.target_relaxed" and told == metric
        if is_its and stage.at >= track.run.started_at:
            text = _("Not late any more")
            yield Turn(stage.at, _who(stage, internal), text, None, None)


def _who(stage: Stage, internal: bool) -> str:
    actor = stage.event.actor
    if not internal:
        return ""
    return _("the system") if actor is None else str(actor)
