"""The requesters' site without JavaScript: plain pages, plain forms."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common import clock, formats
from tests.factories import agreement, category, origin_of
from tests.moments import MONDAY_9
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Entry, Ticket


@pytest.fixture
def browser(world):
    """A function from a person to the browser they are signed in with; it speaks English."""

    def make(person) -> Client:
        person.language = "en"
        person.save(update_fields=["language"])
        found = Client()
        found.force_login(person)
        return found

    return make


@pytest.fixture
def sylvie(world, browser):
    return browser(world.sylvie)


REPORT = {"text": "VPN drops\nEvery ten minutes.", "impact": "person", "urgency": "blocked"}


@pytest.mark.parametrize("path", ["/", "/report/", "/my/", "/my/26-00001/"])
def test_whoever_is_not_signed_in_is_asked_to(db, path):
    answer = Client().get(path)

    assert answer.status_code == 302
    assert answer["Location"] == f"/auth/login/?next={path}"


def test_somebody_without_tickets_is_told_so(sylvie):
    page = sylvie.get("/").content.decode()
    assert "What can we do for you?" in page
    assert "You have no open ticket." in page
    assert "You have no open ticket." in sylvie.get("/my/").content.decode()


def test_a_report_becomes_a_ticket_with_number_promise_and_first_entry(world, sylvie):
    page = sylvie.get("/report/").content.decode()
    for known in ("Sylvie Sylvieson", "sylvie@example.org", "Lausanne"):
        assert known in page

    answer = sylvie.post("/report/", REPORT, follow=True)

    ticket = Ticket.objects.get()
    assert answer.redirect_chain == [(f"/my/{ticket.number}/", 302)]
    assert (ticket.title, ticket.description) == ("VPN drops", "Every ten minutes.")
    assert (ticket.requester, ticket.opened_by, ticket.channel) == (
        world.sylvie, world.sylvie, "portal",
    )  # fmt: skip
    assert (ticket.impact, ticket.urgency, ticket.priority) == ("person", "blocked", 3)
    page = answer.content.decode()
    assert f"We have it. Number {ticket.number}." in page
    assert "You will hear from us before" in page
    assert "Every ten minutes." in page


@pytest.mark.parametrize(
    ("about", "text", "category"),
    [("", "the vpn again", "vpn"), ("", "no word of it is known", "vpn"),
     ("", "demo please", "live-demo"), ("hr", "my pay", "payroll"), ("hr", "vpn", "payroll"),
     ("network", "demo", "live-demo"), ("network", "nothing fits", "vpn")],
)  # fmt: skip
def test_the_words_and_the_service_find_the_category(world, sylvie, about, text, category):
    sylvie.post("/report/", REPORT | {"text": text, "about": about})

    assert Ticket.objects.get().category.slug == category


@pytest.mark.parametrize(("purpose", "slug"), [("need", "new-vpn"), ("question", "vpn")])
def test_a_need_and_a_question_are_asked_in_their_own_words(world, sylvie, purpose, slug):
    service = world.vpn.service
    category("new-vpn", service, world.desk, kind="request", keywords="vpn", order=200)
    page = sylvie.get(f"/report/?for={purpose}").content.decode()
    assert "Can you work?" not in page
    assert f'action="/report/?for={purpose}"' in page

    sylvie.post(f"/report/?for={purpose}", {"text": "vpn for a trainee"})

    ticket = Ticket.objects.get()
    assert (ticket.category.slug, ticket.impact) == (slug, "person")


def test_something_broken_is_no_request_and_an_unknown_door_is_404(world, sylvie):
    category("new-vpn", world.vpn.service, world.desk, kind="request", keywords="vpn", order=1)

    sylvie.post("/report/", REPORT)

    assert Ticket.objects.get().category == world.vpn
    assert sylvie.get("/report/?for=sale").status_code == 404


def test_the_start_page_asks_first_whether_what_was_solved_works(world, new_ticket, sylvie):
    old = new_ticket(title="old")
    new = new_ticket(title="new", at=MONDAY_9 + timedelta(hours=1))
    actions.resolve(old.pk, resolution="A new cable.", origin=origin_of(world.nadia))

    page = sylvie.get("/").content.decode()

    assert re.findall(r'href="/my/([0-9-]+)/"', page) == [old.number, new.number]
    assert "Please confirm that it works" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"text": "  "}, "Write at least one line about the problem."),
        ({"impact": ""}, "Choose who is affected."),
        ({"urgency": ""}, "Choose whether you can work."),
        ({"impact": "planet"}, "Select a valid choice"),
        ({"about": "moon"}, "Select a valid choice"),
        ({"text": "a\x00b"}, "Null characters are not allowed"),
        ({"text": "x" * 20_001}, "This is longer than we can take."),
    ],
)
def test_what_is_missing_is_said_and_what_was_typed_is_kept(sylvie, change, said):
    given = {"text": "Kept words", "impact": "site", "urgency": "hindered"} | change

    answer = sylvie.post("/report/", given)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "<title>Error: " in page
    assert page.count(said) >= 2, "in the summary and at the field"
    assert "data-error-summary" in page
    if "text" not in change:
        assert "Kept words" in page
    assert not Ticket.objects.exists()


def test_a_ticket_page_follows_the_way_of_the_ticket(world, new_ticket, sylvie):
    ticket = new_ticket()
    path = f"/my/{ticket.number}/"

    def here() -> str:
        page = sylvie.get(path).content.decode()
        return page.partition('aria-current="step">')[2].partition("<")[0].strip()

    assert here() == "Received"
    actions.take(ticket.pk, origin=origin_of(world.nadia))
    assert here() == "With Nadia Nadiason"
    until = MONDAY_9.replace(year=2099)
    actions.hold(ticket.pk, reason=HoldReason.PART, until=until, origin=origin_of(world.nadia))
    assert here() == "Waiting for a part, expected 02.03.2099"
    actions.resume(ticket.pk, origin=origin_of(world.nadia))
    actions.resolve(ticket.pk, resolution="A new cable.", origin=origin_of(world.nadia))
    assert here() == "Please confirm"
    page = sylvie.get(path).content.decode()
    assert "Does it work now?" in page
    assert "A new cable." in page
    sylvie.post(f"{path}accept/")
    assert here() == "Done"
    assert "This ticket is over." in sylvie.get(path).content.decode()


def test_it_works_and_still_broken(world, new_ticket, sylvie):
    ticket = new_ticket()
    actions.resolve(ticket.pk, resolution="A new cable.", origin=origin_of(world.nadia))

    sylvie.post(f"/my/{ticket.number}/reopen/", {"reason": "The light is red again."})
    ticket.refresh_from_db()
    assert (ticket.status, ticket.reopen_count) == ("in_progress", 1)
    assert Entry.objects.last().body == "The light is red again."
    assert Entry.objects.last().channel == "portal"

    actions.resolve(ticket.pk, resolution="Another.", origin=origin_of(world.nadia))
    answer = sylvie.post(f"/my/{ticket.number}/accept/", follow=True)
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert "Thank you. It is closed." in answer.content.decode()


def test_a_reply_reaches_the_desk_and_ends_its_waiting(world, new_ticket, sylvie):
    ticket = new_ticket()
    actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia))
    assert "We wait for your answer." in sylvie.get(f"/my/{ticket.number}/").content.decode()

    answer = sylvie.post(f"/my/{ticket.number}/reply/", {"body": "Here it is."}, follow=True)

    ticket.refresh_from_db()
    assert ticket.status == "in_progress"
    page = answer.content.decode()
    assert "Your message is with us." in page
    assert "Here it is." in page


def test_an_empty_reply_is_refused_and_nothing_is_written(new_ticket, sylvie):
    ticket = new_ticket()

    answer = sylvie.post(f"/my/{ticket.number}/reply/", {"body": " "})

    assert answer.status_code == 422
    assert answer.content.decode().count("Write a text first.") == 2
    assert Entry.objects.count() == 1


def test_what_is_not_needed_any_more_is_cancelled_once(new_ticket, sylvie):
    ticket = new_ticket()

    sylvie.post(f"/my/{ticket.number}/cancel/")
    again = sylvie.post(f"/my/{ticket.number}/reopen/", {"reason": "kept words"})

    ticket.refresh_from_db()
    assert ticket.status == "cancelled"
    assert again.status_code == 409
    assert "cannot become" in again.content.decode()
    assert "kept words</textarea>" in again.content.decode()


def test_a_reply_to_a_ticket_that_ended_meanwhile_is_refused_with_words(new_ticket, sylvie):
    ticket = new_ticket()
    sylvie.post(f"/my/{ticket.number}/cancel/")

    answer = sylvie.post(f"/my/{ticket.number}/reply/", {"body": "one more thing"})

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This ticket is closed. Open a new one" in page
    assert "one more thing</textarea>" in page


POSTS = ("reply", "accept", "reopen", "cancel")


def test_the_ticket_of_somebody_else_is_404_even_for_agents(world, new_ticket, browser):
    ticket = new_ticket()

    for person in (world.stranger, world.nadia, world.beat):
        found = browser(person)
        assert found.get(f"/my/{ticket.number}/").status_code == 404
        for verb in POSTS:
            answer = found.post(f"/my/{ticket.number}/{verb}/", {"body": "x"})
            assert answer.status_code == 404
        assert ticket.title not in found.get("/my/").content.decode()
        assert ticket.title not in found.get("/").content.decode()
    assert Ticket.objects.get().version == 1


@pytest.mark.parametrize("verb", POSTS)
def test_looking_changes_nothing_and_a_form_needs_its_token(world, new_ticket, sylvie, verb):
    ticket = new_ticket()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.sylvie)

    assert sylvie.get(f"/my/{ticket.number}/{verb}/").status_code == 405
    assert strict.post(f"/my/{ticket.number}/{verb}/", {"body": "x"}).status_code == 403
    assert strict.post("/report/", REPORT).status_code == 403
    assert Ticket.objects.get().version == 1


def test_notes_and_reasons_of_the_desk_never_appear(world, new_ticket, sylvie):
    ticket = new_ticket()
    actions.note(ticket.pk, body="canary", origin=origin_of(world.nadia))
    htmx = {"HX-Request": "true"}

    for path in ("/", "/my/", f"/my/{ticket.number}/"):
        assert "canary" not in sylvie.get(path).content.decode()
        for target in ("state", "conversation", "my-tickets"):
            answer = sylvie.get(path, headers=htmx | {"HX-Target": target})
            assert "canary" not in answer.content.decode()


def test_what_users_write_is_text_and_nothing_else(sylvie):
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'
    sylvie.post("/report/", REPORT | {"text": f"{evil}\n{evil}"})
    number = Ticket.objects.get().number

    for path in ("/", "/my/", f"/my/{number}/"):
        page = sylvie.get(path).content.decode()
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("name", ["state", "conversation"])
def test_a_live_page_asks_for_its_parts(new_ticket, sylvie, name):
    ticket = new_ticket()
    headers = {"HX-Request": "true", "HX-Target": name}

    part = sylvie.get(f"/my/{ticket.number}/", headers=headers).content.decode()

    assert f'id="{name}"' in part
    assert f'data-topics="ticket:{ticket.pk}"' in part
    assert "<html" not in part


def test_lists_go_on_page_by_page_open_first_then_what_is_over(world, new_ticket, sylvie):
    made = [new_ticket(title=f"t{n}", at=MONDAY_9 + timedelta(minutes=n)) for n in range(45)]
    for ticket in made[:22]:
        actions.cancel(ticket.pk, origin=origin_of(world.sylvie))

    def numbers(path: str) -> list[str]:
        return re.findall(r'href="/my/([0-9-]+)/"', sylvie.get(path).content.decode())

    def next_of(path: str, word: str) -> str:
        page = sylvie.get(path).content.decode()
        return f"/my/?{word}=" + page.partition(f"/my/?{word}=")[2].partition('"')[0]

    newest = [ticket.number for ticket in reversed(made)]
    assert numbers("/my/") == newest[:20] + newest[23:43]
    assert numbers(next_of("/my/", "open")) == newest[20:23]
    assert numbers(next_of("/my/", "over")) == newest[43:]
    assert numbers("/my/?open=nonsense") == newest[:20]


def test_pages_cost_the_same_however_many_tickets_there_are(world, new_ticket, sylvie):
    costs = {}
    for rounds in (1, 12):
        for n in range(rounds):
            ticket = new_ticket(title=f"t{rounds}-{n}")
        for path in ("/", "/my/", "/report/", f"/my/{ticket.number}/"):
            with CaptureQueriesContext(connection) as found:
                assert sylvie.get(path).status_code == 200
            costs.setdefault(path.replace(ticket.number, "N"), []).append(len(found))

    assert all(first == last for first, last in costs.values()), costs
    assert max(max(found) for found in costs.values()) <= 8, costs


def test_staff_find_the_way_to_the_desk_and_requesters_are_not_shown_it(world, browser):
    assert "/desk/" in browser(world.nadia).get("/").content.decode()
    assert "/desk/" not in browser(world.sylvie).get("/").content.decode()


def test_a_fragment_and_its_page_are_told_apart_by_caches(sylvie, new_ticket):
    ticket = new_ticket()

    for path in ("/", f"/my/{ticket.number}/"):
        assert "HX-Target" in sylvie.get(path).headers["Vary"]


def test_a_report_that_is_sent_twice_is_one_ticket_and_other_words_are_another(sylvie):
    page = sylvie.get("/report/").content.decode()
    key = re.search(r'name="key" value="([0-9a-f]+)"', page)[1]

    answers = [sylvie.post("/report/", REPORT | {"key": key}) for _ in range(2)]
    sylvie.post("/report/", REPORT | {"key": key, "text": "The printer, too"})

    assert answers[0]["Location"] == answers[1]["Location"]
    assert sorted(Ticket.objects.values_list("title", flat=True)) == [
        "The printer, too",
        "VPN drops",
    ]


def test_a_refused_report_keeps_its_key(sylvie):
    answer = sylvie.post("/report/", {"text": "", "key": "abc123"})

    assert answer.status_code == 422
    assert 'name="key" value="abc123"' in answer.content.decode()


@pytest.fixture
def promised(world):
    """The small desk with promises of every kind, those between teams due before the others."""
    agreement(
        "with-replies", 5, calendar=world.office,
        seconds={"first_response": 3_600, "next_reply": 7_200, "resolution": 28_800},
    )  # fmt: skip
    agreement(
        "between-teams", 10, kind="ola", calendar=world.office,
        seconds={"acceptance": 900, "team_resolution": 1_800},
    )  # fmt: skip
    return world


def test_a_message_that_waits_for_an_answer_has_its_promise_too(promised, new_ticket, sylvie):
    ticket = new_ticket(at=None)
    actions.reply(ticket.pk, body="We look at it.", origin=origin_of(promised.nadia))
    actions.reply(ticket.pk, body="And now?", origin=origin_of(promised.sylvie))

    page = sylvie.get(f"/my/{ticket.number}/").content.decode()

    assert page.count("You will hear from us before") == 1
    assert "answer by" in sylvie.get("/my/").content.decode()


def test_what_teams_promise_each_other_is_no_promise_to_the_caller(promised, new_ticket, sylvie):
    ticket = new_ticket()
    actions.take(ticket.pk, origin=origin_of(promised.nadia))
    assert ticket.clocks.order_by("due_at").first().metric == "acceptance"

    page = sylvie.get("/my/").content.decode()

    due = ticket.clocks.get(metric="first_response").due_at
    assert f"late, promised for {formats.moment(due, clock.now(), 'en')}" in page


def test_beside_each_promise_stands_why_it_is_due_then(promised, new_ticket, sylvie):
    ticket = new_ticket(at=None)
    page = sylvie.get(f"/my/{ticket.number}/").content.decode()
    links = re.findall(r'class="promise__why" href="([^"]+)">why\?<', page)
    assert [link.split("/")[-2] for link in links] == ["first_response", "resolution"]

    for link in links:
        answer = sylvie.get(link)

        why = answer.content.decode()
        assert answer.status_code == 200
        assert "of “office en”" in why
        assert f'href="/my/{ticket.number}/"' in why
        assert '<body class="portal' in why
        assert 'class="rail"' not in why
        assert "between-teams" not in why
