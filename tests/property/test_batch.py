"""The set-based form of the funnel equals the funnel, row by row."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.models import Event
from common.bulk import update_rows
from common.origin import Channel, Origin
from escalation import actions as escalation
from notifications.models import Message
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tests.property.engine_cases import examples
from tickets import actions
from tickets.actions import KEEP, BatchChange, Change, NewEntry, NewHold, change_batch
from tickets.actions.funnel import lock
from tickets.choices import EntryKind, HoldReason, Status
from tickets.models import Clock, Entry, Hold, Ticket

QUICK = settings(
    max_examples=examples(30),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
WAITS = st.sampled_from([0, 5, 20, 3_600, 9 * 3_600, 30 * 3_600])


@st.composite
def changes(draw: st.DrawFn) -> dict[str, Any]:
    """What to change, in words that a test with rows turns into a Change."""
    kept = st.just(KEEP)
    return {
        "status": draw(st.sampled_from([KEEP, *Status])),
        "team": draw(st.sampled_from([None, "desk", "network", "other"])),
        "assignee": draw(st.sampled_from([KEEP, None, "nadia", "reto"])),
        "priority": draw(kept | st.integers(1, 5)),
        "category": draw(st.sampled_from([None, "vpn", "live"])),
        "resolution": draw(st.sampled_from([KEEP, "Done.", "Ångström's “fix”, 100 % \\N"])),
        "hold": draw(st.sampled_from([None, HoldReason.REQUESTER, HoldReason.PROBLEM])),
        "entry": draw(st.sampled_from([None, *EntryKind])),
        "is_response": draw(st.booleans()),
        "hop": draw(st.booleans()),
    }


def change_of(words: dict[str, Any], world: World) -> Change:
    change = Change(
        status=words["status"],
        priority=words["priority"],
        resolution=words["resolution"],
        hold=words["hold"] and NewHold(reason=words["hold"]),
        entry=words["entry"] and NewEntry(kind=words["entry"], body="…"),
        is_response=words["is_response"],
        hop=words["hop"],
    )
    if words["team"]:
        team = getattr(world, words["team"])
        change = replace(change, team_id=team.pk, level=team.level)
    if words["category"]:
        change = replace(change, category_id=getattr(world, words["category"]).pk)
    if words["assignee"] is not KEEP:
        person = words["assignee"] and getattr(world, words["assignee"]).pk
        change = replace(change, assignee_id=person)
    return change


def story(ticket: Ticket) -> dict[str, Any]:
    """Every row of a ticket without keys and number: what twins must have in common."""
    own = {"id", "number", "ticket_id", "subject_id", "subject_label", "key", "trace"}

    def rows(found: Any) -> list[dict[str, Any]]:
        return [
            {n: _same(v, ticket) for n, v in row.items() if n not in own}
            for row in found.order_by("pk").values()
        ]

    return {
        "ticket": rows(Ticket.objects.filter(pk=ticket.pk)),
        "clocks": rows(Clock.objects.filter(ticket=ticket)),
        "holds": rows(Hold.objects.filter(ticket=ticket)),
        "entries": rows(Entry.objects.filter(ticket=ticket)),
        "events": rows(Event.objects.filter(subject_type="ticket", subject_id=ticket.pk)),
        "messages": rows(Message.objects.filter(subject_type="ticket", subject_id=ticket.pk)),
    }


def _same(value: Any, ticket: Ticket) -> Any:
    if isinstance(value, dict):
        return {n: _same(v, ticket) for n, v in value.items()}
    return value.replace(ticket.number, "#") if isinstance(value, str) else value


@contextmanager
def undone() -> Iterator[None]:
    """Take back what is written inside: each example starts from the same rows."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def outcome_of(ask: Any) -> str:
    """Do it in a savepoint; return the name of the error it ended with, if any."""
    try:
        with transaction.atomic():
            ask()
    except Exception as error:  # noqa: BLE001 - both sides must fail alike
        return type(error).__name__
    return ""


@pytest.mark.django_db
def test_a_batch_does_to_each_ticket_what_the_funnel_does_to_one(world: World, new_ticket) -> None:
    @QUICK
    @given(st.lists(st.tuples(WAITS, changes()), min_size=1, max_size=4), st.booleans())
    def law(steps, called) -> None:
        with undone():
            how = {"by": world.nadia, "channel": "phone"} if called else {}
            single, *twins = (new_ticket(**how) for _ in range(3))
            now = MONDAY_9
            for wait, words in steps:
                now += timedelta(seconds=wait)
                origin = Origin(actor=None, channel=Channel.SYSTEM, trace="t", at=now)
                change = change_of(words, world)
                one = outcome_of(lambda: alone(single, change, origin))  # noqa: B023
                many = outcome_of(lambda: together(twins, change, origin))  # noqa: B023
                assert one == many
                for twin in twins:
                    assert story(twin) == story(single)

    law()


def alone(ticket: Ticket, change: Change, origin: Origin) -> None:
    actions.change_ticket(
        ticket.pk, change, verb="ticket.replied", may=lambda *_: True, origin=origin,
        extra={"why": [None, "x"]},
    )  # fmt: skip


def together(tickets: list[Ticket], change: Change, origin: Origin) -> None:
    locked = [lock(ticket.pk) for ticket in tickets]
    change_batch(
        [
            BatchChange(
                ticket=row, change=change, verb="ticket.replied", extra={"why": [None, "x"]}
            )
            for row in locked
        ],
        origin=origin,
    )


@pytest.mark.django_db
def test_a_sweep_of_many_equals_a_sweep_of_each(world: World, new_ticket) -> None:
    """Twins swept in one batch, and one by one, end with the same rows."""

    @settings(QUICK, max_examples=examples(15))
    @given(st.sampled_from(["vpn", "live"]), st.lists(WAITS, min_size=1, max_size=3))
    def law(category, waits) -> None:
        with undone():
            twins = [new_ticket(category=getattr(world, category)) for _ in range(3)]
            photos = []
            for limit in (1, 500):
                with undone():
                    now = MONDAY_9
                    for wait in waits:
                        now += timedelta(seconds=wait)
                        for _turn in range(20):
                            escalation.sweep(limit=limit, at=now)
                    photos.append([story(twin) for twin in twins])
            assert photos[0] == photos[1]

    law()


TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)).map(
    lambda at: at.replace(tzinfo=MONDAY_9.tzinfo)
)


@pytest.mark.breaks_rows("any values at all")
@pytest.mark.django_db
def test_a_set_based_update_writes_what_save_writes(world: World, new_ticket) -> None:
    one, other = new_ticket(), new_ticket()
    clocks = [t.clocks.get(metric="resolution") for t in (one, other)]

    @QUICK
    @given(TEXTS, MOMENTS, st.none() | MOMENTS, st.integers(0, 32_000), st.booleans(),
           st.lists(TEXTS, max_size=3), st.none() | st.just("nadia"))  # fmt: skip
    def law(text, at, due, count, vip, fired, assignee) -> None:
        values = {
            "title": text[:9], "description": text, "updated_at": at, "next_due_at": due,
            "reopen_count": count, "is_vip": vip,
            "assignee_id": assignee and getattr(world, assignee).pk,
        }  # fmt: skip
        for ticket in (one, other):
            for name, value in values.items():
                setattr(ticket, name, value)
        one.save(update_fields=list(values))
        update_rows([other], list(values))
        for clock in clocks:
            clock.fired, clock.due_at = fired, due
        clocks[0].save(update_fields=["fired", "due_at"])
        update_rows([clocks[1]], ["fired", "due_at"])

        for saved, updated in ((one, other), (clocks[0], clocks[1])):
            saved.refresh_from_db(), updated.refresh_from_db()
            names = [*values, "due_order"] if saved is one else ["fired", "due_at"]
            assert [getattr(saved, n) for n in names] == [getattr(updated, n) for n in names]

    law()


@pytest.mark.django_db
def test_a_text_that_is_too_long_is_refused_and_never_cut(world: World, new_ticket) -> None:
    ticket = new_ticket()
    ticket.title = "x" * 201

    assert outcome_of(lambda: ticket.save(update_fields=["title"])) == "DataError"
    assert outcome_of(lambda: update_rows([ticket], ["title"])) == "DataError"


@pytest.mark.django_db
def test_nothing_to_write_is_no_statement(world: World, django_assert_num_queries) -> None:
    with django_assert_num_queries(0):
        update_rows([], ["title"])
        update_rows([world.sylvie], [])


@pytest.mark.django_db
def test_a_batch_of_nothing_writes_nothing(world: World, new_ticket) -> None:
    ticket = new_ticket()
    asked = BatchChange(ticket=lock(ticket.pk), change=Change(), verb="ticket.replied")

    assert change_batch([asked], origin=origin_of(None, MONDAY_9)) == 0
    assert Event.objects.filter(subject_type="ticket").count() == 1
