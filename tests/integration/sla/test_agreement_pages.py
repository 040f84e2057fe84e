"""The pages of agreements as people use them: read, try, ask, put in order."""

import re
from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

from accounts import actions as accounts
from sla import actions
from sla.choices import AgreementKind
from sla.models import Agreement
from sla.queries import policy, tester, words
from sla.rules import Facts
from tests import factories
from tests.factories import origin_of, system
from tests.pages import said
from tickets.models import Clock

ZURICH = ZoneInfo("Europe/Zurich")
LIST, PAGE, DRAFT = "/setup/sla/", "/setup/sla/standard/", "/setup/sla/standard/draft/"
WORKED = {"try-opened": "Thu 02.04.2026 16:40", "try-priority": "3", "try-site": "geneve"}


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
