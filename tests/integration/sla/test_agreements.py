"""Drafts, publishing and saved examples of agreements, by their actions."""

from dataclasses import replace
from datetime import timedelta

import pytest

from audit.models import Event
from common.errors import InvalidInput, StaleRecord
from sla import actions, queries
from sla.models import Agreement, Example
from sla.queries import policy
from tests.factories import LONG_AGO, World, origin_of, system
from tests.moments import MONDAY_9
from tickets.models import Clock

HOUR = 3600
PUBLISHED = MONDAY_9 + timedelta(days=1)


def content(draft: Agreement, **more: object) -> actions.Content:
    """Return what is written in a draft, with some of it changed."""
    values = {
        "names": draft.names,
        "targets": queries.agreement_terms(draft).targets,
        "conditions": draft.conditions,
        "reopening": draft.reopening,
    }
    return actions.Content(**{**values, **more})


def with_seconds(draft: Agreement, metric: str, seconds: int) -> list[queries.TargetTerms]:
    return [
        replace(t, seconds=(seconds,) * 5) if t.metric == metric else t
        for t in queries.agreement_terms(draft).targets
    ]


@pytest.fixture
def draft(world: World) -> Agreement:
    return actions.make_draft("standard", origin=origin_of(world.beat, PUBLISHED))


@pytest.fixture
def example(world: World) -> Example:
    """Opened on a Monday at 9 with eight hours: due at 18, the lunch hour does not count."""
    row = Example(
        slug="standard", name="A Monday morning", metric="resolution", priority=3,
        site=world.sylvie.site, opened_at=MONDAY_9,
        expected_due=MONDAY_9.replace(hour=MONDAY_9.hour + 9),
    )  # fmt: skip
    return actions.save_example(row, origin=origin_of(world.beat, PUBLISHED))


def test_a_draft_is_a_copy_that_promises_nothing(world: World, draft: Agreement) -> None:
    before = queries.agreement_terms(Agreement.objects.get(slug="standard", version=1))
    copy = queries.agreement_terms(draft)

    assert copy == replace(before, pk=draft.pk, version=2, valid_from=None)
    assert actions.make_draft("standard", origin=system()) == draft
    assert draft.pk not in {a.pk for found in policy().agreements.values() for a in found}


def test_publishing_ends_the_version_before_and_leaves_open_tickets_alone(
    world: World, draft: Agreement, new_ticket
) -> None:
    old = new_ticket()
    by = origin_of(world.beat, PUBLISHED)
    actions.save_draft(
        draft, content(draft, targets=with_seconds(draft, "resolution", 4 * HOUR)), origin=by
    )
    actions.publish(draft, origin=by)
    new = new_ticket(at=PUBLISHED)

    first, second = Agreement.objects.filter(slug="standard").order_by("version")
    assert (first.valid_until, second.valid_from) == (PUBLISHED, PUBLISHED)
    targets = {c.ticket_id: c.target_seconds for c in Clock.objects.filter(metric="resolution")}
    assert targets == {old.pk: 8 * HOUR, new.pk: 4 * HOUR}
    told = Event.objects.filter(subject_type="agreement", verb="agreement.published").get()
    assert (told.subject_id, told.actor, told.at) == (second.pk, world.beat, PUBLISHED)


def test_what_is_published_is_never_written_again(world: World, draft: Agreement) -> None:
    by = origin_of(world.beat, PUBLISHED)
    actions.publish(draft, origin=by)

    with pytest.raises(InvalidInput, match="Version 2 is published"):
        actions.save_draft(draft, content(draft), origin=by)
    with pytest.raises(InvalidInput, match="Version 2 is published"):
        actions.publish(draft, origin=by)
    with pytest.raises(InvalidInput, match="Version 2 is published"):
        actions.discard_draft(draft, origin=by)


def test_two_who_write_one_draft_are_told(world: World, draft: Agreement) -> None:
    seen = queries.last_change(draft)
    by = origin_of(world.beat, PUBLISHED)
    actions.save_draft(draft, content(draft, reopening="new_run"), origin=by, seen=seen)

    with pytest.raises(StaleRecord):
        actions.save_draft(draft, content(draft), origin=by, seen=seen)
    assert queries.draft_of("standard").reopening == "new_run"


def test_a_saved_example_must_be_kept_or_its_change_confirmed(
    world: World, draft: Agreement, example: Example
) -> None:
    by = origin_of(world.beat, PUBLISHED)
    assert queries.broken_examples(draft) == []
    actions.save_draft(
        draft, content(draft, targets=with_seconds(draft, "resolution", 4 * HOUR)), origin=by
    )
    (broken,) = queries.broken_examples(draft)
    assert broken.due == MONDAY_9 + timedelta(hours=5)

    with pytest.raises(InvalidInput, match="A Monday morning"):
        actions.publish(draft, origin=by)
    actions.publish(draft, origin=by, confirmed={example.pk})

    example.refresh_from_db()
    assert example.expected_due == broken.due


def test_an_example_sees_the_pause_matrix(world: World, draft: Agreement) -> None:
    noon = MONDAY_9 + timedelta(hours=1)
    row = Example(
        slug="standard", name="On hold for an hour", metric="resolution", priority=3,
        site=world.sylvie.site, opened_at=MONDAY_9,
        pauses=[[noon.isoformat(), (noon + timedelta(hours=1)).isoformat(), "requester"]],
        expected_due=MONDAY_9 + timedelta(days=1),
    )  # fmt: skip
    (checked,) = [
        queries.Checked(row, queries.examples.due_of(row, terms, policy()))
        for terms in [queries.agreement_terms(draft)]
    ]
    unpaused = [
        replace(t, pause_reasons=frozenset()) for t in queries.agreement_terms(draft).targets
    ]
    terms = replace(queries.agreement_terms(draft), targets=tuple(unpaused))

    assert checked.due == MONDAY_9 + timedelta(days=1)
    changed = queries.examples.due_of(row, terms, policy().with_draft(terms, at=PUBLISHED))
    assert changed == MONDAY_9 + timedelta(hours=9)


def test_a_draft_moves_to_a_place_and_others_make_room(world: World) -> None:
    by = origin_of(world.beat, PUBLISHED)
    Agreement.objects.filter(slug="standard").update(order=11)
    draft = actions.reorder("standard", place=1, origin=by)

    live = Agreement.objects.get(slug="live")
    assert draft.order < live.order
    assert live.order < Agreement.objects.get(slug="standard", version=1).order
    assert [a.slug for a in policy().agreements["sla"]] == ["live", "standard"]


def test_a_retired_agreement_promises_nothing_to_new_tickets(world: World, new_ticket) -> None:
    actions.retire("standard", origin=origin_of(world.beat, PUBLISHED))
    new = new_ticket(at=PUBLISHED)

    assert not new.clocks.exists()
    with pytest.raises(InvalidInput):
        actions.retire("standard", origin=origin_of(world.beat, PUBLISHED))
    assert Agreement.objects.get(slug="standard").valid_from == LONG_AGO


@pytest.mark.parametrize("conditions", [{"kind": "incident"}, {"priority": 1}, {"a": ["b"]}])
def test_conditions_that_no_ticket_could_meet_are_refused(draft: Agreement, conditions) -> None:
    with pytest.raises(InvalidInput, match="Use only these words"):
        actions.save_draft(draft, content(draft, conditions=conditions), origin=system())
    assert queries.draft_of("standard").conditions == {}


def test_whoever_makes_room_says_so_and_what_was_read_before_is_read_anew(world: World) -> None:
    Agreement.objects.filter(slug="live").update(order=0)
    Agreement.objects.filter(slug="standard").update(order=1)
    actions.new_revision()
    before = policy().agreements["sla"]
    stamp = queries.revision()

    actions.reorder("standard", place=1, origin=origin_of(world.beat, PUBLISHED))

    rows = Agreement.objects.filter(valid_from__isnull=False).order_by("order")
    assert queries.revision() != stamp
    assert [a.pk for a in policy().agreements["sla"]] == [a.pk for a in before]
    told = Event.objects.filter(verb="agreement.changed", at=PUBLISHED, subject_id__in=rows)
    assert told.get(subject_id=rows[0].pk).changes["order"] == ["0", str(rows[0].order)]
