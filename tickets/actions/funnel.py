"""The two funnels: every ticket is opened by `open_ticket` and changed by `change_ticket`.

`change_batch` is the same funnel for many rows at once; both prepare each ticket with
`_prepare` and write with `_write`, so that a batch of one is a single change.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from audit import actions as audit
from audit.actions import NewEvent
from audit.queries import fields_changed_since
from common import clock, faults
from common.bulk import update_rows
from common.errors import NotAllowed, StaleRecord
from common.origin import Origin
from common.wake import changed as topics_changed
from notifications import actions as notifications
from notifications.actions import NewMessage
from sla.queries import Policy, policy
from tickets import notices, permissions
from tickets.actions import clocks
from tickets.actions.apply import apply
from tickets.actions.changes import Change
from tickets.actions.clocks import Kept
from tickets.actions.standing import Moved, standing
from tickets.models import Clock, Entry, Hold, Ticket
from tickets.queries.life import plain

# A change of any of these may move a deadline.
_TIMED = frozenset(
    {
        "status", "priority", "category_id", "team_id", "responded_at", "resolved_at",
        "ended_at", "resolution", "accepted_at", "awaiting_since", "agreed_at",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """A further event of one change, which tells a part of it: the fields it takes over."""

    verb: str
    extra: dict[str, Any] = field(default_factory=dict)
    takes: frozenset[str] = frozenset()


_FACTS = frozenset({"priority", "category_id", "team_id", "agreed_at"})


@dataclass(slots=True, kw_only=True)
class BatchChange:
    """One change of a locked ticket, with what only the caller knows.

    verb: empty when only clocks move on, which is no event.
    fired: (key of the clock, milestone) pairs of steps that this change carries out.
    extra: fields for the event beside those of the ticket. also: further events, in order.
    messages: further messages, beside those the ticket's own notices promise.
    clocks, holds: those of the ticket when the caller has read them under the lock.
    kept: terms to which clocks return, see `clocks.refresh`.
    tells_due: the event says which due instants moved, as it does when clocks alone are read
    anew; without a verb there is one if any did. moved: set by the funnel where it is told.
    is_quiet: the sweep asks: clocks are read anew, and the ticket's own notices are left out.
    """

    ticket: Ticket
    change: Change
    verb: str
    fired: tuple[tuple[int, str], ...] = ()
    extra: dict[str, Any] = field(default_factory=dict)
    also: Sequence[Also] = ()
    messages: tuple[NewMessage, ...] = ()
    is_quiet: bool = False
    clocks: Sequence[Clock] | None = None
    holds: Sequence[Hold] | None = None
    kept: Mapping[int, Kept] | None = None
    tells_due: bool = False
    moved: Moved = field(default_factory=Moved)


@dataclass(slots=True)
class _Prepared:
    """A ticket changed in memory, and everything that is to be written with it."""

    ticket: Ticket
    fields: set[str]
    events: list[NewEvent] = field(default_factory=list)
    messages: list[NewMessage] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    new_holds: list[Hold] = field(default_factory=list)
    ended_holds: list[Hold] = field(default_factory=list)
    changed_clocks: list[Clock] = field(default_factory=list)
    clock_fields: set[str] = field(default_factory=set)
    new_clocks: list[Clock] = field(default_factory=list)


def lock(ticket_id: int) -> Ticket:
    """Lock one ticket and return it with its people, team and category.

    Raises Ticket.DoesNotExist. Only inside a transaction.
    """
    # Two statements: a locking read that had to wait joins the new row to the old rows of
    # other tables, and a ticket that changed its team meanwhile would not be found.
    Ticket.objects.select_for_update(no_key=True).values_list("pk").get(pk=ticket_id)
    return Ticket.objects.select_related("requester", "assignee", "team", "category").get(
        pk=ticket_id
    )


def change_ticket(
    ticket_id: int,
    change: Change | Callable[[Ticket], Change],
    *,
    verb: str,
    may: permissions.Rule,
    origin: Origin,
    seen_version: int | None = None,
    extra: dict[str, Any] | None = None,
    messages: Sequence[NewMessage] = (),
) -> Ticket:
    """Apply one change to one ticket, with its clocks, its event and its messages.

    All of it commits, or none of it does. The row is locked, so two changes to the same
    ticket happen one after the other. A change that changes nothing writes nothing.

    change: a function where what to change depends on the ticket; it sees the locked row.
    may: the predicate that says who may do this verb; the system itself always may.
    seen_version: the version the caller looked at; None skips the check (mail, beat).
    Raises StaleRecord, NotAllowed or MoveNotPossible; nothing is written then.
    """
    with transaction.atomic():
        ticket = lock(ticket_id)
        origin = origin.timed(clock.now)
        if origin.actor is not None and not may(origin.actor, ticket):
            raise NotAllowed(permissions.refusal(ticket))
        wanted = change(ticket) if callable(change) else change
        _check_stale(ticket, wanted, seen_version)
        asked = BatchChange(
            ticket=ticket, change=wanted, verb=verb, extra=extra or {}, messages=tuple(messages)
        )
        prepared = _prepare(asked, origin, rules=None)
        if prepared is not None:
            _write([prepared], origin)
    return ticket


def change_batch(
    changes: Sequence[BatchChange], *, origin: Origin, rules: Policy | None = None
) -> int:
    """Apply changes to tickets the caller has locked, set-based; return how many were written.

    It is `change_ticket` without its questions: the system asks, so nobody may be refused,
    and the tickets were read under the lock (`claims.claim_due`). Each ticket at most once.
    Only inside a transaction.
    """
    rules = rules or policy()
    found = [p for asked in changes if (p := _prepare(asked, origin, rules=rules)) is not None]
    prepared = [p for p in found if p.events or p.changed_clocks or p.new_clocks]
    _write(prepared, origin)
    return len(prepared)


def first_write(ticket: Ticket, *, body: str, entries: Sequence[Entry], origin: Origin) -> None:
    """Insert a ticket with what belongs to it: clocks, entries, event and messages."""
    found = clocks.refresh(ticket, (), (), at=origin.moment)
    ticket.save(force_insert=True)
    opened = notices.for_event(
        ticket, verb="ticket.opened", origin=origin, body=body, clocks=found.new
    )
    values = {name: [None, plain(getattr(ticket, name))] for name in _OPENED}
    prepared = _Prepared(
        ticket=ticket,
        fields=set(),
        events=[_event(ticket, "ticket.opened", values)],
        messages=opened,
        entries=list(entries),
        new_clocks=list(found.new),
    )
    _write([prepared], origin)


_OPENED = (
    "kind", "status", "priority", "impact", "urgency", "category_id", "team_id", "level",
    "assignee_id", "requester_id", "title",
)  # fmt: skip


def _check_stale(ticket: Ticket, change: Change, seen_version: int | None) -> None:
    if seen_version is None or seen_version == ticket.version:
        return
    since = fields_changed_since("ticket", ticket.pk, seen_version)
    both = sorted(since & set(change.values()))
    if both:
        raise StaleRecord(ticket.number, both)


def _prepare(asked: BatchChange, origin: Origin, rules: Policy | None) -> _Prepared | None:
    ticket, moment = asked.ticket, origin.moment
    if asked.change.hold is not None:
        rules = rules or policy()
    outcome = apply(ticket, asked.change, origin, holds=asked.holds, known=rules)
    asks_nothing = not (outcome.before or outcome.entry or outcome.extra)
    if asked.verb and asks_nothing and not (asked.fired or asked.extra):
        return None
    prepared = _Prepared(ticket, fields=set(outcome.before))
    prepared.entries = [outcome.entry] if outcome.entry else []
    prepared.new_holds, prepared.ended_holds = outcome.new_holds, outcome.ended_holds
    changes = {
        name: [plain(old), plain(getattr(ticket, name))] for name, old in outcome.before.items()
    }
    relaxed: tuple[str, ...] = ()
    moved: dict[str, Any] = {}
    if asked.is_quiet or _TIMED & prepared.fields or prepared.new_holds or prepared.ended_holds:
        holds = outcome.holds if outcome.holds is not None else asked.holds
        holds = holds if holds is not None else list(ticket.holds.all())
        found = _refresh(prepared, asked, holds, moment, rules)
        relaxed, moved = found.relaxed, _moved_by_policy(prepared, found, changes)
    more = [
        (one.verb, {n: changes.pop(n) for n in one.takes if n in changes} | one.extra)
        for one in asked.also
    ]
    told = moved | _told(asked.moved)
    verb = asked.verb or ("ticket.due_moved" if told else "")
    events = [(verb, {**changes, **outcome.extra, **asked.extra, **told})] if verb else []
    events += more
    # A target may relax without a verb: the sweep reads a policy that was changed.
    events += [("ticket.target_relaxed", {"metric": [None, metric]}) for metric in relaxed]
    if not events:
        return prepared
    for name, what in events:
        ticket.version += 1
        prepared.events.append(_event(ticket, name, what))
    ticket.updated_at = moment
    prepared.fields |= {"version", "updated_at"}
    if verb and not asked.is_quiet:
        body = outcome.entry.body if outcome.entry else ""
        prepared.messages = notices.for_event(ticket, verb=verb, origin=origin, body=body)
    prepared.messages += asked.messages
    return prepared


def _told(moved: Moved) -> dict[str, list[Any]]:
    """What an event says of due instants that moved; nothing when none did."""
    before, after = moved.dues
    if not (before or after or moved.late):
        return {}
    told: dict[str, list[Any]] = {
        "due": [{m: plain(at) for m, at in dues.items()} for dues in (before, after)]
    }
    return told | ({"late": [None, moved.late]} if moved.late else {})


def _refresh(
    prepared: _Prepared,
    asked: BatchChange,
    holds: Sequence[Hold],
    moment: datetime,
    rules: Policy | None,
) -> clocks.Refreshed:
    ticket = asked.ticket
    rows = asked.clocks if asked.clocks is not None else list(ticket.clocks.order_by("pk"))
    due_before, taken = ticket.next_due_at, dict[int, list[str]]()
    for clock_id, milestone in asked.fired:
        taken.setdefault(clock_id, []).append(milestone)
    for row in rows:
        if row.pk in taken:
            row.fired = [*row.fired, *taken[row.pk]]
    tells_due = asked.tells_due or (asked.is_quiet and not asked.change.values())
    if tells_due:
        asked.moved.before = standing(rows, at=moment)
    found = clocks.refresh(ticket, rows, holds, at=moment, rules=rules, kept=asked.kept)
    if tells_due:
        asked.moved.after = standing([*rows, *found.new], at=moment)
    touched = {id(row): row for row in found.changed}
    touched |= {id(row): row for row in rows if row.pk in taken}
    prepared.changed_clocks, prepared.new_clocks = list(touched.values()), list(found.new)
    prepared.clock_fields = {*found.fields, *(["fired"] if taken else [])}
    if ticket.next_due_at != due_before:
        prepared.fields.add("next_due_at")
    return found


def _moved_by_policy(
    prepared: _Prepared, found: clocks.Refreshed, changes: Collection[str]
) -> dict[str, Any]:
    """What no replay of this history could find: calendars and agreements are as they are now."""
    if not (_TIMED & set(changes) or prepared.new_holds or prepared.ended_holds):
        return clocks.told(found.moved)
    if _FACTS & set(changes):
        return clocks.told(found.dated)
    # Nothing an agreement looks at has changed: other terms are those of another policy.
    return clocks.told(m for m in found.moved if m in found.dated or m.has_other_terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A locked ticket whose clocks were mended in memory, with what its event says of it."""

    ticket: Ticket
    changed: Sequence[Clock]
    new: Sequence[Clock]
    relaxed: Sequence[str]
    changes: dict[str, Any]


def write_repaired(repairs: Sequence[Repaired], *, origin: Origin) -> None:
    """Write mended clocks with one event a ticket, and one for each that is not late any more.

    Only inside a transaction; nobody is told by a message.
    """
    found = []
    for one in repairs:
        prepared = _Prepared(
            one.ticket, {"next_due_at", "version", "updated_at"},
            changed_clocks=list(one.changed), new_clocks=list(one.new),
            clock_fields=set(clocks.FIELDS),
        )  # fmt: skip
        told = [("ticket.clocks_repaired", one.changes)]
        told += [("ticket.target_relaxed", {"metric": [None, m]}) for m in one.relaxed]
        for verb, what in told:
            one.ticket.version += 1
            prepared.events.append(_event(one.ticket, verb, what))
        one.ticket.updated_at = origin.moment
        found.append(prepared)
    _write(found, origin)


def _write(prepared: Sequence[_Prepared], origin: Origin) -> None:
    if not prepared:
        return
    faults.point("after-claim")
    update_rows([p.ticket for p in prepared], sorted(set().union(*(p.fields for p in prepared))))
    Entry.objects.bulk_create([e for p in prepared for e in p.entries])
    update_rows([h for p in prepared for h in p.ended_holds], ["ended_at", "woken_by"])
    Hold.objects.bulk_create([h for p in prepared for h in p.new_holds])
    clocks.write(
        [c for p in prepared for c in p.changed_clocks],
        [c for p in prepared for c in p.new_clocks],
        set[str]().union(*(p.clock_fields for p in prepared)),
    )
    audit.record_many([e for p in prepared for e in p.events], origin=origin)
    notifications.enqueue([m for p in prepared for m in p.messages], at=origin.moment)
    topics_changed("queue", *(f"ticket:{p.ticket.pk}" for p in prepared))
    faults.point("before-commit")


def _event(ticket: Ticket, verb: str, changes: dict[str, Any]) -> NewEvent:
    return NewEvent(
        subject_type="ticket",
        subject_id=ticket.pk,
        subject_label=ticket.number,
        verb=verb,
        changes=changes,
        seq=ticket.version,
    )


def next_number(year: int) -> str:
    """Return the next ticket number of a year, such as 26-01837; gaps are allowed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tickets_next_number(%s)", [year])
        return f"{year % 100:02d}-{cursor.fetchone()[0]:05d}"
