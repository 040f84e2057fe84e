"""The life of a ticket as a state machine, through the real funnel on the real database.

Random people do random verbs after random waits. Whether a verb succeeds is not predicted;
whatever happens, the rows must agree with each other and with a fresh replay of the history.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from audit.models import Event
from common.errors import DomainError
from escalation import actions as escalation
from escalation.models import Firing, Handover
from sla.queries import policy
from tests import factories
from tests.factories import World, origin_of
from tests.integration.faults import checks
from tests.moments import MONDAY_9
from tests.property.engine_cases import examples
from tickets import actions, queries
from tickets.choices import OPEN, HoldReason, Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries.repairs import mended
from tickets.rules import MOVES

PEOPLE = ("nadia", "chiara", "reto", "mara", "uma", "beat", "sylvie", "stranger")
WAITS = st.sampled_from([0, 1, 14, 20, 300, 3_600, 9 * 3_600, 3 * 86_400])
WHO = st.sampled_from(PEOPLE)
# The agents of the team that has the ticket first and of the one that gets it next act often.
LIKELY = st.sampled_from(("nadia", "reto", "uma", "sylvie", *PEOPLE))
HOLDS = st.sampled_from([reason for reason in HoldReason if reason != HoldReason.RESOLVED])
TEAMS = st.sampled_from(("desk", "network", "other", "vendor"))


class Desk:
    """The rows of the test outside the machine: Hypothesis makes a new machine each example."""

    world: World
    extra: dict[str, Any] = {}

    @classmethod
    def person(cls, name: str) -> Any:
        # Read anew, as each request would: what a person remembers of their teams grows old.
        row = cls.extra.get(name) or getattr(cls.world, name)
        return type(row).objects.get(pk=row.pk)

    @classmethod
    def team(cls, name: str) -> Any:
        return cls.extra.get(name) or getattr(cls.world, name)


class Lifecycle(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY_9
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(
        category=st.sampled_from(["vpn", "live", "payroll"]),
        channel=st.sampled_from(["portal", "phone"]),
    )
    def opened(self, category: str, channel: str) -> None:
        by = "nadia" if channel == "phone" else "sylvie"
        new = actions.NewTicket(
            title="It does not work",
            requester=Desk.world.sylvie,
            channel=channel,
            category=getattr(Desk.world, category),
        )
        self.pk = actions.open_ticket(new, origin=self.by(by)).pk

    def by(self, name: str) -> Any:
        return origin_of(Desk.person(name), self.now)

    def tries(self, wait: int, ask: Callable[[], object]) -> None:
        """Do something after a wait; when it is refused, not a row may have changed."""
        self.now += timedelta(seconds=wait)
        before = self.photo()
        try:
            ask()
        except DomainError:
            assert self.photo() == before

    def photo(self) -> list[object]:
        return [
            list(Ticket.objects.filter(pk=self.pk).values()),
            list(Clock.objects.filter(ticket=self.pk).order_by("pk").values()),
            list(Hold.objects.filter(ticket=self.pk).order_by("pk").values()),
            list(Handover.objects.filter(ticket=self.pk).order_by("pk").values()),
            Event.objects.filter(subject_type="ticket", subject_id=self.pk).count(),
        ]

    # --- what people do ---------------------------------------------------

    @rule(who=LIKELY, wait=WAITS)
    def take(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.take(self.pk, origin=self.by(who)))

    @rule(who=LIKELY, whom=WHO, wait=WAITS)
    def assign(self, who: str, whom: str, wait: int) -> None:
        self.tries(wait, lambda: actions.assign(self.pk, Desk.person(whom), origin=self.by(who)))

    @rule(who=LIKELY, then=st.sampled_from([None, Status.ON_HOLD, Status.RESOLVED]), wait=WAITS)
    def reply(self, who: str, then: Status | None, wait: int) -> None:
        self.tries(wait, lambda: actions.reply(self.pk, body="…", then=then, origin=self.by(who)))

    @rule(who=WHO, wait=WAITS)
    def note(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.note(self.pk, body="…", origin=self.by(who)))

    @rule(who=LIKELY, reason=HOLDS, dated=st.booleans(), wait=WAITS)
    def hold(self, who: str, reason: HoldReason, dated: bool, wait: int) -> None:
        def ask() -> None:
            until = self.now + timedelta(days=1) if dated else None
            actions.hold(self.pk, reason=reason, until=until, origin=self.by(who))

        self.tries(wait, ask)

    @rule(who=LIKELY, wait=WAITS)
    def resume(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.resume(self.pk, origin=self.by(who)))

    @rule(who=LIKELY, wait=WAITS)
    def resolve(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.resolve(self.pk, resolution="…", origin=self.by(who)))

    @rule(who=LIKELY, wait=WAITS)
    @precondition(lambda self: self.status == Status.RESOLVED)
    def reopen(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.reopen(self.pk, reason="No.", origin=self.by(who)))

    @rule(who=LIKELY, wait=WAITS)
    @precondition(lambda self: self.status == Status.RESOLVED)
    def close(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.close(self.pk, origin=self.by(who)))

    @rule(who=WHO, wait=WAITS)
    @precondition(lambda self: self.steps > 6)
    def cancel(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: actions.cancel(self.pk, origin=self.by(who)))

    @rule(
        who=LIKELY, impact=st.sampled_from(["person", "everyone"]),
        urgency=st.sampled_from(["can_work", "blocked"]),
        category=st.sampled_from([None, "vpn", "live", "payroll"]), wait=WAITS,
    )  # fmt: skip
    def classify(self, who: str, impact: str, urgency: str, category: Any, wait: int) -> None:
        chosen = getattr(Desk.world, category) if category else None
        self.tries(
            wait,
            lambda: actions.classify(
                self.pk, impact=impact, urgency=urgency, category=chosen, origin=self.by(who)
            ),
        )

    @rule(who=LIKELY, team=TEAMS, wait=WAITS)
    def hand_over(self, who: str, team: str, wait: int) -> None:
        self.tries(
            wait,
            lambda: escalation.hand_over(
                self.pk, team=Desk.team(team), reason="…", origin=self.by(who)
            ),
        )

    @rule(who=LIKELY, wait=WAITS)
    def accept(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: escalation.accept(self.pk, origin=self.by(who)))

    @rule(who=LIKELY, wait=WAITS)
    def refuse(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: escalation.refuse(self.pk, reason="…", origin=self.by(who)))

    @rule(who=LIKELY, wait=WAITS)
    def hand_back(self, who: str, wait: int) -> None:
        self.tries(wait, lambda: escalation.hand_back(self.pk, reason="…", origin=self.by(who)))

    @rule(wait=WAITS)
    def sweep(self, wait: int) -> None:
        self.now += timedelta(seconds=wait)
        escalation.sweep_all(at=self.now)
        for clock, reading in self.readings():
            assert clock.state == reading.state.value
            assert clock.breached_at == reading.breached_at
        assert escalation.sweep_all(at=self.now) == 0

    # --- what must hold ---------------------------------------------------

    @property
    def status(self) -> str:
        return Ticket.objects.values_list("status", flat=True).get(pk=self.pk)

    @property
    def steps(self) -> int:
        return Event.objects.filter(subject_type="ticket", subject_id=self.pk).count()

    def readings(self) -> list[tuple[Clock, Any]]:
        ticket = Ticket.objects.get(pk=self.pk)
        holds = list(Hold.objects.filter(ticket=ticket))
        runs = queries.runs(ticket, holds, policy())
        rows = Clock.objects.filter(ticket=ticket)
        read = {(row.metric, row.started_at): row for row in rows}
        return [
            (row, queries.read(runs[key], ticket, holds, since=row.terms_since, at=self.now))
            for key, row in read.items()
            if key in runs
        ]

    @invariant()
    def the_rows_agree_with_each_other(self) -> None:
        assert checks.findings(settled=False) == {}

    @invariant()
    def every_move_was_allowed_and_no_moment_runs_backwards(self) -> None:
        events = list(
            Event.objects.filter(subject_type="ticket", subject_id=self.pk).order_by("seq")
        )
        moments = [event.at for event in events]
        assert moments == sorted(moments)
        for event in events[1:]:
            old, new = event.changes.get("status", ("same", "same"))
            assert old == new or new in MOVES[old]
            assert ("level" in event.changes) == (event.verb == "ticket.escalated")

    @invariant()
    def every_clock_is_what_a_fresh_replay_says(self) -> None:
        for clock, reading in self.readings():
            assert (clock.due_at, clock.at_risk_at) == (reading.due_at, reading.at_risk_at)
            assert clock.stopped_at == reading.stopped_at
            # Late but not yet seen: then the sweep knows where to look.
            is_hinted = clock.next_action_at is not None and clock.next_action_at <= self.now
            assert clock.state == reading.state.value or is_hinted
            due_steps = {name for name, at in reading.step_ats if at <= self.now}
            if clock.state in {"running", "breached"} and due_steps - set(clock.fired):
                assert is_hinted

    @invariant()
    def a_replay_of_the_history_finds_nothing_to_mend(self) -> None:
        ticket = Ticket.objects.get(pk=self.pk)
        found = [d for one in mended([ticket], at=self.now) for d in one.differences]
        assert found == []

    @invariant()
    def steps_taken_are_firings_and_none_came_early(self) -> None:
        for clock in Clock.objects.filter(ticket=self.pk):
            fired = Firing.objects.filter(clock=clock)
            assert sorted(f.milestone for f in fired) == sorted(clock.fired)
            assert all(f.due_at <= f.fired_at for f in fired)

    @invariant()
    def moments_and_words_fit_the_status(self) -> None:
        ticket = Ticket.objects.get(pk=self.pk)
        assert (ticket.resolved_at is not None) == (ticket.status in {"resolved", "closed"})
        assert (ticket.ended_at is not None) == (ticket.status in {"closed", "cancelled"})
        waiting = Handover.objects.filter(ticket=ticket, state="proposed")
        assert waiting.count() <= 1
        assert all(h.to_team_id == ticket.team_id for h in waiting)
        if ticket.status not in OPEN:
            assert ticket.next_due_at is None


@pytest.fixture
def desk(world: World) -> World:
    """The small desk with a supplier at level 3 and a strict agreement for P1 alone."""
    uma = factories.person("uma", role="agent")
    vendor = factories.team("vendor", 3, uma)
    service = world.vpn.service
    factories.catalog.save_service(
        service, teams=[world.desk, world.network, vendor], origin=factories.system()
    )
    factories.agreement(
        "strict", 5, seconds={"first_response": 20, "resolution": 600}, calendar=world.always,
        conditions={"priority": [1]}, pauses=("requester", "part"),
    )  # fmt: skip
    Desk.world, Desk.extra = world, {"uma": uma, "vendor": vendor}
    return world


def test_whatever_people_do_the_rows_agree(desk: World) -> None:
    run_state_machine_as_test(
        Lifecycle,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
