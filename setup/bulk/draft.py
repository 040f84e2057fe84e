"""A ticket that is written down rather than worked on: the same rows as the funnel leaves."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Person, Team
from setup.bulk.tables import Row, Tables
from sla.choices import ClockState, Metric
from sla.engine import Timeline, evaluate
from sla.queries import Promise
from tickets.choices import EntryKind, HoldReason, Status, WokenBy

TRACE = "seed"
OPENED = (
    "kind", "status", "priority", "impact", "urgency", "category_id", "team_id", "level",
    "assignee_id", "requester_id", "title",
)  # fmt: skip


@dataclass(slots=True)
class Fired:
    """A step of the clock of the solution that was carried out."""

    milestone: str
    at: datetime


@dataclass(slots=True)
class Draft:
    """One ticket while its life is written down, act by act."""

    id: int
    number: str
    values: dict[str, Any]
    requester: Person
    promises: dict[str, Promise]
    at: datetime
    version: int = 0
    entries: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    holds: list[list[Any]] = field(default_factory=list)
    fired: list[Fired] = field(default_factory=list)
    handovers: list[list[Any]] = field(default_factory=list)
    messages: list[tuple[str, str, Person, datetime]] = field(default_factory=list)

    def opened(self, actor: Person) -> None:
        """Write the first event and the first entry."""
        v = self.values
        spoken = v["channel"] in {"phone", "walk_in"}
        kind = EntryKind.CALL if spoken else EntryKind.REPLY
        self.entries.append((self.id, kind, actor.pk, v["channel"], v["description"], self.at))
        self._event("ticket.opened", actor, {name: [None, v[name]] for name in OPENED})

    def act(
        self, verb: str, at: datetime, actor: Person | None, *,
        entry: tuple[str, str] | None = None, extra: dict[str, Any] | None = None, **new: Any,
    ) -> None:  # fmt: skip
        """Change fields with one event, and perhaps an entry: its kind and its text."""
        self.at = at
        changes: dict[str, Any] = {}
        for name, value in new.items():
            if self.values[name] != value:
                changes[name] = [_plain(self.values[name]), _plain(value)]
                self.values[name] = value
        if entry is not None:
            kind, body = entry
            author = None if actor is None else actor.pk
            self.entries.append((self.id, kind, author, "desk", body, at))
            changes["entry"] = [None, kind]
        self._event(verb, actor, changes | (extra or {}))

    def hold(self, reason: str, actor: Person, until: datetime | None = None) -> None:
        """Begin a hold; the act that moves the status is written by the caller."""
        self.holds.append([self.id, reason, "", until, actor.pk, self.at, None, ""])

    def resume(self) -> None:
        """End the open hold at the instant of the last act."""
        self.holds[-1][6:] = [self.at, WokenBy.PERSON.value]

    def handed(self, to: Team, person: Person, *, at: datetime) -> None:
        """Write the row of a hand-over by the sweep."""
        v = self.values
        chosen = {"person": person.pk, "matched": 0, "required": 0, "speaks": True, "load": 0}
        self.handovers.append([
            self.id, v["team_id"], to.pk, v["level"], to.level, "functional", "breach", None, "",
            v["description"], "", "", "", json.dumps(chosen), "proposed", at, None, None, None, "",
        ])  # fmt: skip

    def write(self, tables: Tables, clock_id: int, *, read_at: datetime) -> int:
        """Collect all rows, the clocks as read at `read_at`; return how many clocks there are."""
        dues = []
        for offset, promise in enumerate(self.promises.values()):
            dues.append(self._clock(tables, clock_id + offset, promise, read_at))
        running = [due for due in dues if due is not None]
        v = self.values
        tables.add("tickets_ticket", [(
            self.id, self.number, v["kind"], v["title"], v["description"], v["status"],
            v["impact"], v["urgency"], v["priority"], v["category_id"], v["team_id"], v["level"],
            v["assignee_id"], v["follow_up_id"], v["requester_id"], v["opened_by_id"],
            self.requester.organisation_id, self.requester.site_id, self.requester.is_vip,
            self.requester.language, v["channel"], v["opened_at"], self.at, v["responded_at"],
            v["resolved_at"], v["ended_at"], v["resolution"], 0, v["hop_count"],
            min(running, default=None), self.version, *self.care,
        )])  # fmt: skip
        tables.add("tickets_entry", self.entries)
        tables.add("audit_event", self.events)
        tables.add("tickets_hold", self.holds)
        tables.add("escalation_handover", self.handovers)
        return len(self.promises)

    @property
    def care(self) -> tuple[datetime, datetime | None]:
        """Since when its team has it, and when somebody there took it in hand."""
        since: datetime = self.handovers[-1][15] if self.handovers else self.values["opened_at"]
        waits = self.values["status"] == Status.NEW or self.handovers
        return since, None if waits else self.values["responded_at"]

    def _clock(
        self, tables: Tables, key: int, promise: Promise, read_at: datetime
    ) -> datetime | None:
        """Collect one clock with its steps; return its due instant while it runs."""
        v, is_solution = self.values, promise.metric == Metric.RESOLUTION
        opened = v["opened_at"]
        pausing = promise.pause_reasons | {HoldReason.RESOLVED}
        line = Timeline(
            started_at=opened,
            pauses=tuple((h[5], h[6]) for h in self.holds if h[1] in pausing),
            stopped_at=v["resolved_at"] if is_solution else v["responded_at"],
            cancelled_at=v["ended_at"] if v["status"] == Status.CANCELLED else None,
            terms_since=opened,
        )
        reading = evaluate(promise.terms, line, read_at)
        fired = self.fired if is_solution else []
        names = [step.milestone for step in fired]
        state, upcoming = ClockState(reading.state.value), None
        if state in {ClockState.RUNNING, ClockState.BREACHED}:
            instants = [at for name, at in reading.step_ats if name not in names]
            if state == ClockState.RUNNING and reading.due_at is not None:
                instants.append(reading.due_at)
            upcoming = min(instants, default=None)
        tables.add("tickets_clock", [(
            key, self.id, promise.metric, 1, state.value, promise.agreement, promise.calendar,
            promise.terms.seconds, opened, opened, reading.due_at, reading.at_risk_at,
            reading.breached_at, reading.stopped_at, upcoming, json.dumps(names),
        )])  # fmt: skip
        tables.add("escalation_firing", [(key, 1, f.milestone, f.at, f.at) for f in fired])
        if is_solution:
            tables.add("notifications_message", [self._message(key, *m) for m in self.messages])
        is_running = state in {ClockState.RUNNING, ClockState.BREACHED}
        return reading.due_at if is_running else None

    def _message(
        self, clock: int, milestone: str, template: str, reader: Person, at: datetime
    ) -> Row:
        key = f"clock:{clock}:1:{milestone}:{template}:{reader.pk}"
        data = {"number": self.number, "title": self.values["title"]}
        return (
            key, template, reader.pk, "ticket", self.id, json.dumps(data), "withheld", at, at, 0,
            None, None, "Made by seed: nothing was sent.",
        )  # fmt: skip

    def _event(self, verb: str, actor: Person | None, changes: dict[str, Any]) -> None:
        self.version += 1
        channel = "desk"
        if actor is None:
            channel = "system"
        elif verb == "ticket.opened":
            channel = self.values["channel"]
        self.events.append((
            "ticket", self.id, self.number, self.version, verb,
            None if actor is None else actor.pk, channel, self.at, TRACE, json.dumps(changes),
        ))  # fmt: skip


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def resolved(draft: Draft, at: datetime, actor: Person, solution: str) -> None:
    """Resolve a ticket."""
    draft.act(
        "ticket.resolved", at, actor, status=Status.RESOLVED, resolved_at=at, resolution=solution
    )


def closed(draft: Draft, at: datetime) -> None:
    """Close a ticket by time."""
    draft.act("ticket.closed", at, None, status=Status.CLOSED, ended_at=at)
