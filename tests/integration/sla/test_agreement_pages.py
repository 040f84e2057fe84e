"""The pages of agreements as people use them: read, try, ask, write a draft."""

import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from django.core.cache import cache

from accounts import actions as accounts
from accounts.models import Site
from audit.models import Event
from common.errors import InvalidInput
from sla import actions, queries
from sla.choices import AgreementKind
from sla.forms.agreements import Editor
from sla.models import Agreement, Calendar, Example, SiteCalendar
from sla.queries import policy, tester, words
from sla.rules import Facts
from tests import factories
from tests.factories import World, origin_of, system
from tickets.models import Clock

ZURICH = ZoneInfo("Europe/Zurich")
LIST, PAGE, DRAFT = "/setup/sla/", "/setup/sla/standard/", "/setup/sla/standard/draft/"
WORKED = {"try-opened": "Thu 02.04.2026 16:40", "try-priority": "3", "try-site": "geneve"}
GOOD_FRIDAY, EASTER_MONDAY = date(2026, 4, 3), date(2026, 4, 6)


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


@pytest.fixture
def places(world: World) -> dict[str, Site]:
    """Geneva and Ticino, open 07:30 to 18:00; Good Friday is a working day in Ticino."""
    found = {}
    week = {day: [("07:30", "18:00")] for day in range(1, 6)}
    for slug, name, closed in (
        ("geneve", "Genève", {GOOD_FRIDAY: "Good Friday", EASTER_MONDAY: "Easter Monday"}),
        ("ticino", "Ticino", {EASTER_MONDAY: "Easter Monday"}),
    ):
        site = Site(name=name, slug=slug, organisation=world.beat.organisation, city=name)
        accounts.save(site, origin=system())
        calendar = Calendar(slug=slug, names=dict.fromkeys(("en", "fr", "de", "it"), name))
        holidays = {
            on: dict.fromkeys(("en", "fr", "de", "it"), said) for on, said in closed.items()
        }
        actions.save_calendar(
            calendar, week=week, holidays=holidays, other_hours={}, origin=system()
        )
        actions.save(SiteCalendar(site=site, calendar=calendar), origin=system())
        found[slug] = site
    return found


@pytest.fixture
def signed_in(client, world):
    """A function that signs somebody in who reads English."""

    def sign_in(name: str):
        person = getattr(world, name)
        person.language = "en"
        accounts.save_person(person, origin=system())
        client.force_login(person)
        return client

    return sign_in


def said(answer) -> str:
    """Return the text of a page, each run of white space as one space."""
    text = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", " ", text))
    return re.sub(r"\s+", " ", text)


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


# --- Preview -----------------------------------------------------------------------------------


def test_the_figures_of_the_drawing(places, signed_in):
    page = said(signed_in("nadia").get(PAGE, WORKED))

    assert "Response due Tue 07.04.2026 08:10" in page
    assert "Fix due Tue 07.04.2026 14:10" in page
    assert "at risk Tue 07.04.2026 12:10" in page
    for day in (
        "Thu 02.04.2026 16:40–18:00 1 h 20", "Fri 03.04.2026 Good Friday 0",
        "Sat 04.04.2026 closed 0", "Mon 06.04.2026 Easter Monday 0",
        "Tue 07.04.2026 07:30–14:10 6 h 40", "Total 8 h",
    ):  # fmt: skip
        assert day in page, day
    assert "Ticino Fri 03.04.2026 14:10 works on: Good Friday" in page


def test_the_night_of_the_clock_change_is_an_hour_short(world, signed_in):
    factories.agreement("night", 5, seconds={"resolution": 4 * 3600}, calendar=world.always)
    tried = {"try-opened": "29.03.2026 00:30", "try-priority": "1", "try-site": ""}
    page = said(signed_in("nadia").get("/setup/sla/night/", tried))

    assert "Fix due Sun 29.03.2026 05:30" in page
    assert "the clock changes: a day of 23 hours" in page


def test_a_hold_counts_only_where_its_reason_stops_the_clock(places, signed_in):
    hold = {"try-held": "07.04.2026 08:00", "try-resumed": "07.04.2026 09:00"}
    client = signed_in("nadia")
    stopped = said(client.get(PAGE, {**WORKED, **hold, "try-reason": "requester"}))
    running = said(client.get(PAGE, {**WORKED, **hold, "try-reason": "part"}))

    assert "Fix due Tue 07.04.2026 15:10" in stopped
    assert "on hold 08:00–09:00" in stopped
    assert "Response due Tue 07.04.2026 08:10" in stopped
    assert "Fix due Tue 07.04.2026 14:10" in running


def test_a_date_that_cannot_be_read_is_said_and_kept(places, signed_in):
    page = signed_in("nadia").get(PAGE, {**WORKED, "try-opened": "soon"})

    assert "Enter the date and the time like this: 02.04.2026 16:40." in said(page)
    assert 'value="soon"' in page.content.decode()


def test_a_quick_try_fills_the_date(places, signed_in):
    page = signed_in("nadia").get(PAGE, {**WORKED, "try": "leap"}).content.decode()

    assert re.search(r'name="try-opened"[^>]*value="29\.02\.2028 17:40"', page)


def test_the_preview_says_what_opening_the_ticket_stores(world, places, new_ticket, signed_in):
    """The law: for any moment, priority and site the page and the clocks are the same."""
    client, dice = signed_in("beat"), Random(7)
    for _example in range(12):
        at = datetime.fromtimestamp(dice.randrange(1_767_222_000, 1_798_758_000) // 60 * 60, UTC)
        site = dice.choice([*places.values(), world.sylvie.site])
        world.sylvie.site = site
        accounts.save_person(world.sylvie, origin=system())
        ticket = new_ticket(at=at)
        tried = {
            "try-opened": f"{at.astimezone(ZURICH):%d.%m.%Y %H:%M}",
            "try-priority": str(ticket.priority), "try-site": site.slug,
        }  # fmt: skip
        shown = client.get(f"{PAGE}preview/", tried).context_data["dues"]
        stored = dict(Clock.objects.filter(ticket=ticket).values_list("metric", "due_at"))
        assert {due.promise.metric: due.due for due in shown} == stored, (at, site)


# --- Which one would apply ---------------------------------------------------------------------


def test_the_tester_names_the_first_condition_that_did_not_match(world, signed_in):
    page = said(
        signed_in("nadia").get(
            LIST, {"kind": "incident", "priority": "3", "category": "vpn", "team": "service-desk",
                   "opened": "02.04.2026 16:40"},
        )
    )  # fmt: skip

    assert (
        "live en does not apply: category is vpn en, it asks for network en: live-demo en." in page
    )
    assert "standard en applies: no condition" in page
    assert "None applies: nothing is promised here." in page


def test_a_requester_brings_site_and_organisation(world, places, signed_in):
    factories.agreement(
        "geneva", 5, seconds={"resolution": 3600}, calendar=None, conditions={"site": ["geneve"]}
    )
    world.sylvie.site = places["geneve"]
    accounts.save_person(world.sylvie, origin=system())
    asked = {
        "kind": "incident", "priority": "3", "team": "service-desk",
        "opened": "02.04.2026 16:40", "requester": world.sylvie.pk,
    }  # fmt: skip

    assert "geneva en applies: everything it asks for is so (site)." in said(
        signed_in("nadia").get(LIST, asked)
    )


def test_the_tester_and_the_policy_choose_the_same(world, places):
    """The law: whatever the facts, the tester's last answer is what tickets are promised by."""
    dice = Random(11)
    for order, word in enumerate(("priority", "site", "vip", "category", "team")):
        values = {
            "priority": [1, 2], "site": ["geneve"], "vip": [True], "category": ["vpn"],
            "team": ["network"],
        }[word]  # fmt: skip
        factories.agreement(
            f"on-{word}", order, seconds={"resolution": 3600}, calendar=None,
            conditions={word: values},
        )  # fmt: skip
    names, rules = words.Vocabulary(), policy()
    for _example in range(60):
        facts = Facts(
            kind=dice.choice(["incident", "request"]), priority=dice.randint(1, 5),
            category=dice.choice([world.vpn.pk, world.live.pk, None]), service=None,
            organisation=None, site=dice.choice([s.pk for s in places.values()]),
            team=dice.choice([world.desk.pk, world.network.pk]), vip=dice.random() < 0.2,
        )  # fmt: skip
        at = datetime(2026, 4, 2, 14, 40, tzinfo=UTC)
        for answer in tester.test(facts, rules, names, at=at):
            promised = {p.agreement for p in rules.promises(facts, at=at, kind=answer.kind)}
            assert promised == ({answer.applies.pk} if answer.applies else set())


# --- The list and its order --------------------------------------------------------------------


def test_the_list_says_conditions_and_targets_in_words(world, signed_in):
    page = said(signed_in("nadia").get(LIST))

    assert "category : " not in page  # the colon is the style's
    assert "network en: live-demo en" in page
    assert "response 2 h" in page
    assert "fix 8 h" in page
    assert "always" in page


def test_nothing_is_promised_offers_three_templates(world, signed_in):
    for slug in ("live", "standard"):
        actions.retire(slug, origin=system(datetime(2026, 1, 1, tzinfo=UTC)))
    page = signed_in("beat").get(LIST)

    assert "Nothing is promised yet." in said(page)
    assert page.content.decode().count('name="starter"') == 3


def test_a_template_becomes_a_draft(world, signed_in):
    answer = signed_in("beat").post("/setup/sla/new/", {"starter": "incidents"})

    draft = Agreement.objects.get(slug="standard-incident")
    assert answer.url == "/setup/sla/standard-incident/draft/"
    assert (draft.valid_from, draft.kind) == (None, AgreementKind.SLA)
    assert draft.targets.count() == 3
    assert "Standard incident not published yet" in said(signed_in("beat").get(LIST))


def test_moving_up_is_a_change_that_waits_in_a_draft(world, signed_in):
    client = signed_in("beat")
    assert client.post(f"{PAGE}move/", {"place": "1"}).status_code == 302

    assert "draft of standard en moves to place 1" in said(client.get(LIST))
    assert [a.slug for a in policy().agreements["sla"]] == ["live", "standard"]


# --- Who may -----------------------------------------------------------------------------------


def test_agents_read_and_try_and_requesters_are_told_whom_to_ask(world, signed_in):
    actions.make_draft("standard", origin=origin_of(world.beat))
    client = signed_in("nadia")
    for path in (LIST, PAGE, DRAFT):
        page = client.get(path)
        assert page.status_code == 200
        # Only the preview, the tester and the person's own menu have buttons.
        assert not re.search(r'name="(do|place|starter)"', page.content.decode()), path
    assert "Administrators change it" in said(client.get(DRAFT))
    assert "due" in said(client.post(f"{DRAFT}preview/", WORKED | {"try-site": ""}))
    assert client.post(DRAFT, {"do": "make"}).status_code == 403
    refused = signed_in("sylvie").get(LIST)
    assert refused.status_code == 403
    assert "Ask an administrator" in said(refused)


# --- The editor --------------------------------------------------------------------------------


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
