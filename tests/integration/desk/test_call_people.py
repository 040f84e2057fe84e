"""Looking for a caller: by any part of a name, by any spelling of a number."""

import re

import pytest

from accounts import actions as accounts
from tests import factories

SEARCH = "/desk/people/search/"


@pytest.fixture
def found(client, world):
    client.force_login(world.nadia)

    def search(text):
        page = client.get(SEARCH, {"q": text}).content.decode()
        return re.findall(r'data-text="([^"]*)"', page)

    return search


def add(given, family, *, phone=None, **more):
    person = factories.person(
        f"{given}-{family}".lower(), given_name=given, family_name=family, **more
    )
    if phone:
        accounts.save_person(person, origin=factories.system(), phones=((phone, "desk"),))
    return person


def test_the_family_name_counts_before_the_given_name_and_leavers_come_last(found):
    add("Anne", "Morel", is_active=False)
    add("Moritz", "Weber")
    add("Sylvie", "Moret")
    add("Luca", "Moretti")

    assert found("mor") == [
        "Moret Sylvie", "Moretti Luca", "Weber Moritz", "Morel Anne", "mor", "Anonymous caller",
    ]  # fmt: skip
    assert found("moret")[0] == "Moret Sylvie"


def test_who_called_lately_and_who_is_near_comes_first(found, world, new_ticket):
    add("Ada", "Berger")
    add("Bea", "Berger", site=world.nadia.site)
    caller = add("Zoe", "Berger")
    new_ticket(requester=caller, by=world.nadia, channel="phone", at=None)

    assert found("berger")[:3] == ["Berger Zoe", "Berger Bea", "Berger Ada"]


@pytest.mark.parametrize(
    "text", ["muller", "mueller", "Müller", "MÜLLER h", "hélène", "helene mull", "3.12"]
)
def test_accents_and_umlauts_are_forgiven(found, text):
    add("Hélène", "Müller", room="3.12")

    assert found(text)[0] == "Müller Hélène"


@pytest.mark.parametrize(
    "text", ["4127", "41 27", "021 555 41 27", "+41 21 555 41 27", "0215554127", "0041215554127"]
)
def test_a_number_is_found_in_any_spelling(found, text):
    add("Sylvie", "Moret", phone="+41215554127")

    assert found(text)[0] == "Moret Sylvie"


def test_one_letter_finds_nobody_and_no_match_offers_a_new_person(found):
    assert found("s") == ["s", "Anonymous caller"]
    assert found("nobody at all") == ["nobody at all", "Anonymous caller"]
    assert found("") == ["Anonymous caller"]
    assert found("\0") == ["Anonymous caller"]


def test_at_most_eight_are_shown(found):
    for number in range(12):
        add(f"Given{number}", "Same")

    assert len(found("same")) == 8 + 2


def test_names_cannot_break_out_of_the_page(client, found):
    add("<b>", '"><script>')

    page = client.get(SEARCH, {"q": "script"}).content.decode()

    assert "<script>" not in page
    assert client.get(SEARCH, {"q": '"><script>alert(1)'}).content.decode().count("<script>") == 0


def test_a_search_costs_four_statements(client, found, django_assert_num_queries):
    add("Sylvie", "Moret", phone="+41215554127")

    with django_assert_num_queries(4):
        client.get(SEARCH, {"q": "more"})
