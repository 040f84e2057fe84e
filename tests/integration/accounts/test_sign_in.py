"""The door: who comes in, who does not, and what it tells to somebody who tries."""

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client
from django.urls import reverse

from accounts import authentication, tasks
from common import demo
from tests import factories

PASSWORD = "a long and good password"
SIGN_IN = "/auth/login/"


@pytest.fixture(autouse=True)
def _fresh_counters():
    from django.core.cache import caches

    caches["strict"].clear()


@pytest.fixture
def nadia(world):
    from accounts import actions

    return actions.save_person(world.nadia, origin=factories.system(), password=PASSWORD)


def knock(client, username="nadia", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


@pytest.mark.parametrize("login", ["nadia", "NADIA", "nadia@example.org", " Nadia@Example.ORG "])
def test_an_agent_comes_in_by_login_or_mail_and_lands_in_the_queue(client, nadia, login):
    answer = knock(client, login)

    assert answer.status_code == 302
    assert answer.url == "/desk/tickets/"


def test_a_requester_lands_on_the_portal(client, world):
    from accounts import actions

    actions.save_person(world.sylvie, origin=factories.system(), password=PASSWORD)

    assert knock(client, "sylvie").url == "/"


@pytest.mark.parametrize(
    ("wanted", "landed"),
    [
        ("/desk/tickets/26-00001/?a=b", "/desk/tickets/26-00001/?a=b"),
        ("https://evil.example/", "/desk/tickets/"),
        ("//evil.example/", "/desk/tickets/"),
        ("/\\evil.example", "/desk/tickets/"),
        ("javascript:alert(1)", "/desk/tickets/"),
        ("desk", "/desk/tickets/"),
    ],
)
def test_the_way_on_leads_to_this_site_only(client, nadia, wanted, landed):
    assert knock(client, next=wanted).url == landed


def test_the_session_is_a_new_one_after_sign_in(client, nadia):
    client.get(SIGN_IN)
    session = client.session
    session["kept"] = "from before"
    session.save()
    before = session.session_key

    knock(client)

    assert client.session.session_key != before


def test_an_unknown_account_and_a_wrong_password_look_alike(client, nadia):
    unknown = knock(client, "nobody", "wrong")
    wrong = knock(client, "nadia", "wrong")

    sentence = "That mail and password do not match. Try again or reset the password."
    assert unknown.status_code == wrong.status_code == 422
    assert sentence in unknown.content.decode()
    assert sentence in wrong.content.decode()
    assert 'value="nadia"' in wrong.content.decode()


def test_a_person_who_has_left_does_not_come_in(client, nadia):
    from accounts import actions

    nadia.is_active = False
    actions.save_person(nadia, origin=factories.system())

    assert knock(client).status_code == 422


def test_nothing_typed_asks_for_both(client, db):
    answer = client.post(SIGN_IN, {})

    assert answer.status_code == 422
    assert "Write your mail or your user name." in answer.content.decode()
    assert "Write your password." in answer.content.decode()


def test_after_too_many_attempts_the_right_password_is_refused_too(client, nadia):
    for _ in range(authentication.BY_ACCOUNT.most):
        assert knock(client, "Nadia", "wrong").status_code == 422

    answer = knock(client)

    assert answer.status_code == 429
    assert "Too many attempts." in answer.content.decode()
    assert knock(client, "reto", "wrong").status_code == 422, "others are not locked out"


def test_one_address_cannot_try_many_accounts(client, world):
    for number in range(authentication.BY_ADDRESS.most):
        knock(client, f"guess{number}", "wrong")

    assert knock(client, "another", "wrong").status_code == 429
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert knock(elsewhere, "another", "wrong").status_code == 422


def test_signing_in_clears_the_account_but_not_what_the_address_tried(client, nadia):
    for _ in range(3):
        knock(client, "nadia", "wrong")
    knock(client)
    for _ in range(authentication.BY_ACCOUNT.most):
        assert knock(Client(), "nadia", "wrong").status_code == 422

    tried = 3 + authentication.BY_ACCOUNT.most
    for number in range(authentication.BY_ADDRESS.most - tried):
        assert knock(Client(), f"guess{number}", "wrong").status_code == 422
    assert knock(Client(), "one too many", "wrong").status_code == 429


def test_without_redis_attempts_are_still_counted(client, nadia, settings):
    settings.CACHES = {
        name: {**cache, "LOCATION": "redis://127.0.0.1:1/0"}
        for name, cache in settings.CACHES.items()
    }

    for _ in range(authentication.BY_ACCOUNT.most):
        assert knock(client, "nadia", "wrong").status_code == 422
    assert knock(client).status_code == 429
    authentication.BY_ACCOUNT.forget("nadia")
    assert knock(client).status_code == 302


def test_the_published_password_opens_nothing_where_the_demonstration_is_off(
    client, world, settings
):
    from accounts import actions

    actions.save_person(world.nadia, origin=factories.system(), password=demo.PASSWORD)

    settings.HELPDESK_DEMO = False
    assert knock(client, "nadia", demo.PASSWORD).status_code == 422
    assert demo.PASSWORD not in client.get(SIGN_IN).content.decode()

    settings.HELPDESK_DEMO = True
    page = client.get(SIGN_IN).content.decode()
    assert demo.PASSWORD in page
    assert "Chiara Chiarason, lead" in page
    assert knock(client, "nadia", demo.PASSWORD).status_code == 302


def test_signing_out_needs_a_post_and_ends_the_session(client, nadia):
    client.force_login(nadia)

    assert client.get("/auth/logout/").status_code == 405
    assert client.post("/auth/logout/").url == SIGN_IN
    assert client.get("/desk/tickets/").url == f"{SIGN_IN}?next=/desk/tickets/"


def test_somebody_signed_in_is_not_asked_again(client, nadia):
    client.force_login(nadia)

    assert client.get(SIGN_IN).url == "/desk/tickets/"


def test_the_door_speaks_the_language_chosen_there(client, db):
    answer = client.post("/auth/language/", {"language": "de", "next": SIGN_IN})

    assert answer.url == SIGN_IN
    assert client.get(SIGN_IN).headers["Content-Language"] == "de"


@pytest.mark.parametrize("language", ["xx", "", "../../etc"])
def test_a_language_we_do_not_speak_changes_nothing(client, nadia, language):
    client.force_login(nadia)

    assert client.post("/auth/language/", {"language": language, "next": "/x"}).url == "/x"

    nadia.refresh_from_db()
    assert nadia.language == "fr"
    assert "language" not in client.cookies


def test_the_language_and_the_colours_of_a_person_are_kept(client, nadia):
    client.force_login(nadia)

    client.post("/auth/language/", {"language": "it", "next": "/desk/tickets/?view=all"})
    client.post("/auth/preferences/", {"theme": "dark", "next": "/"})

    nadia.refresh_from_db()
    assert (nadia.language, nadia.theme) == ("it", "dark")
    assert reverse("sign-in") == SIGN_IN


def test_a_fragment_of_somebody_signed_out_sends_its_page_to_the_door_and_back(client, world):
    answer = client.post(
        "/desk/calls/suggest/",
        {"text": "half a sentence"},
        headers={
            "HX-Request": "true",
            "HX-Current-URL": "http://testserver/desk/tickets/?view=late",
        },
    )

    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == (f"{SIGN_IN}?next=%2Fdesk%2Ftickets%2F%3Fview%3Dlate")
    assert not answer.content


def test_the_administration_has_no_door_of_its_own_where_nobody_counts(client, world):
    boss = factories.person("boss", role="administrator", password=PASSWORD)

    tried = client.post("/admin/login/?next=/admin/", {"username": "boss", "password": PASSWORD})

    assert tried.url.startswith("/auth/login/")
    assert "_auth_user_id" not in client.session
    client.force_login(boss)
    assert client.get("/admin/login/").url == "/admin/"
    client.force_login(world.nadia)
    assert client.get("/admin/login/").status_code == 403


def test_sessions_that_have_expired_are_forgotten_and_no_others(client, nadia):
    knock(client)
    old = SessionStore()
    old.set_expiry(-60)
    old.create()

    tasks.forget_sessions()

    assert not old.exists(old.session_key)
    assert client.get("/desk/tickets/").status_code == 200
