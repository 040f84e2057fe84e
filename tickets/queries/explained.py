"""Explain this deadline: one run of one promise, in words, as segments and as its history.

The page and the API show what is made here, so that they say the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from audit.queries import of_subject
from catalog.models import Category
from common import formats
from common.translated import translated
from sla import engine
from sla.choices import KIND_OF, OF_CUSTOMERS, AgreementKind, ClockState, Metric
from sla.queries import Policy, policy
from sla.rules import AgreementTerms, is_valid, judge
from tickets.models import Clock, Hold, Ticket
from tickets.queries.day_lines import DayLine, day_line
from tickets.queries.life import Stage, life
from tickets.queries.readings import facts, stored_run, timeline
from tickets.queries.tracks import Track, tracks
from tickets.queries.turns import Turn, names_of, turns
from tickets.queries.wording import Line, Told, lines, sentences

_EPOCH = date(1970, 1, 1).toordinal()
_CONDITIONS: Mapping[str, Any] = {
    "kind": gettext_lazy("kind"),
    "priority": gettext_lazy("priority"),
    "service": gettext_lazy("service"),
    "category": gettext_lazy("category"),
    "organisation": gettext_lazy("organisation"),
    "site": gettext_lazy("site"),
    "team": gettext_lazy("team"),
    "vip": gettext_lazy("VIP"),
    "level": gettext_lazy("level"),
    "supplier": gettext_lazy("supplier"),
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything there is to say of one run.

    clocks: every run of every clock that its reader may ask about. promise, rule: sentences;
    rule is empty for who does not belong to the desk. is_off: the stored clock says something
    else, and wants repair.
    """

    clock: Clock
    label: str
    clocks: Sequence[Clock]
    state: str
    state_label: str
    reading: engine.Reading
    target_seconds: int
    promise: str
    rule: str
    agreement: AgreementTerms | None
    calendar: str
    hours_since: date | None
    sentences: Sequence[str]
    lines: Sequence[Line]
    turns: Sequence[Turn]
    day_line: DayLine | None
    is_off: bool

    @property
    def runs(self) -> list[Clock]:
        """All runs of this clock."""
        return [clock for clock in self.clocks if clock.metric == self.clock.metric]


def _clocks(ticket: Ticket, *, internal: bool) -> list[Clock]:
    """Return every run of every clock, also cancelled ones, in the order they are shown."""
    order = {metric: number for number, metric in enumerate(Metric.values)}
    found = Clock.objects.filter(ticket=ticket)
    if not internal:
        found = found.filter(metric__in=OF_CUSTOMERS)
    return sorted(found, key=lambda clock: (order[clock.metric], clock.run))


def explained(
    ticket: Ticket, metric: str, run: int | None, *, internal: bool, at: datetime
) -> Explanation | None:
    """Return the explanation of a run, the last one when `run` is None; None: there is none."""
    clocks = _clocks(ticket, internal=internal)
    chosen = [c for c in clocks if c.metric == metric and run in {None, c.run}]
    if not chosen:
        return None
    clock, rules = chosen[-1], policy()
    holds = list(ticket.holds.select_related("author", "supplier").order_by("started_at", "pk"))
    events = list(of_subject("ticket", ticket.pk))
    categories = Category.objects.in_bulk()
    stages = life(ticket, events, holds, categories)
    track = _track_of(clock, stages, rules)
    if track is None:
        return None
    told = _told(ticket, track, holds, rules, at=at, internal=internal)
    names = names_of(stages, categories, rules)
    moved = turns(track, stages, names, at=at, internal=internal)
    return _explanation(told, clock, clocks, track, moved)


def _track_of(clock: Clock, stages: Sequence[Stage], rules: Policy) -> Track | None:
    """Find the run in the history; one of a policy that is no more is read as it was stored."""
    for track in tracks(stages, rules):
        if track.run.key == (clock.metric, clock.started_at):
            return track
    run = stored_run(clock, rules)
    return None if run is None else Track(clock.run, run, clock.terms_since)


def _told(
    ticket: Ticket, track: Track, holds: Sequence[Hold], rules: Policy, *, at: datetime,
    internal: bool,
) -> Told:  # fmt: skip
    return Told(
        ticket=ticket,
        run=track.run,
        line=timeline(track.run, ticket, holds, since=track.since),
        reading=track.reading(ticket, holds, at=at),
        holds=holds,
        rules=rules,
        at=at,
        internal=internal,
    )


def _explanation(
    told: Told, clock: Clock, clocks: Sequence[Clock], track: Track, moved: Sequence[Turn]
) -> Explanation:
    run, reading, rules, at = told.run, told.reading, told.rules, told.at
    found = lines(told, engine.explain(run.promise.terms, told.line, at))
    agreement = rules.terms_of(run.promise.agreement)
    state = ClockState(reading.state.value)
    return Explanation(
        clock=clock,
        label=capfirst(clock.get_metric_display()),
        clocks=clocks,
        state=state,
        state_label=str(state.label),
        reading=reading,
        target_seconds=run.promise.terms.seconds,
        promise=_promise(track, agreement, rules, at),
        rule=_rule(track, agreement, told) if told.internal else "",
        agreement=agreement,
        calendar=translated(rules.calendar_names[run.promise.calendar]),
        hours_since=_hours_since(track, at),
        sentences=sentences(told, found),
        lines=found,
        turns=moved,
        day_line=day_line(run, told.ticket, told.holds, since=track.since, at=at),
        is_off=clock.due_at != reading.due_at or clock.stopped_at != reading.stopped_at,
    )


def _promise(track: Track, agreement: AgreementTerms | None, rules: Policy, at: datetime) -> str:
    promise, since = track.run.promise, _hours_since(track, at)
    words = {
        "time": formats.duration_spoken(promise.terms.seconds, get_language() or "en"),
        "calendar": translated(rules.calendar_names[promise.calendar]),
        "agreement": translated(agreement.names) if agreement else "?",
        "version": agreement.version if agreement else 0,
    }
    if since is None:
        return (
            _("Promised: %(time)s of “%(calendar)s”, by “%(agreement)s”, version %(version)s.")
            % words
        )
    return _(
        "Promised: %(time)s of “%(calendar)s” (hours since %(since)s), by “%(agreement)s”, "
        "version %(version)s."
    ) % (words | {"since": formats.date(since)})


def _hours_since(track: Track, at: datetime) -> date | None:
    """Return since when the hours that count at the end have been in force; None: always."""
    hours = track.run.promise.terms.calendar.rules
    day = at.astimezone(hours.zone).date().toordinal() - _EPOCH
    begun = [since for since in hours.since if since <= day]
    if len(hours.since) < 2 or not begun or begun[-1] <= 0:
        return None
    return date.fromordinal(begun[-1] + _EPOCH)


def _rule(track: Track, agreement: AgreementTerms | None, told: Told) -> str:
    """Say which rule matched and why, and on what those before it failed."""
    if agreement is None:
        return ""
    step = track.steps[-1] if track.steps else None
    then = step.stage.ticket if step else told.ticket
    asked = then.agreed_at or then.opened_at
    last = step.stage.holds[-1] if step and step.stage.holds else None
    known = facts(then, supplier=last.supplier_id if last else None)
    kind = KIND_OF[Metric(track.run.promise.metric)]
    at = asked if kind == AgreementKind.SLA else max(track.run.started_at, asked)
    valid = [rule for rule in told.rules.agreements.get(kind, ()) if is_valid(rule, at)]
    before = valid[: valid.index(agreement)] if agreement in valid else []
    met = ", ".join(str(_CONDITIONS[word]) for word in agreement.conditions)
    words = {"agreement": translated(agreement.names), "conditions": met}
    sentence = _("“%(agreement)s” matches every ticket of its kind.") % words
    if met:
        sentence = _("“%(agreement)s” matches by %(conditions)s.") % words
    failed = [
        _("“%(agreement)s” does not match: %(condition)s.")
        % {"agreement": translated(rule.names), "condition": _CONDITIONS[failure]}
        for rule in before
        if (failure := judge(rule, known).failed_on)
    ]
    return " ".join([*failed, sentence])


def as_record(found: Explanation) -> dict[str, Any]:
    """Return an explanation as plain values, as programs read it."""
    reading, agreement = found.reading, found.agreement
    names = ("run", "state", "started_at", "due_at", "stopped_at")
    return {
        "metric": found.clock.metric,
        "run": found.clock.run,
        "runs": [{name: getattr(run, name) for name in names} for run in found.runs],
        "state": found.state,
        "started_at": found.clock.started_at,
        "due_at": reading.due_at,
        "at_risk_at": reading.at_risk_at,
        "breached_at": reading.breached_at,
        "stopped_at": reading.stopped_at,
        "target_seconds": found.target_seconds,
        "elapsed_seconds": reading.elapsed_seconds,
        "remaining_seconds": reading.remaining_seconds,
        "paused_seconds": reading.paused_seconds,
        "agreement": agreement.slug if agreement else None,
        "agreement_version": agreement.version if agreement else None,
        "calendar": found.calendar,
        "hours_since": found.hours_since,
        "sentences": list(found.sentences),
        "promise": found.promise,
        "rule": found.rule,
        "pieces": [asdict(line) for line in found.lines],
        "turns": [asdict(turn) for turn in found.turns],
    }
