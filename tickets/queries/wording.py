"""The time of a clock in sentences: what counted, what was closed, who had it on hold."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from common.formats import duration_spoken, moment, time, weekday_short
from sla import engine
from sla.choices import ClockState, Metric
from sla.queries import Policy
from tickets.models import Hold, Ticket
from tickets.queries.readings import Run

_BEGUN = {
    Metric.NEXT_REPLY: gettext_lazy("Asked %(when)s."),
    Metric.ACCEPTANCE: gettext_lazy("With the team since %(when)s."),
    Metric.TEAM_RESOLUTION: gettext_lazy("With the team since %(when)s."),
    Metric.SUPPLIER: gettext_lazy("Waits for the supplier since %(when)s."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of a clock's time with the sum of what was counted, and what it is called."""

    start: datetime
    end: datetime
    kind: str
    seconds: int
    used: int
    words: str


@dataclass(frozen=True, slots=True)
class Told:
    """What the words are made from; internal: the reader belongs to the desk."""

    ticket: Ticket
    run: Run
    line: engine.Timeline
    reading: engine.Reading
    holds: Sequence[Hold]
    rules: Policy
    at: datetime
    internal: bool

    @property
    def ended(self) -> datetime | None:
        """When it stopped or was cancelled."""
        if self.reading.state.value == ClockState.CANCELLED:
            return self.run.cancelled_at or self.ticket.ended_at
        return self.reading.stopped_at

    def when(self, instant: datetime) -> str:
        """Word an instant as seen from now."""
        return moment(instant, self.at, _language())


def lines(told: Told, pieces: Sequence[engine.Segment]) -> list[Line]:
    """Return the pieces up to the end of the clock, each in words."""
    used, found = 0, []
    hours = told.run.promise.terms.calendar
    for piece in pieces:
        end, seconds = piece.end, piece.seconds
        if told.ended is not None and end > told.ended:
            end = told.ended.replace(microsecond=0)
            if end <= piece.start:
                break
            seconds = 0 if piece.kind == "closed" else hours.measure(piece.start, end)
        used += seconds if piece.kind == "counted" else 0
        words = _words(told, piece.kind, piece.start, end)
        found.append(Line(piece.start, end, piece.kind, seconds, used, words))
    return found


def _words(told: Told, kind: str, start: datetime, end: datetime) -> str:
    if kind == "counted":
        return _("counted")
    if kind == "closed":
        names = _names(told, _days(told, start, end))
        return _("closed: %(names)s") % {"names": ", ".join(names)} if names else _("closed")
    return _("on hold: %(reason)s") % {"reason": _hold_words(told, start, end, notes=True)}


def sentences(told: Told, found: Sequence[Line]) -> list[str]:
    """Return the whole clock in sentences, in order of time."""
    return [_begun(told), *_between(told, found), _ended(told)]


def _begun(told: Told) -> str:
    when = {"when": told.when(told.run.started_at)}
    if told.run.promise.metric == Metric.RESOLUTION and (
        told.run.started_at != told.ticket.opened_at
    ):
        return _("Reopened %(when)s, with a new clock.") % when
    sentence = _BEGUN.get(Metric(told.run.promise.metric), gettext_lazy("Opened %(when)s."))
    return str(sentence) % when


def _between(told: Told, found: Sequence[Line]) -> Iterator[str]:
    """Sum up what was counted until something else is to be said, and until now."""
    counted, hours, is_future = 0, told.run.promise.terms.calendar, False
    for number, line in enumerate(found):
        said = _said(told, line, is_first=number == 0)
        if line.kind == "counted":
            until = min(line.end, told.at)
            counted += hours.measure(line.start, until) if until > line.start else 0
        if counted and (said or (line.end >= told.at and not is_future)):
            yield _counted(counted)
            counted = 0
        is_future = is_future or line.end >= told.at
        if said:
            yield said
    if counted:
        yield _counted(counted)


def _counted(seconds: int) -> str:
    if seconds < 60:
        return _("Less than a minute counted.")
    return _("%(time)s counted.") % {"time": duration_spoken(seconds, _language())}


def _said(told: Told, line: Line, *, is_first: bool) -> str:
    if line.kind == "paused":
        return _on_hold(told, line)
    return _closed(told, line, is_first=is_first) if line.kind == "closed" else ""


def _on_hold(told: Told, line: Line) -> str:
    reason = {"reason": _hold_words(told, line.start, line.end), "from": told.when(line.start)}
    is_open = told.reading.state.value == ClockState.PAUSED and line.end >= told.at.replace(
        microsecond=0
    )
    if is_open:
        return _("On hold since %(from)s, waiting for %(reason)s.") % reason
    is_one_day = localtime(line.start).date() == localtime(line.end).date()
    reason["to"] = time(line.end) if is_one_day else told.when(line.end)
    return _("On hold %(from)s–%(to)s, waiting for %(reason)s.") % reason


def _hold_words(told: Told, start: datetime, end: datetime, *, notes: bool = False) -> str:
    """Name what a pause waited for; several that touch are one pause."""
    holds = [
        h
        for h in told.holds
        if (h.started_at, h.ended_at) in told.line.pauses
        and h.started_at.replace(microsecond=0) < end
        and (h.ended_at is None or h.ended_at.replace(microsecond=0) > start)
    ]
    named = []
    for hold in holds:
        word = told.rules.reason(hold.reason).name
        more = [str(hold.supplier)] if told.internal and hold.supplier_id else []
        if told.internal and hold.author is not None:
            more.append(hold.author.name)
        if told.internal and notes and hold.note:
            more.append(hold.note)
        named.append(f"{word} ({', '.join(more)})" if more else word)
    return ", ".join(dict.fromkeys(named)) or _("something")


def _closed(told: Told, line: Line, *, is_first: bool) -> str:
    """Name closed time that is worth it: whole days, and hours before the first opening."""
    days = _days(told, line.start, line.end)
    until = {"when": told.when(line.end)}
    if not days:
        return _("Closed until %(when)s.") % until if is_first else ""
    names = _names(told, days)
    weekend = any(day.weekday() >= 5 for day in days)
    if not names:
        only = all(day.weekday() >= 5 for day in days)
        return _("Closed over the weekend.") if only else _("Closed until %(when)s.") % until
    if len(days) == 1:
        day = f"{weekday_short(days[0], _language())} {days[0]:%d.%m.}"
        return _("Closed on %(day)s (%(name)s).") % {"day": day, "name": names[0]}
    words = [*names, _("weekend")] if weekend else names
    return _("Closed until %(when)s (%(names)s).") % (until | {"names": ", ".join(words)})


def _days(told: Told, start: datetime, end: datetime) -> list[date]:
    """Return the dates that lie within a closed time from midnight to midnight."""
    zone = told.run.promise.terms.calendar.rules.zone
    first, last = start.astimezone(zone), end.astimezone(zone)
    day = first.date() if first.time().isoformat() == "00:00:00" else first.date() + _DAY
    found = []
    while day < last.date():
        found.append(day)
        day += _DAY
    return found


_DAY = timedelta(days=1)


def _names(told: Told, days: Sequence[date]) -> list[str]:
    calendar = told.run.promise.calendar
    names = (told.rules.name_of_day(calendar, day) for day in days)
    return list(dict.fromkeys(name for name in names if name))


def _ended(told: Told) -> str:
    reading, state = told.reading, ClockState(told.reading.state.value)
    left = duration_spoken(reading.remaining_seconds, _language())
    due = told.when(reading.due_at) if reading.due_at else ""
    if state == ClockState.CANCELLED:
        when = told.when(told.ended) if told.ended else ""
        return _("Cancelled %(when)s.") % {"when": when}
    if state == ClockState.PAUSED:
        return _("%(left)s left when the hold has ended.") % {"left": left}
    if state == ClockState.RUNNING:
        words = _("%(left)s left. Due %(when)s.") if due else _("It is never due by these hours.")
        return words % {"left": left, "when": due}
    if state == ClockState.BREACHED:
        return _("Was due %(when)s, and is %(late)s late by now.") % {"when": due, "late": left}
    stopped = told.when(reading.stopped_at) if reading.stopped_at else ""
    if state == ClockState.MISSED:
        words = _("Was due %(due)s. Stopped %(when)s, %(late)s late.")
        return words % {"due": due, "when": stopped, "late": left}
    if not due:
        return _("Stopped %(when)s, in time.") % {"when": stopped}
    return _("Stopped %(when)s, in time: it was due %(due)s.") % {"when": stopped, "due": due}


def _language() -> str:
    return get_language() or "en"
