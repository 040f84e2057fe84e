"""The law of clocks: whatever a ticket lived through, a replay of its history says the same.

Everybody here may do what they try, so that lives are long: every kind of promise is running,
reopenings begin new clocks, teams and suppliers pass the ticket on. No clock row is read by
the replay; that it finds nothing to mend means that running and replaying agree.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
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

from audit.queries import of_subject
from common.errors import DomainError
from escalation import actions as escalation
from sla.queries import policy
from tests import factories
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tests.property.engine_cases import examples
from tickets import actions
from tickets.choices import OPEN, HoldReason, Status
from tickets.models import Clock, Hold, Ticket
from tickets.queries.repairs import mended
from tickets.queries.spent import time_spent

WAITS = st.sampled_from([0, 1, 14, 20, 300, 3_600, 5 * 3_600, 9 * 3_600, 3 * 86_400])
REASONS = [reason for reason in HoldReason if reason != HoldReason.RESOLVED]
HOLDS = st.sampled_from([HoldReason.SUPPLIER, HoldReason.SUPPLIER, *REASONS])
CATEGORIES = st.sampled_from(["vpn", "live"])
seen: Counter[tuple[str, bool, str]] = Counter()


class Lives(RuleBasedStateMachine):
    world: World
    extra: dict[str, Any] = {}

    def __init__(self) -> None:
        super().__init__()
        self.now = MONDAY_9
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()

    def teardown(self) -> None:
        if hasattr(self, "pk"):
            for metric, run, state in Clock.objects.values_list("metric", "run", "state"):
                seen[metric, run > 1, state] += 1
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    @initialize(category=CATEGORIES, spoken=st.booleans())
    def opened(self, category: str, spoken: bool) -> None:
        new = actions.NewTicket(
            title="It does not work",
            requester=self.world.sylvie,
            channel="phone" if spoken else "portal",
            category=getattr(self.world, category),
        )
        by = self.world.nadia if spoken else self.world.sylvie
        self.pk = actions.open_ticket(new, origin=origin_of(by, self.now)).pk

    @property
    def ticket(self) -> Ticket:
        return Ticket.objects.get(pk=self.pk)

    @property
    def agent(self) -> Any:
        """Somebody of the team that has the ticket."""
        people = {
            self.world.desk.pk: self.world.nadia, self.world.network.pk: self.world.reto,
            self.world.other.pk: self.world.mara, self.extra["vendor"].pk: self.extra["uma"],
        }  # fmt: skip
        person = people[self.ticket.team_id]
        return type(person).objects.get(pk=person.pk)

    def tries(self, wait: int, ask: Callable[[], object]) -> None:
        self.now += timedelta(seconds=wait)
        with suppress(DomainError):
            ask()

    @property
    def is_open(self) -> bool:
        return self.ticket.status in OPEN

    @rule(wait=WAITS)
    @precondition(lambda self: self.is_open)
    def take(self, wait: int) -> None:
        self.tries(wait, lambda: actions.take(self.pk, origin=origin_of(self.agent, self.now)))

    @rule(then=st.sampled_from([None, None, Status.ON_HOLD, Status.RESOLVED]), wait=WAITS)
    def answer(self, then: Any, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        self.tries(wait, lambda: actions.reply(self.pk, body="…", then=then, origin=by))

    @rule(wait=WAITS)
    def ask(self, wait: int) -> None:
        by = origin_of(self.world.sylvie, self.now + timedelta(seconds=wait))
        self.tries(wait, lambda: actions.reply(self.pk, body="?", origin=by))

    @rule(reason=HOLDS, other=st.booleans(), wait=WAITS)
    @precondition(lambda self: self.is_open)
    def hold(self, reason: str, other: bool, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        until = self.now + timedelta(days=1)
        supplier = self.extra["acme"] if reason == HoldReason.SUPPLIER and other else None
        waits = Hold.objects.filter(ticket=self.pk, ended_at=None).first()
        if waits is not None and not other:  # prolonged, with all else as it was
            reason, supplier = waits.reason, waits.supplier
        self.tries(
            wait,
            lambda: actions.hold(
                self.pk, reason=reason, until=until, supplier=supplier, origin=by
            ),
        )

    @rule(wait=WAITS)
    @precondition(lambda self: self.ticket.status == Status.ON_HOLD)
    def resume(self, wait: int) -> None:
        self.tries(wait, lambda: actions.resume(self.pk, origin=origin_of(self.agent, self.now)))

    @rule(wait=WAITS)
    @precondition(lambda self: self.is_open)
    def resolve(self, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        self.tries(wait, lambda: actions.resolve(self.pk, resolution="…", origin=by))

    @rule(wait=WAITS, said=st.booleans())
    @precondition(lambda self: self.ticket.status == Status.RESOLVED)
    def reopen(self, wait: int, said: bool) -> None:
        by = origin_of(self.world.sylvie, self.now + timedelta(seconds=wait))
        why = "No." if said else ""
        self.tries(wait, lambda: actions.reopen(self.pk, reason=why, origin=by))

    @rule(wait=WAITS, how=st.integers(0, 9))
    @precondition(lambda self: self.ticket.version > 12)
    def end(self, wait: int, how: int) -> None:
        by = origin_of(self.world.sylvie, self.now + timedelta(seconds=wait))
        verb = actions.cancel if how == 0 else actions.close
        self.tries(wait, lambda: verb(self.pk, origin=by))

    @rule(
        impact=st.sampled_from(["person", "everyone"]),
        urgency=st.sampled_from(["can_work", "blocked"]),
        category=st.none() | CATEGORIES, wait=WAITS,
    )  # fmt: skip
    @precondition(lambda self: self.is_open)
    def classify(self, impact: str, urgency: str, category: str | None, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        chosen = getattr(self.world, category) if category else None
        self.tries(
            wait,
            lambda: actions.classify(
                self.pk, impact=impact, urgency=urgency, category=chosen, origin=by
            ),
        )

    @rule(team=st.sampled_from(["desk", "network", "vendor"]), wait=WAITS)
    @precondition(lambda self: self.is_open)
    def hand_over(self, team: str, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        to = self.extra.get(team) or getattr(self.world, team)
        self.tries(wait, lambda: escalation.hand_over(self.pk, team=to, reason="…", origin=by))

    @rule(accepts=st.booleans(), wait=WAITS)
    @precondition(lambda self: self.is_open and self.ticket.hop_count)
    def answer_hand_over(self, accepts: bool, wait: int) -> None:
        by = origin_of(self.agent, self.now + timedelta(seconds=wait))
        if accepts:
            self.tries(wait, lambda: escalation.accept(self.pk, origin=by))
        else:
            self.tries(wait, lambda: escalation.hand_back(self.pk, reason="…", origin=by))

    @rule(wait=WAITS)
    def sweep(self, wait: int) -> None:
        self.now += timedelta(seconds=wait)
        escalation.sweep_all(at=self.now)
        escalation.wake_all(at=self.now)

    @invariant()
    def a_replay_finds_every_run_and_nothing_to_mend(self) -> None:
        found = [d for one in mended([self.ticket], at=self.now) for d in one.differences]
        assert found == []

    @invariant()
    def every_second_of_its_life_was_spent_somewhere(self) -> None:
        ticket = self.ticket
        events = list(of_subject("ticket", ticket.pk))
        sums = time_spent(ticket, events, (), rules=policy(), at=self.now)
        end = (ticket.ended_at or self.now).replace(microsecond=0)
        assert sum(one.seconds for one in sums) == (end - ticket.opened_at).total_seconds()
        hours = self.world.office.pk
        assert sum(one.open_seconds for one in sums) == policy().calendars[hours].measure(
            ticket.opened_at, end
        )


@pytest.fixture
def lives(world: World) -> World:
    """The small desk with promises of every kind; P3 gets a new clock when reopened."""
    uma = factories.person("uma", role="agent")
    vendor = factories.team("vendor", 3, uma)
    factories.catalog.save_service(
        world.vpn.service, teams=[world.desk, world.network, vendor], origin=factories.system()
    )
    acme = factories.Organisation(name="Acme", slug="acme", kind="supplier")
    factories.accounts.save(acme, origin=factories.system())
    factories.agreement(
        "strict", 5, seconds={"first_response": 20, "next_reply": 60, "resolution": 600},
        calendar=world.always, conditions={"priority": [1]}, pauses=("requester", "part"),
    )  # fmt: skip
    factories.agreement(
        "once-more", 6, calendar=world.office,
        conditions={"category": ["vpn"], "priority": [3, 4]},
        seconds={"first_response": 3_600, "next_reply": 1_800, "resolution": 14_400},
        reopening="new_run", pauses=("requester", "supplier"),
    )  # fmt: skip
    factories.agreement(
        "between-teams", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 7_200}, pauses=("requester",),
    )  # fmt: skip
    factories.agreement(
        "by-acme", 9, kind="uc", calendar=world.always, seconds={"supplier": 3_600},
        conditions={"supplier": ["acme"]},
    )  # fmt: skip
    factories.agreement(
        "by-others", 10, kind="uc", calendar=world.office, seconds={"supplier": 36_000},
    )  # fmt: skip
    Lives.world, Lives.extra = world, {"uma": uma, "vendor": vendor, "acme": acme}
    return world


def one_long_life() -> None:
    """Live through a promise of every kind and a second run of each, so that none is left out."""
    life = Lives()
    acts: list[Callable[[], object]] = [
        lambda: life.opened(category="vpn", spoken=False),
        lambda: life.take(wait=300),
        lambda: life.answer(then=None, wait=300),
        lambda: life.ask(wait=300),
        lambda: life.answer(then=None, wait=3_600),
        lambda: life.ask(wait=300),
        lambda: life.hold(reason=HoldReason.SUPPLIER, other=True, wait=300),
        lambda: life.resume(wait=3_600),
        lambda: life.hand_over(team="network", wait=300),
        lambda: life.answer_hand_over(accepts=True, wait=300),
        lambda: life.resolve(wait=3_600),
        lambda: life.reopen(wait=3_600, said=True),
        lambda: life.sweep(wait=86_400),
    ]
    try:
        for act in acts:
            act()
            life.a_replay_finds_every_run_and_nothing_to_mend()
            life.every_second_of_its_life_was_spent_somewhere()
    finally:
        life.teardown()


def test_replaying_a_life_gives_the_clocks_that_running_it_gave(lives: World) -> None:
    seen.clear()

    one_long_life()
    run_state_machine_as_test(
        Lives,
        settings=settings(
            max_examples=examples(40),
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

    # Lives that never come across a promise would prove nothing of it.
    assert {metric for metric, _again, _state in seen} >= {
        "first_response", "next_reply", "resolution", "acceptance", "team_resolution", "supplier",
    }  # fmt: skip
    assert any(metric == "resolution" and again for metric, again, _state in seen)
