"""The call card: what it suggests and promises, what it saves, and what it never loses."""

import json
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from accounts import actions as accounts
from accounts.models import Person
from common import formats
from tests import factories
from tickets.choices import Status
from tickets.models import Ticket

NEW, SUGGEST = "/desk/calls/new/", "/desk/calls/suggest/"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def nadia(client, world):
    client.force_login(world.nadia)
    return world.nadia


def log(client, caller, text="VPN drops\nEvery ten minutes.", *, htmx=True, **more):
    values = {"caller": getattr(caller, "pk", caller), "text": text, "then": "save", **more}
    return client.post(NEW, values, **(HTMX if htmx else {}))


def test_a_call_becomes_a_ticket_of_the_agents_own(client, world, nadia):
    answer = log(client, world.sylvie)

    ticket = Ticket.objects.get()
    assert (ticket.title, ticket.description) == ("VPN drops", "Every ten minutes.")
    assert (ticket.requester, ticket.assignee, ticket.channel) == (world.sylvie, nadia, "phone")
    assert (ticket.category, ticket.status) == (world.vpn, Status.IN_PROGRESS)
    assert ticket.responded_at == ticket.opened_at
    assert answer.status_code == 204
    events = json.loads(answer.headers["HX-Trigger"])
    assert events["toast"] == {
        "text": f"{ticket.number} saved",
        "href": f"/desk/tickets/{ticket.number}/",
    }
    assert set(events) == {"toast", "call-saved", "draft-saved"}


def test_without_javascript_the_agent_goes_on_to_the_ticket(client, world, nadia):
    answer = log(client, world.sylvie, htmx=False)

    assert answer.url == f"/desk/tickets/{Ticket.objects.get().number}/"


def test_opening_the_card_writes_nothing(client, world, nadia):
    for address in (NEW, f"{NEW}?from=%2B41215554127", f"{NEW}?from=nonsense"):
        assert client.get(address).status_code == 200
        assert client.get(address, **HTMX).status_code == 200

    assert not Ticket.objects.exists()
    assert Person.objects.count() == 7


def test_the_panel_is_the_fragment_and_the_page_is_whole(client, world, nadia):
    panel, page = client.get(NEW, **HTMX), client.get(NEW)

    assert panel.content.decode().lstrip().startswith('<div class="call" id="call-panel">')
    assert "HX-Request" in panel.headers["Vary"]
    assert "<!doctype html>" in page.content.decode()
    assert "data-call-page" in page.content.decode()
    assert 'hx-post="/desk/calls/new/"' not in page.content.decode()


@pytest.mark.parametrize("number", ["+41215554127", "41215554127", "021 555 41 27"])
def test_a_number_fills_in_the_caller(client, world, nadia, number):
    accounts.save_person(
        world.sylvie, origin=factories.system(), phones=(("021 555 41 27", "desk"),)
    )

    page = client.get(NEW, {"from": number}).content.decode()

    assert f'name="caller" value="{world.sylvie.pk}"' in page
    assert 'value="Sylvieson Sylvie"' in page


def test_an_unknown_number_opens_a_new_person_with_it(client, world, nadia):
    page = client.get(NEW, {"from": "+41215559999"}).content.decode()

    assert "data-new-person open" in page
    assert 'value="+41215559999"' in page


def test_the_words_suggest_the_service_and_the_rest_follows(client, world, nadia):
    page = client.post(SUGGEST, {"text": "Please show me the demo"}, **HTMX).content.decode()

    assert '<option value="live-demo" selected>' in page
    assert ">suggested<" in page
    assert 'value="hindered" checked' in page


def test_words_without_a_match_leave_the_desks_default(client, world, nadia):
    page = client.post(SUGGEST, {"text": "something odd"}, **HTMX).content.decode()

    assert '<option value="vpn" selected>' in page
    assert ">suggested<" not in page


def test_what_the_agent_chose_stays_when_the_words_go_on(client, world, nadia):
    chosen = {
        "category": "vpn", "suggested": "live-demo", "applied": "vpn",
        "impact": "site", "urgency": "blocked", "text": "the demo",
    }  # fmt: skip

    page = client.post(SUGGEST, chosen, **HTMX).content.decode()

    assert '<option value="vpn" selected>' in page
    assert 'value="site" checked' in page
    assert 'value="blocked" checked' in page
    assert "P1" in page


def test_what_the_card_filled_in_follows_the_suggestion(client, world, nadia):
    factories.category("outage", world.vpn.service, world.desk, keywords="outage", impact="site")
    untouched = {
        "category": "vpn", "suggested": "vpn", "applied": "vpn",
        "impact": "person", "urgency": "hindered", "text": "outage here",
    }  # fmt: skip

    page = client.post(SUGGEST, untouched, **HTMX).content.decode()

    assert '<option value="outage" selected>' in page
    assert 'value="site" checked' in page


@pytest.mark.parametrize("who", ["reto", "sylvie"])
def test_the_promise_is_what_the_saved_ticket_gets_in_the_callers_language(
    client, world, nadia, who
):
    caller = getattr(world, who)
    answers = {"caller": caller.pk, "text": "vpn"}

    said = client.post(SUGGEST, answers, **HTMX).content.decode()
    log(client, caller, "vpn")

    due = Ticket.objects.get().next_due_at
    words = said.split('class="say__words"')[1].split("</p>")[0]
    assert f'lang="{caller.language}"' in words
    at = formats.spoken_time(due, caller.language, ZoneInfo("Europe/Zurich"))
    assert at[:-1].rstrip("0123456789") in words, "the minute may turn between the two"


def test_what_is_typed_last_counts_at_saving(client, world, nadia):
    # The card still shows what it filled in before the last words.
    log(client, world.sylvie, "Show me the demo", category="vpn", suggested="vpn", applied="vpn",
        impact="person", urgency="hindered")  # fmt: skip

    assert Ticket.objects.get().category == world.live


def test_a_missing_caller_and_missing_words_are_named_and_nothing_is_lost(client, world, nadia):
    no_caller = client.post(NEW, {"text": "VPN drops", "impact": "site"}, **HTMX)
    no_words = client.post(NEW, {"caller": world.sylvie.pk, "text": "  "}, **HTMX)

    assert no_caller.status_code == no_words.status_code == 422
    page = no_caller.content.decode()
    assert "Choose a person, or press Enter twice for an anonymous caller." in page
    assert "VPN drops</textarea>" in page
    assert 'value="site" checked' in page
    page = no_words.content.decode()
    assert "Write at least one line about the problem. The first line becomes the title." in page
    assert f'name="caller" value="{world.sylvie.pk}"' in page
    assert not Ticket.objects.exists()


def test_a_name_alone_is_looked_up(client, world, nadia):
    assert log(client, "", caller_text="sylv").status_code == 204
    assert Ticket.objects.get().requester == world.sylvie


def test_a_name_of_several_asks_which(client, world, nadia):
    page = log(client, "", caller_text="son", htmx=False)

    assert page.status_code == 422
    assert f'type="radio" name="caller" value="{world.sylvie.pk}"' in page.content.decode()
    assert not Ticket.objects.exists()


def test_a_new_person_needs_no_mail(client, world, nadia):
    log(client, "new", new_name="Ada de Morel", new_phone="079 555 01 02",
        new_site=world.sylvie.site_id)  # fmt: skip

    person = Ticket.objects.get().requester
    assert (person.given_name, person.family_name, person.email) == ("Ada de", "Morel", "")
    assert [p.e164 for p in person.phones.all()] == ["+41795550102"]
    assert person.site == world.sylvie.site
    assert not person.has_usable_password()
    assert person.language == nadia.language


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"new_name": ""}, "Write the name of the person."),
        ({"new_name": "Ada", "new_phone": "abc"}, "is no telephone number."),
    ],
)
def test_a_new_person_that_cannot_be_saved_leaves_nothing_behind(
    client, world, nadia, values, sentence
):
    answer = log(client, "new", **values)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Ticket.objects.exists()
    assert Person.objects.count() == 7


def test_nameless_callers_share_one_person_who_is_never_found(client, world, nadia):
    log(client, "anonymous")
    log(client, "anonymous", "Another one")

    assert {t.requester.username for t in Ticket.objects.all()} == {"anonymous-caller"}
    assert "Anonymous" not in client.get("/desk/people/search/?q=anonym").content.decode().replace(
        "Anonymous caller", ""
    )


def test_save_and_resolve_asks_what_solved_it_and_then_resolves(client, world, nadia):
    asked = log(client, world.sylvie, then="resolve")

    assert asked.status_code == 422
    assert 'name="solution"' in asked.content.decode()
    assert not Ticket.objects.exists()

    log(client, world.sylvie, then="resolve", solution="Restarted the client.")

    ticket = Ticket.objects.get()
    assert (ticket.status, ticket.resolution) == (Status.RESOLVED, "Restarted the client.")


def test_a_line_with_an_arrow_is_the_solution(client, world, nadia):
    log(client, world.sylvie, "VPN drops\n→ restarted the client", then="resolve")

    assert Ticket.objects.get().resolution == "restarted the client"


def test_a_card_sent_twice_makes_one_ticket(client, world, nadia):
    first = log(client, world.sylvie, card="a1")
    second = log(client, world.sylvie, card="a1")

    ticket = Ticket.objects.get()
    for answer in (first, second):
        assert (
            json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == f"{ticket.number} saved"
        )
    log(client, world.sylvie, card="a2")
    assert Ticket.objects.count() == 2


def test_a_card_refused_once_can_be_sent_again(client, world, nadia):
    assert log(client, "new", new_name="Ada", new_phone="abc", card="b1").status_code == 422
    assert log(client, "new", new_name="Ada", new_phone="", card="b1").status_code == 204


def test_a_card_that_failed_is_not_taken_for_saved(client, world, nadia):
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tickets_ticket ADD CONSTRAINT broken CHECK (false) NOT VALID")
        assert log(client, world.sylvie, card="d1").status_code == 500
        cursor.execute("ALTER TABLE tickets_ticket DROP CONSTRAINT broken")

    answer = log(client, world.sylvie, card="d1")

    number = Ticket.objects.get().number
    assert json.loads(answer.headers["HX-Trigger"])["toast"]["text"] == f"{number} saved"


def test_without_redis_a_card_is_saved_all_the_same(client, world, nadia, settings):
    settings.CACHES = {
        name: {**cache, "LOCATION": "redis://127.0.0.1:1/0"}
        for name, cache in settings.CACHES.items()
    }

    assert log(client, world.sylvie, card="c1").status_code == 204


def test_the_side_shows_the_callers_open_tickets_and_not_the_hidden_ones(
    client, world, nadia, new_ticket
):
    seen = new_ticket()
    hidden = new_ticket(title="My salary", category=world.payroll)

    page = client.post(SUGGEST, {"caller": world.sylvie.pk, "text": ""}, **HTMX).content.decode()
    alone = client.get(f"/desk/calls/caller/{world.sylvie.pk}/", **HTMX).content.decode()

    for html in (page, alone):
        assert seen.number in html
        assert hidden.number not in html
        assert hidden.title not in html


def test_the_side_is_left_alone_while_the_caller_is_the_same(client, world, nadia):
    answers = {"caller": world.sylvie.pk, "shown": world.sylvie.pk, "text": "vpn"}

    assert 'id="call-side"' not in client.post(SUGGEST, answers, **HTMX).content.decode()


@pytest.mark.parametrize("caller", ["999999999999999999999999", "x", "-1", "²"])
def test_a_caller_nobody_has_ever_seen_is_a_missing_caller(client, world, nadia, caller):
    assert log(client, caller).status_code == 422
    assert client.post(SUGGEST, {"caller": caller}, **HTMX).status_code == 200


def test_requesters_and_strangers_have_no_card(client, world):
    addresses = [NEW, f"/desk/calls/caller/{world.nadia.pk}/", "/desk/people/search/?q=syl"]
    for address in addresses:
        assert client.get(address).status_code == 302
    client.force_login(world.sylvie)

    for address in addresses:
        assert client.get(address).status_code == 403
    assert client.post(SUGGEST, {"text": "vpn"}).status_code == 403
    assert log(client, world.sylvie).status_code == 403
    assert not Ticket.objects.exists()


def test_the_fragments_cost_few_statements(client, world, nadia, django_assert_max_num_queries):
    client.post(SUGGEST, {"caller": world.sylvie.pk, "text": "vpn"}, **HTMX)  # policy read

    with django_assert_max_num_queries(12):
        client.post(SUGGEST, {"caller": world.sylvie.pk, "text": "vpn"}, **HTMX)
    with django_assert_max_num_queries(7):
        client.get(NEW, **HTMX)
