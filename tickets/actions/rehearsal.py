"""A draft tried on real tickets: each replayed in memory as if the draft were in force."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Team
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from sla import queries as sla
from sla.choices import ENDED, KIND_OF, Metric
from sla.models import Agreement, Step, Target
from sla.queries import Policy
from tickets import queries
from tickets.actions import clocks, jobs, tally
from tickets.actions.jobs import Job
from tickets.actions.standing import Moved, standing
from tickets.choices import OPEN, Obstacle, ReplayKind, Status
from tickets.models import Clock, Replay, Ticket
from tickets.queries import Lot, read_many

MOST_DAYS = 400
AT_ONCE = 1000  # open tickets a page may replay while somebody waits for it
_CHUNK = 500
# Whose run is over as soon as the next one begins; see queries.runs.
_OF_THE_PAST = frozenset(set(Metric) - {Metric.FIRST_RESPONSE, Metric.RESOLUTION})


def ask_rehearsal(draft: Agreement, *, days: int, origin: Origin) -> Replay:
    """Begin to replay a draft over the tickets of the last days and all open ones.

    Raises NotAllowed, and InvalidInput for what is no draft or for days out of reason.
    """
    jobs.require_administrator(origin)
    if draft.valid_from is not None:
        raise InvalidInput(_("This version is published already; only a draft is rehearsed."))
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(
            _("Choose from 1 to %(most)s days.") % {"most": MOST_DAYS}, field="days"
        )
    with transaction.atomic():
        return jobs.ask(
            ReplayKind.REHEARSAL, agreement=draft, days=days, origin=origin.timed(clock.now),
            result={"stamp": stamp_of(draft.pk)},
        )  # fmt: skip


def preview(draft: Agreement, *, at: datetime) -> tally.Result | None:
    """Return what recalculating would do to the open tickets; None: too many to wait for."""
    ids = list(Ticket.objects.open().order_by("pk").values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(ids) > AT_ONCE:
        return None
    found: tally.Result = {}
    rules = policy_with(draft.pk, at)
    rehearse(found, ids, rules, versions(rules, draft.slug), since=at, at=at)
    return found


def policy_with(draft: int, at: datetime) -> Policy:
    """Return the policy in which a draft is published at `at`; kept until either changes."""
    return _with(draft, at, stamp_of(draft))


def stamp_of(draft: int) -> str:
    """Return a word that differs as soon as the draft or the policy around it does."""
    parts: list[Any] = [sla.revision()]
    parts += Agreement.objects.filter(pk=draft).values_list()
    parts += Target.objects.filter(agreement=draft).order_by("pk").values_list()
    parts += Step.objects.filter(target__agreement=draft).order_by("pk").values_list()
    return sha256(repr(parts).encode()).hexdigest()[:20]


@lru_cache(maxsize=2)
def _with(draft: int, at: datetime, _stamp: str | None) -> Policy:
    terms = sla.agreement_terms(Agreement.objects.get(pk=draft))
    return sla.policy().with_draft(terms, at=at)


def versions(rules: Policy, slug: str) -> frozenset[int]:
    """Return the keys of all versions of an agreement."""
    found = (one for kind in rules.agreements.values() for one in kind)
    return frozenset(one.pk for one in found if one.slug == slug)


def is_reached(lot: Lot, rules: Policy, own: frozenset[int], at: datetime) -> bool:
    """Test if an agreement counts for a ticket, or would if the ticket were agreed on at `at`.

    own: the keys of the versions of that agreement.
    """
    ticket = lot.ticket
    if not own.isdisjoint(queries.agreements_of(ticket, lot.holds, rules)):
        return True
    before, ticket.agreed_at = ticket.agreed_at, at
    found = queries.agreements_of(ticket, lot.holds, rules)
    ticket.agreed_at = before
    return not own.isdisjoint(found)


def rehearse(
    found: tally.Result,
    ids: Sequence[int],
    rules: Policy,
    own: frozenset[int],
    *,
    since: datetime,
    at: datetime,
) -> None:
    """Replay tickets as if they were agreed on at `since`, and add to `found` what that does.

    It is `clocks.refresh` on rows nobody writes, so publishing stores the same. `at`: now.
    """
    levels = dict(Team._base_manager.values_list("pk", "level"))
    for lot in read_many(ids):
        tally.judge(found, lot.clocks, after=False, at=at)
        if not is_reached(lot, rules, own, since):
            tally.judge(found, lot.clocks, after=True, at=at)
            continue
        lot.ticket.agreed_at = since
        moved = Moved(before=standing(lot.clocks, at=at))
        past = [c for c in lot.clocks if c.state in ENDED]
        new = clocks.refresh(lot.ticket, lot.clocks, lot.holds, at=at, rules=rules).new
        rows = [*lot.clocks, *new]
        moved.after = standing(rows, at=at)
        tally.note(found, lot.ticket, moved)
        _judge_the_past(lot, past, rules, levels, since=since, at=at)
        tally.judge(found, rows, after=True, at=at)


def _judge_the_past(
    lot: Lot, past: Sequence[Clock], rules: Policy, levels: dict[int, int], *,
    since: datetime, at: datetime,
) -> None:  # fmt: skip
    """Read the runs that are over by the new terms too; only in memory: publishing leaves them."""
    ticket = lot.ticket
    past = [c for c in past if c.metric in _OF_THE_PAST or ticket.reopen_count]
    if not past:
        return
    current = queries.runs(ticket, lot.holds, rules)
    for row in past:
        if (row.metric, row.started_at) in current:
            continue
        facts = queries.facts(ticket)
        if row.team_id is not None:
            level = levels.get(row.team_id, ticket.level)
            facts = replace(facts, team=row.team_id, level=level)
        promises = rules.promises(facts, at=since, kind=KIND_OF[Metric(row.metric)])
        promise = next((p for p in promises if p.metric == row.metric), None)
        if promise is not None:
            run = queries.Run(promise, row.started_at, row.stopped_at, row.team_id)
            reading = queries.read(run, ticket, lot.holds, since=row.terms_since, at=at)
            row.state = reading.state.value


def _draft(replay: Replay) -> Agreement:
    if replay.agreement is None:
        raise jobs.CannotGoOn(Obstacle.GONE)
    return replay.agreement


def _rows(replay: Replay) -> QuerySet[Ticket]:
    _draft(replay)
    since = replay.asked_at - timedelta(days=replay.days)
    resolved = Q(resolved_at__gte=since) & ~Q(status=Status.CANCELLED)
    return Ticket.objects.filter(Q(status__in=OPEN) | resolved)


def _work(replay: Replay, ids: Sequence[int], origin: Origin) -> None:
    draft = _draft(replay)
    rules = policy_with(draft.pk, replay.asked_at)
    own = versions(rules, draft.slug)
    rehearse(replay.result, ids, rules, own, since=replay.asked_at, at=origin.moment)


JOB = Job(rows=_rows, work=_work, size=_CHUNK)
