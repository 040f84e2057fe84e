"""The description of the API: valid, committed, complete."""

import re
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import translation

from helpdesk import api_urls

FILE = Path(settings.BASE_DIR) / "docs/openapi.yaml"


@pytest.fixture(scope="module")
def made() -> str:
    out = StringIO()
    # A test before may have left this thread in its reader's language.
    with translation.override("en"):
        call_command("spectacular", "--validate", "--fail-on-warn", stdout=out)
    return out.getvalue()


def test_the_committed_file_is_what_the_code_says(made):
    assert made.strip() == FILE.read_text().strip(), "make it anew: see docs/api.md"


def test_the_served_description_is_the_same(made, db):
    answer = Client().get("/api/v1/schema/", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert yaml.safe_load(answer.content) == yaml.safe_load(made)


def _named(path: str) -> str:
    """Write a parameter as the description does, without its pattern."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", path)


def test_every_address_is_described_with_its_methods(made):
    paths = yaml.safe_load(made)["paths"]
    described = {(path, method) for path, found in paths.items() for method in found}

    expected = {("/api/v1/token/", "post"), ("/api/v1/forecast/", "get")}
    for _prefix, viewset, _name in api_urls.router.registry:
        expected |= {
            (f"/api/v1/tickets/{{number}}/{_named(verb.url_path)}/", method)
            for verb in viewset.get_extra_actions()
            for method in verb.mapping
        }
    expected |= {
        ("/api/v1/tickets/", "get"), ("/api/v1/tickets/", "post"),
        ("/api/v1/tickets/{number}/", "get"),
    }  # fmt: skip
    assert described == expected


def test_what_is_answered_has_the_fields_that_are_described(made, world, program):
    shapes = yaml.safe_load(made)["components"]["schemas"]
    answer = program(world.sylvie).post("tickets/", {"title": "x"}).json()

    assert list(answer) == list(shapes["TicketOut"]["properties"])
    row = program(world.sylvie).get("tickets/").json()["results"][0]
    assert list(row) == list(shapes["TicketRow"]["properties"])
    assert list(row["clocks"][0]) == list(shapes["ClockOut"]["properties"])
