"""Tokens: made out of a password, shown once, refused when unknown, old or somebody's who left."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import ApiToken
from audit.models import Event
from tests import factories

PASSWORD = "a-long-password-of-sylvie"


@pytest.fixture
def sylvie(world):
    caches["strict"].clear()
    return factories.person("sylvie.two", password=PASSWORD)


def ask(username: object, password: object):
    return Client().post(
        "/api/v1/token/", {"username": username, "password": password}, "application/json"
    )


@pytest.mark.parametrize("login", ["sylvie.two", "SYLVIE.TWO@example.org"])
def test_a_name_or_an_address_and_the_password_give_a_token_that_works(sylvie, login):
    answer = ask(login, PASSWORD)

    assert answer.status_code == 200
    token = answer.json()["token"]
    listed = Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {token}"})
    assert (listed.status_code, listed.json()) == (200, {"results": [], "next": None})
    stored = ApiToken.objects.get(person=sylvie)
    assert token not in (stored.digest, stored.prefix)
    event = Event.objects.get(verb="person.token_issued")
    assert (event.actor, event.channel) == (sylvie, "api")
    assert token not in str(event.changes)


@pytest.mark.parametrize(
    ("login", "password"), [("sylvie.two", "wrong"), ("nobody", PASSWORD), ("sylvie.two", " ")]
)
def test_whatever_is_wrong_the_answer_is_the_same(sylvie, login, password):
    answer = ask(login, password)

    assert answer.status_code == 400
    assert answer.json() == {
        "detail": "That mail and password do not match. Try again or reset the password.",
        "code": "sign_in_refused",
    }
    assert not ApiToken.objects.exists()


def test_somebody_who_left_gets_no_token_and_an_old_one_ends(sylvie):
    token = ask("sylvie.two", PASSWORD).json()["token"]
    sylvie.is_active = False
    sylvie.save(update_fields=["is_active"])

    assert ask("sylvie.two", PASSWORD).status_code == 400
    answer = Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 401


def test_a_token_ends_after_a_year(sylvie):
    token = ask("sylvie.two", PASSWORD).json()["token"]
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    answer = Client().get("/api/v1/tickets/", headers={"Authorization": f"Token {token}"})

    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


@pytest.mark.parametrize(
    "header", ["Token", "Token a b", "Token unknown", "Token \xe9", "Bearer x", "Token \x00"]
)
def test_a_header_that_is_no_token_is_401(sylvie, header):
    answer = Client().get("/api/v1/tickets/", headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Token"


def test_the_ninth_wrong_password_is_not_even_compared(sylvie):
    for _attempt in range(8):
        assert ask("sylvie.two", "wrong").status_code == 400

    answer = ask("sylvie.two", PASSWORD)

    assert answer.status_code == 429
    assert answer.json()["code"] == "too_many_attempts"
    assert not ApiToken.objects.exists()


@pytest.mark.parametrize("value", [None, [], {}, True, "", "x" * 2000, "a\x00b", 1e300])
def test_what_is_no_password_is_a_bad_request(sylvie, value):
    assert ask("sylvie.two", value).status_code == 400
    assert ask(value, PASSWORD).status_code == 400


def test_a_session_without_the_form_token_changes_nothing(sylvie, world):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.sylvie)

    answer = browser.post("/api/v1/tickets/", {"title": "x"}, "application/json")

    assert answer.status_code == 403


@pytest.mark.django_db(transaction=True)
def test_programs_that_start_together_each_get_their_token():
    caches["strict"].clear()
    person = factories.person("robot", password=PASSWORD)

    def start(_number: int) -> int:
        try:
            return ask("robot", PASSWORD).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(start, range(6)))

    assert answers == [200] * 6
    assert ApiToken.objects.filter(person=person).count() == 6
