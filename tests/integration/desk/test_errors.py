"""The pages of what went wrong."""

from html import unescape

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import Client, RequestFactory, override_settings
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext

from common.errors import StaleRecord
from desk.views import errors


def broken(request):
    raise RuntimeError("secret words")


def away(request):
    raise OperationalError("no connection")


def slow(request):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 20")
        cursor.execute("SELECT pg_sleep(1)")
    return HttpResponse()


def stale(request):
    raise StaleRecord("26-00001", ["title"])


def refused(request):
    raise PermissionDenied("This belongs to the parts store. Ask Ada.")


urlpatterns = [
    path("broken/", broken),
    path("api/broken/", broken),
    path("away/", away),
    path("slow/", slow),
    path("stale/", stale),
    path("refused/", refused),
    path("", broken, name="ticket-list"),
    path("auth/a", broken, name="sign-in"),
    path("auth/b", broken, name="sign-out"),
    path("auth/c", broken, name="language-set"),
    path("auth/d", broken, name="preferences-set"),
]
handler400, handler403 = errors.bad_request, errors.forbidden
handler404, handler500 = errors.not_found, errors.server_error


@pytest.fixture
def visit(world):
    client = Client(raise_request_exception=False)
    client.force_login(world.nadia)

    def at(address):
        with override_settings(ROOT_URLCONF=__name__):
            return client.get(address)

    return at


def test_a_failure_says_what_is_safe_and_gives_a_code_and_a_phone_number(visit):
    answer = visit("/broken/")
    page = answer.content.decode()

    assert answer.status_code == 500
    assert answer.headers["X-Trace"] in page
    assert "Nothing was lost." in page
    assert "+41 21 555 40 00" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert "secret words" not in page


def test_without_its_database_the_desk_says_that_it_comes_back(visit):
    answer = visit("/away/")

    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert "It will be back in a few minutes." in answer.content.decode()


@pytest.mark.breaks_rows("leaves the transaction aborted")
def test_one_slow_statement_is_a_failure_and_not_a_desk_that_is_away(visit):
    assert visit("/slow/").status_code == 500


def test_a_refusal_keeps_its_own_words(visit):
    answer = visit("/refused/")

    assert answer.status_code == 403
    assert "This belongs to the parts store. Ask Ada." in answer.content.decode()


def test_a_rule_that_no_view_expected_is_a_page_and_not_a_failure(visit):
    answer = visit("/stale/")

    assert answer.status_code == 409
    assert "26-00001 was changed in the meantime." in answer.content.decode()


def test_an_address_without_a_page_does_not_tell_more(visit):
    answer = visit("/nothing/<script>")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()


def test_programs_get_json(visit):
    answer = visit("/api/broken/")

    assert answer.status_code == 500
    assert answer.json()["trace"] == answer.headers["X-Trace"]


def test_a_form_that_was_open_too_long_says_so(world):
    client = Client(enforce_csrf_checks=True)

    answer = client.post("/auth/login/", {"username": "a", "password": "b"})

    assert answer.status_code == 403
    assert "This form was open too long" in answer.content.decode()


def test_who_is_not_known_yet_reads_a_failure_in_the_language_of_their_browser(world):
    request = RequestFactory().get("/", headers={"Accept-Language": "fr"})

    with translation.override("it"):  # of whom this thread served before
        page = errors.server_error(request).content.decode()

    with translation.override("fr"):
        assert gettext("Something failed on our side") in unescape(page)
