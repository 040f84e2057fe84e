"""A published agreement laid on the tickets that are open already, and that taken back."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from audit.models import Event
from common import clock
from common.errors import DomainError, StaleRecord
from common.origin import Origin
from sla import actions as sla_actions
from sla.models import Agreement
from sla.queries import policy
from tickets.actions import jobs, tally
from tickets.actions.changes import Change
from tickets.actions.claims import claim
from tickets.actions.clocks import Kept
from tickets.actions.funnel import BatchChange, change_batch
from tickets.actions.jobs import Job
from tickets.actions.rehearsal import is_reached, versions
from tickets.choices import UNFINISHED, Obstacle, ReplayKind, ReplayState
from tickets.models import Clock, Replay, Ticket
from tickets.queries import Lot

UNDO_FOR = timedelta(hours=24)
_IN_VAIN = (ReplayState.FAILED, ReplayState.CANCELLED)  # it may be asked for again
CHANGED, RESTORED = "ticket.terms_changed", "ticket.terms_restored"
_BATCH = 200  # tickets that are locked at a time; agents and the sweep pass in between


class BeingTakenBack(DomainError):
    """A version cannot follow one that is on its way out."""

    code = "being_taken_back"


class CannotUndo(DomainError):
    """A recalculation that is not to be taken back, or not any more."""

    code = "cannot_undo"


def recalculate(agreement: Agreement, *, origin: Origin) -> Replay:
    """Begin to lay a version just published on the open tickets; in the publisher's transaction.

    It can be taken back for 24 hours.
    """
    return jobs.ask(
        ReplayKind.RECALCULATION, agreement=agreement, origin=origin, days=0,
        undo_until=origin.moment + UNDO_FOR,
    )  # fmt: skip


def undo(replay_id: int, *, origin: Origin) -> Replay:
    """Begin to take a recalculation back: its tickets, then the version it published.

    What was escalated meanwhile stays escalated. Raises NotAllowed, Replay.DoesNotExist and
    CannotUndo, whose text says why.
    """
    jobs.require_administrator(origin)
    with transaction.atomic():
        done = Replay.objects.select_for_update(no_key=True, of=("self",)).get(pk=replay_id)
        if done.agreement is not None:
            hold_still(done.agreement)
            done.agreement.refresh_from_db()
        origin = origin.timed(clock.now)
        if refusal := why_not_undo(done, at=origin.moment):
            raise CannotUndo(refusal)
        taking_back = jobs.ask(
            ReplayKind.UNDO, agreement=done.agreement, origin=origin, days=0,
            result={"of": done.pk},
        )  # fmt: skip
        done.undone = taking_back
        done.save(update_fields=["undone"])
    return taking_back


def hold_still(agreement: Agreement) -> None:
    """Lock all versions: publishing one and taking one back wait for each other."""
    rows = Agreement.objects.select_for_update(no_key=True).filter(slug=agreement.slug)
    list(rows.order_by("version").values_list("pk"))


def refuse_while_taken_back(agreement: Agreement) -> None:
    """Raise BeingTakenBack while a version of an agreement is; the caller holds it still."""
    found = Replay.objects.filter(kind=ReplayKind.UNDO, state__in=UNFINISHED)
    if found.filter(agreement__slug=agreement.slug).exists():
        raise BeingTakenBack(
            _("The version in force is just being taken back. Wait until that is done.")
        )


def why_not_undo(replay: Replay, *, at: datetime) -> str:
    """Return why a recalculation is not to be taken back at `at`; empty: it can be."""
    if replay.kind != ReplayKind.RECALCULATION or replay.agreement is None:
        return _("Only a recalculation of open tickets can be taken back.")
    if replay.undone is not None and replay.undone.state not in _IN_VAIN:
        return _("This recalculation was taken back already.")
    if replay.state in UNFINISHED:
        return _("It is still at work. Stop it first, or wait until it is done.")
    if replay.undo_until is None or at >= replay.undo_until:
        return _("More than 24 hours have passed. Publish another version instead.")
    published = replay.agreement.valid_from
    newer = Agreement.objects.filter(valid_from__gt=published)
    if newer.exclude(valid_until=F("valid_from")).exists():
        return _("Something newer was published since. Publish another version instead.")
    if replay.agreement.valid_until is not None:
        return _("This agreement was retired since, and stays so.")
    return ""


def _published(replay: Replay) -> tuple[Agreement, datetime]:
    agreement = replay.agreement
    if agreement is None or agreement.valid_from is None:
        raise jobs.CannotGoOn(Obstacle.GONE)
    return agreement, agreement.valid_from


def _open_then(replay: Replay) -> QuerySet[Ticket]:
    _agreement, published = _published(replay)
    return Ticket.objects.open().filter(opened_at__lt=published)


def _recalculate(replay: Replay, ids: Sequence[int], origin: Origin) -> None:
    agreement, published = _published(replay)
    rules = policy()
    own = versions(rules, agreement.slug)
    changes = [
        _change(one, agreement, published)
        for one in claim(Ticket.objects.open().filter(pk__in=ids))
        if one.ticket.agreed_at != published and is_reached(one, rules, own, published)
    ]
    _write(replay, changes, origin)


def _change(one: Lot, agreement: Agreement, published: datetime) -> BatchChange:
    return BatchChange(
        ticket=one.ticket, change=Change(agreed_at=published), verb=CHANGED, is_quiet=True,
        clocks=one.clocks, holds=one.holds, tells_due=True,
        extra={
            "agreement_id": [None, agreement.pk],
            "terms": [{str(c.pk): _terms(c) for c in one.clocks}, None],
        },
    )  # fmt: skip


def _terms(row: Clock) -> list[Any]:
    was_late = row.breached_at is not None
    return [row.terms_since.isoformat(), row.calendar_id, row.target_seconds, was_late]


def _write(replay: Replay, changes: Sequence[BatchChange], origin: Origin) -> None:
    if not changes:
        return
    # Only now: no change of these tickets is later than what is written here.
    change_batch(changes, origin=replace(origin, at=clock.now()))
    for asked in changes:
        tally.note(replay.result, asked.ticket, asked.moved)


def _recalculated(replay: Replay) -> QuerySet[Ticket]:
    """The tickets it gave another instant, and still have it: also those resolved since."""
    _agreement, published = _published(replay)
    return Ticket.objects.filter(agreed_at=published)


def _restore(replay: Replay, ids: Sequence[int], origin: Origin) -> None:
    agreement, published = _published(replay)
    claimed = claim(Ticket.objects.filter(pk__in=ids, agreed_at=published))
    told = _events([one.ticket.pk for one in claimed], published)
    changes = []
    for one in claimed:
        events = told[one.ticket.pk]
        changed = [e for e in events if e.verb == CHANGED]
        if not changed:
            raise LookupError(f"Ticket {one.ticket.pk}: nothing tells what was agreed before.")
        changes.append(_restored(one, agreement, changed[-1].changes))
        if any(_is_escalation(e) for e in events):
            tally.count(replay.result, "escalated", tally.part_of(one.ticket))
            tally.name(replay.result, "escalated", {"ticket": one.ticket.pk})
    _write(replay, changes, origin)


def _events(ids: Sequence[int], since: datetime) -> dict[int, list[Event]]:
    found = defaultdict[int, list[Event]](list)
    rows = Event.objects.filter(
        subject_type="ticket", subject_id__in=ids, at__gte=since,
        verb__in=[CHANGED, "ticket.escalated"],
    )  # fmt: skip
    for event in rows.order_by("subject_id", "seq"):
        found[event.subject_id].append(event)
    return found


def _is_escalation(event: Event) -> bool:
    return event.verb == "ticket.escalated" and event.changes.get("trigger") == [None, "breach"]


def _restored(one: Lot, agreement: Agreement, changes: dict[str, Any]) -> BatchChange:
    before = changes["agreed_at"][0]
    kept = {int(pk): _kept(*terms) for pk, terms in changes["terms"][0].items()}
    return BatchChange(
        ticket=one.ticket,
        change=Change(agreed_at=None if before is None else datetime.fromisoformat(before)),
        verb=RESTORED, is_quiet=True, clocks=one.clocks, holds=one.holds, kept=kept,
        tells_due=True, extra={"agreement_id": [agreement.pk, None]},
    )  # fmt: skip


def _kept(since: str, calendar: int, seconds: int, was_late: bool) -> Kept:
    return Kept(datetime.fromisoformat(since), calendar, seconds, was_late)


def _take_back(replay: Replay, origin: Origin) -> None:
    """Only when every ticket has what it had: the version goes, the one before it goes on."""
    if "left_out" in replay.result:
        raise jobs.CannotGoOn(Obstacle.LEFT_OUT)
    agreement, _published_at = _published(replay)
    try:
        sla_actions.take_back(agreement, origin=origin)
    except StaleRecord as error:
        raise jobs.CannotGoOn(Obstacle.SUPERSEDED) from error


JOB = Job(rows=_open_then, work=_recalculate, size=_BATCH)
UNDO = Job(rows=_recalculated, work=_restore, close=_take_back, size=_BATCH)
