"""What a rehearsal foresees of open tickets is what publishing with recalculation stores."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common import clock
from common.errors import DomainError
from sla import actions as sla
from sla.models import Agreement
from tests import factories
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tests.property.engine_cases import examples
from tickets import actions
from tickets.actions import jobs, rehearsal
from tickets.actions.replays import JOBS
from tickets.choices import HoldReason
from tickets.models import Clock, Ticket

QUICK = settings(
    max_examples=examples(12), deadline=None, suppress_health_check=list(HealthCheck)
)  # fmt: skip
MINUTE = timedelta(minutes=1)
WAITS = st.sampled_from([1, 40, 90, 300, 700])
STEPS = st.lists(
    st.tuples(WAITS, st.sampled_from(["take", "hold", "resume", "reply", "raise", "resolve"])),
    max_size=4,
)
SORTS = (
    "reached", "moved", "late", "in_time", "late_open_rows", "in_time_open_rows",
)  # fmt: skip


@pytest.mark.django_db
def test_a_rehearsal_foresees_what_publishing_stores(world: World, new_ticket) -> None:
    @QUICK
    @given(
        histories=st.lists(STEPS, min_size=1, max_size=4),
        hours=st.integers(1, 30),
        wait=WAITS,
        only=st.sampled_from([{}, {"priority": [3]}, {"category": ["live-demo"]}]),
    )
    def law(histories, hours, wait, only) -> None:
        with transaction.atomic():
            opened = [new_ticket(category=world.vpn) for _ in histories]
            opened.append(new_ticket(category=world.live))
            pairs = zip(opened, histories, strict=False)
            end = max(live(ticket, steps, world) for ticket, steps in pairs)
            at = end + wait * MINUTE
            draft = draft_of(hours, only, world)

            foreseen = rehearsal.preview(draft, at=at)
            stored = published(draft, at, world)

            assert foreseen is not None
            assert {s: foreseen.get(s) for s in SORTS} == {s: stored.get(s) for s in SORTS}
            assert dues(foreseen) == rows_of(foreseen)
            transaction.set_rollback(True)

    law()


def live(ticket: Ticket, steps: list[tuple[int, str]], world: World) -> Any:
    """Let a ticket live; what cannot be done just then is left out. Returns its last instant."""
    now = MONDAY_9
    for wait, verb in steps:
        now += wait * MINUTE
        origin = origin_of(world.nadia, now)
        try:
            with transaction.atomic():
                if verb == "hold":
                    actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin)
                elif verb == "reply":
                    actions.reply(ticket.pk, body="We look.", origin=origin)
                elif verb == "raise":
                    actions.classify(ticket.pk, impact="everyone", origin=origin)
                elif verb == "resolve":
                    actions.resolve(ticket.pk, resolution="Done.", origin=origin)
                else:
                    getattr(actions, verb)(ticket.pk, origin=origin)
        except DomainError:
            continue
    return now


def draft_of(hours: int, only: dict[str, list[Any]], world: World) -> Agreement:
    draft = sla.make_draft("standard", origin=origin_of(world.beat))
    draft.conditions, draft.order = only, 1
    sla.save(draft, origin=factories.system())
    for target in draft.targets.all():
        target.seconds = [hours * 3600] * 5
        sla.save(target, origin=factories.system())
    return draft


def published(draft: Agreement, at: Any, world: World) -> dict[str, Any]:
    with clock.frozen(at):
        _version, replay = actions.publish(draft, open_too=True, origin=origin_of(world.beat, at))
        assert replay is not None
        jobs.run(replay.pk, JOBS)
    replay.refresh_from_db()
    found: dict[str, Any] = replay.result
    return found


def rows_of(result: dict[str, Any]) -> dict[tuple[int, str], str | None]:
    """Return the due instants that were foreseen, by ticket and metric."""
    named = [*result.get("late_open_rows", []), *result.get("in_time_open_rows", [])]
    return {(row["ticket"], row["metric"]): row["after"] for row in named}


def dues(result: dict[str, Any]) -> dict[tuple[int, str], str | None]:
    """Return the due instants that are stored now, of the clocks that were foreseen."""
    found = {}
    for ticket, metric in rows_of(result):
        last = Clock.objects.filter(ticket=ticket, metric=metric).exclude(state="cancelled")
        row = last.order_by("-run").first()
        found[ticket, metric] = row.due_at.isoformat() if row and row.due_at else None
    return found
