"""The draft of an agreement as people write it: typed, refused, tried, kept, thrown away."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from audit.models import Event
from common.errors import InvalidInput
from sla import actions, queries
from sla.forms.agreements import Editor
from sla.models import Agreement, Calendar, Example
from sla.queries import policy, words
from tests import factories
from tests.factories import World, origin_of, system
from tests.pages import said

LIST, PAGE, DRAFT = "/setup/sla/", "/setup/sla/standard/", "/setup/sla/standard/draft/"
WORKED = {"try-opened": "Thu 02.04.2026 16:40", "try-priority": "3", "try-site": "geneve"}


def typed(draft: Agreement, **changed: object) -> dict[str, object]:
    """Return what a browser would send of the editor, with some fields typed over."""
    editor = Editor(
        queries.agreement_terms(draft), draft.conditions, None, place=2, places=2,
        keys=queries.keys_of_words(),
        rules=policy(), names=words.Vocabulary(),
    )  # fmt: skip
    sent: dict[str, object] = {"word": [], "step": [], "do": "save"}
    for form in editor.parts:
        for bound in form:
            value = bound.value()
            if value not in {None, False} if not isinstance(value, list) else value:
                sent[bound.html_name] = bound.field.prepare_value(value)
    sent["word"] = [form.word for form in editor.conditions]
    sent["step"] = [form.place for form in editor.steps]
    return {**sent, **changed}


@pytest.fixture
def draft(world: World) -> Agreement:
    return actions.make_draft("standard", origin=origin_of(world.beat))


def test_a_draft_is_offered_made_written_and_compared(world, signed_in):
    client = signed_in("beat")
    assert "There is no draft of this agreement." in said(client.get(DRAFT))
    client.post(DRAFT, {"do": "make"})
    draft = queries.draft_of("standard")

    answer = client.post(DRAFT, typed(draft, **{"resolution-p3": "6 h 30", "name_en": "Usual"}))

    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.names["en"] == "Usual"
    assert draft.targets.get(metric="resolution").seconds[2] == 6 * 3600 + 1800
    page = said(client.get(DRAFT))
    assert "P3 fix 8 h 6 h 30" in page
    assert "EN standard en Usual" in page
    actions.publish(draft, origin=origin_of(world.beat))
    page = said(client.get(PAGE, {"old": "1", "new": "2"}))
    assert "Version 1 and version 2" in page
    assert "P3 fix 8 h 6 h 30" in page
    assert f"until further notice {world.beat}" in page


def test_what_is_wrong_is_said_and_everything_typed_stays(draft, signed_in):
    answer = signed_in("beat").post(
        DRAFT, typed(draft, **{"resolution-p3": "1 h 30", "name_fr": "Tout nouveau"})
    )

    assert answer.status_code == 422
    assert "P3 response (2 h) is longer than fix (1 h 30)." in said(answer)
    assert 'value="Tout nouveau"' in answer.content.decode()
    assert draft.targets.get(metric="resolution").seconds[2] == 8 * 3600


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"resolution-p1": "90"}, "Enter the duration like this: 4 h, 1 h 30 or 15 min."),
        ({"resolution-p1": ""}, "Give a time for every priority, or for none of this column."),
        ({"resolution-p1": "0 min"}, "P1 fix is nothing at all: nobody could keep it."),
        ({"resolution-at_risk": "120"}, "Write a percentage from 1 to 100."),
        ({"step-0-amount": "²"}, "Write a percentage from 1 to 1000."),
        ({"step-0-amount": "9" * 20}, "Write a percentage from 1 to 1000."),
        ({"name_de": ""}, "Give a name in English, French, German and Italian."),
        ({"step-3-amount": "120"}, "This hands over only when the time is up already."),
        ({"step-0-tell": []}, "This step tells nobody. Choose who hears of it."),
        ({"step-0-milestone": "breach_tell_lead"}, "stands here twice"),
        ({"word": ["vip"]}, "Choose at least one value, or remove the condition"),
    ],
)
def test_each_mistake_has_its_words(draft, signed_in, changed, words):
    answer = signed_in("beat").post(DRAFT, typed(draft, **changed))

    assert answer.status_code == 422
    assert words in said(answer)


def test_hours_that_never_come_are_refused(world, draft, signed_in):
    closed = Calendar(slug="closed", names=factories.names("closed"))
    actions.save_calendar(
        closed, week={1: [("08:00", "08:01")]}, holidays={}, other_hours={}, origin=system()
    )
    times = {f"resolution-p{p}": "9000 h" for p in range(1, 6)}
    answer = signed_in("beat").post(
        DRAFT, typed(draft, **times, **{"resolution-calendar": str(closed.pk)})
    )

    assert answer.status_code == 422
    assert "this never falls due" in said(answer)


def test_a_retired_calendar_is_not_newly_chosen(world, draft, signed_in):
    closing = factories.calendar("closing", factories.OFFICE)
    actions.retire_calendar(closing, on=date(2026, 1, 1), origin=system())

    page = signed_in("beat").get(DRAFT).content.decode()
    assert ">24x7 en</option>" in page
    assert ">closing en</option>" not in page

    answer = signed_in("beat").post(
        DRAFT, typed(draft, **{"resolution-calendar": str(closing.pk)})
    )
    assert answer.status_code == 422
    terms = queries.agreement_terms(draft)
    chosen = [replace(target, calendar=closing.pk) for target in terms.targets]
    content = actions.Content(names=draft.names, targets=chosen, conditions=draft.conditions)
    actions.save_draft(draft, content, origin=origin_of(world.beat))
    with pytest.raises(InvalidInput, match="“closing en” is retired"):
        actions.publish(draft, origin=origin_of(world.beat))


def test_who_counts_by_a_calendar_goes_on_with_it_when_it_is_retired(world, signed_in):
    actions.retire_calendar(
        world.always, on=date(2026, 1, 1), although_used=True, origin=origin_of(world.beat)
    )
    draft = actions.make_draft("live", origin=origin_of(world.beat))

    answer = signed_in("beat").post(
        DRAFT.replace("standard", "live"), typed(draft, name_en="Later")
    )

    assert answer.status_code == 302
    actions.publish(draft, origin=origin_of(world.beat))


def test_rows_come_and_go_without_javascript_and_without_saving(draft, signed_in):
    client = signed_in("beat")
    sent = typed(draft, do="add-condition", add_word="priority", name_en="Typed")
    page = client.post(DRAFT, sent).content.decode()
    assert 'name="on_priority" value="1"' in page
    assert 'value="Typed"' in page

    page = client.post(
        DRAFT, typed(draft, do="add-step", add_metric="resolution")
    ).content.decode()
    assert 'name="step-4-amount"' in page
    page = client.post(DRAFT, typed(draft, do="remove-step:0")).content.decode()
    assert 'name="step-0-amount"' not in page
    assert draft.names == Agreement.objects.get(pk=draft.pk).names


def test_steps_are_written_before_and_after_due(draft, signed_in, world):
    sent = typed(draft) | {
        "step": ["0", "1", "2", "3", "7"], "step-7-metric": "resolution",
        "step-7-amount": "30 min",
        "step-7-unit": "before", "step-7-action": "inform", "step-7-tell": ["lead"],
        "step-7-persons": [world.reto.pk], "step-7-wakes": "on",
    }  # fmt: skip
    assert signed_in("beat").post(DRAFT, sent).status_code == 302

    step = draft.targets.get(metric="resolution").steps.get(milestone="inform_30_min_before")
    assert (step.offset_seconds, step.percent, step.wakes) == (-1800, None, True)
    assert [p.pk for p in step.persons.all()] == [world.reto.pk]
    page = said(signed_in("nadia").get(DRAFT))
    told = f"inform the superiors, tell the lead of the team, {world.reto}, even at night"
    assert f"30 min before due {told}" in page


def test_the_preview_of_what_is_typed_saves_nothing(draft, places, signed_in):
    client = signed_in("beat")
    before = Event.objects.count()
    page = said(
        client.post(f"{DRAFT}preview/", typed(draft, **WORKED, **{"resolution-p3": "9 h"}))
    )

    assert "Fix due Tue 07.04.2026 15:10" in page
    assert "Total 9 h" in page
    assert Event.objects.count() == before
    wrong = said(client.post(f"{DRAFT}preview/", typed(draft, **{"resolution-p3": "1 h"})))
    assert "P3 response (2 h) is longer than fix (1 h)." in wrong


def test_an_example_is_kept_and_its_change_marked(draft, places, signed_in, world):
    client = signed_in("beat")
    client.post(f"{PAGE}examples/", WORKED | {"do": "keep:resolution"})
    example = Example.objects.get()
    assert example.expected_due == datetime(2026, 4, 7, 12, 10, tzinfo=UTC)
    assert "kept P3, Genève, 02.04.2026 16:40" in said(client.get(PAGE))

    client.post(DRAFT, typed(draft, **{"resolution-p3": "9 h"}))
    page = said(client.get(DRAFT))
    assert "changes P3, Genève, 02.04.2026 16:40" in page
    assert "Tue 07.04.2026 14:10 → Tue 07.04.2026 15:10" in page

    client.post(f"{PAGE}examples/", {"do": f"forget:{example.pk}"})
    assert not Example.objects.exists()


def test_the_version_in_force_is_tried_by_itself_while_a_draft_is_begun(draft, signed_in):
    page = signed_in("beat").get(PAGE, WORKED | {"try-site": ""}).content.decode()

    assert f'hx-get="{PAGE}preview/"' in page
    assert f"{DRAFT}preview/" not in page
    assert 'form="keep-form"' in page
    assert 'form="agreement-form"' not in page


def test_an_example_of_what_is_only_typed_is_kept_with_the_typing(draft, places, signed_in):
    sent = typed(draft, **WORKED, **{"resolution-p3": "9 h", "do": "keep:resolution"})
    page = signed_in("beat").post(DRAFT, sent)

    assert Example.objects.get().expected_due == datetime(2026, 4, 7, 13, 10, tzinfo=UTC)
    assert 'value="9 h"' in page.content.decode()


def test_two_administrators_do_not_write_over_each_other(draft, signed_in):
    client = signed_in("beat")
    seen = queries.last_change(draft)
    first = typed(draft, seen=str(seen), name_en="First")
    second = typed(draft, seen=str(seen), name_en="Second")
    assert client.post(DRAFT, first).status_code == 302

    answer = client.post(DRAFT, second)
    assert answer.status_code == 409
    assert "was changed in the meantime" in said(answer)
    assert 'value="Second"' in answer.content.decode()
    assert queries.draft_of("standard").names["en"] == "First"


@pytest.mark.parametrize("button", ["save", "add-step", "remove-condition:priority", "discard"])
def test_what_was_typed_in_a_draft_that_is_gone_stays_until_a_new_one_is_asked_for(
    draft, signed_in, button
):
    client, mine = signed_in("beat"), typed(draft, name_en="Mine", seen="1")
    actions.discard_draft(draft, origin=system())

    answer = client.post(DRAFT, {**mine, "do": button})

    assert answer.status_code == 409
    assert "This draft was published or discarded meanwhile." in said(answer)
    assert 'value="Mine"' in answer.content.decode()
    assert 'value="save"' not in answer.content.decode()
    assert queries.draft_of("standard") is None
    assert client.post(DRAFT, {**mine, "do": "make"}).status_code == 302
    assert queries.draft_of("standard").names["en"] == "Mine"


def test_a_click_on_discard_in_a_page_left_open_is_told_and_makes_nothing(draft, signed_in):
    client = signed_in("beat")
    client.post(DRAFT, {"do": "discard"})

    assert client.post(DRAFT, {"do": "discard"}).status_code == 409
    assert queries.draft_of("standard") is None


def test_a_draft_is_discarded_and_an_agreement_retired(draft, signed_in, world):
    client = signed_in("beat")
    client.post(DRAFT, {"do": "discard"})
    assert queries.draft_of("standard") is None
    client.post(f"{PAGE}retire/")

    assert Agreement.objects.get(slug="standard").valid_until is not None
    assert "This version ended" in said(client.get(PAGE))
