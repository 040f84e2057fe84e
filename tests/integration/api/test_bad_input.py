"""The hand list of bad input, each value into each field that can be written: never a 500."""

import json

import pytest

from audit.models import Event
from tickets.models import Entry, Ticket

VALUES = {
    "nul": '"a\\u0000b"',
    "lone surrogate": '"\\ud800"',
    "2^63": "9223372036854775808",
    "minus one": "-1",
    "1e309": "1e309",
    "NaN": "NaN",
    "empty": '""',
    "blank": '" "',
    "list": "[]",
    "object": "{}",
    "null": "null",
    "true": "true",
    "huge": json.dumps("x" * 1_000_000),
    "many": json.dumps([0] * 65_536),
    "deep": "[" * 500 + "]" * 500,
    "very deep": "[" * 100_000 + "]" * 100_000,
    "no date": '"0000-00-00"',
    "last date": '"9999-12-31T23:59:59+14:00"',
    "first date": '"0001-01-01T00:00:00+14:00"',
    "lost hour": '"2026-03-29T02:30"',
    "wild offset": '"2026-03-29T12:30:00+25:00"',
    "bidi": '"\\u202egnp.exe \\u0300\\u0300\\u0300"',
    "many digits": "1" * 5000,
    "negative zero": "-0.0",
}
FIELDS = {
    "tickets/": {
        "title": '"x"', "description": '"x"', "requester": '"sylvie@example.org"',
        "category": '"vpn"', "impact": '"person"', "urgency": '"blocked"', "channel": '"api"',
    },
    "reply/": {"body": '"x"', "version": "1"},
    "note/": {"body": '"x"'},
    "take/": {"version": "1"},
    "assign/": {"assignee": "null", "version": "1"},
    "hold/": {"reason": '"scheduled"', "until": '"2099-01-01"', "note": '"x"', "version": "1"},
    "resolve/": {"resolution": '"x"', "version": "1"},
    "reopen/": {"reason": '"x"', "version": "1"},
    "close/": {"version": "1"},
    "cancel/": {"reason": '"x"', "version": "1"},
    "hand-over/": {
        "team": '"network"', "reason": '"x"', "trigger": '"skill"', "card": "{}", "version": "1",
    },
    "accept/": {"version": "1"},
    "refuse/": {"reason": '"x"', "version": "1"},
    "hand-back/": {"reason": '"x"', "version": "1"},
    "token/": {"username": '"sylvie"', "password": '"x"'},
}  # fmt: skip
CARD = ("symptom", "tried", "wanted", "reachable")
CASES = [(path, field) for path, fields in FIELDS.items() for field in fields]
ALLOWED = {200, 201, 400, 401, 403, 404, 409, 413, 415, 429}


@pytest.fixture
def nadia(world, program):
    return program(world.nadia)


def send(program, path, number, raw):
    path = path if path in ("tickets/", "token/") else f"tickets/{number}/{path}"
    data = raw if isinstance(raw, bytes) else raw.encode()
    return program.client.generic("POST", f"/api/v1/{path}", data, "application/json")


def rows():
    return Ticket.objects.count(), Entry.objects.count(), Event.objects.count()


@pytest.mark.parametrize(("path", "field"), CASES)
def test_no_value_in_any_field_breaks_anything(world, new_ticket, nadia, path, field):
    number = None
    for name, value in VALUES.items():
        # One that was changed by what was accepted is done with; what is refused changes nothing.
        number = number or new_ticket().number
        body = FIELDS[path] | {field: value}
        raw = "{" + ", ".join(f'"{key}": {given}' for key, given in body.items()) + "}"
        before = rows()

        answer = send(nadia, path, number, raw)

        assert answer.status_code in ALLOWED, (name, answer.status_code, answer.content[:300])
        assert b"Traceback" not in answer.content
        if answer.status_code >= 400:
            assert rows() == before, name
        else:
            number = None


@pytest.mark.parametrize("field", CARD)
def test_no_value_in_the_card_of_a_hand_over_breaks_anything(new_ticket, nadia, field):
    number = None
    for name, value in VALUES.items():
        raw = f'{{"team": "network", "reason": "x", "card": {{"{field}": {value}}}}}'
        number = number or new_ticket().number

        answer = send(nadia, "hand-over/", number, raw)

        assert answer.status_code in ALLOWED, (name, answer.status_code)
        number = number if answer.status_code >= 400 else None


WHOLE = {
    "empty": b"", "not json": b"title=x", "list": b"[]", "text": b'"x"', "null": b"null",
    "invalid utf-8": b'{"title": "\xff\xfe"}', "bom": b'\xef\xbb\xbf{"title": "x"}',
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00", "two megabytes": b" " * 2_000_000 + b"{}",
    "cut short": b'{"title": "x', "deep": b'{"a":' * 50_000,
    "double": b'{"title": "x", "title": "y"}',
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_no_body_breaks_anything(world, nadia, name):
    answer = send(nadia, "tickets/", "", WHOLE[name])

    good = name in ("bom", "double")
    assert answer.status_code == (201 if good else 413 if name == "two megabytes" else 400)
    assert Ticket.objects.count() == good


@pytest.mark.parametrize(
    ("kind", "status"),
    [("text/plain", 415), ("application/x-www-form-urlencoded", 415), ("", 415),
     ("multipart/form-data", 415), ("application/xml", 415),
     *((f"application/json; charset={name}", 400)
       for name in ("utf-16", "zlib", "hex", "rot13", "bz2", "no-such", "utf-7"))],
)  # fmt: skip
def test_the_wrong_kind_of_body_is_refused(world, nadia, kind, status):
    body = b'{"title": "x"}' if status == 415 else '{"title": "\u00e9"}'.encode("utf-16")

    answer = nadia.client.generic("POST", "/api/v1/tickets/", body, kind)

    assert answer.status_code == status
    assert not Ticket.objects.exists()


def test_the_charset_of_the_header_cannot_break_what_is_utf_8(world, nadia):
    for name in ("zlib", "hex", "utf-16", "no-such"):
        answer = nadia.client.generic(
            "POST", "/api/v1/tickets/", '{"title": "é"}'.encode(),
            f"application/json; charset={name}",
        )  # fmt: skip
        assert answer.status_code == 201, name
        assert answer.json()["title"] == "é"


@pytest.mark.parametrize(
    "path",
    ["tickets/%00/", "tickets/26-00001%00/", "tickets/..%2f/", "tickets/%ff/", "tickets/x' OR 1/",
     "tickets/" + "9" * 2000 + "/", "TICKETS/", "tickets//", "nothing/"],
)  # fmt: skip
def test_an_address_of_nothing_is_404(world, nadia, path):
    assert nadia.client.get(f"/api/v1/{path}").status_code == 404


def test_ten_thousand_words_in_a_query_are_refused(world, nadia):
    query = "&".join(f"a{n}=1" for n in range(10_000))

    assert nadia.client.get(f"/api/v1/tickets/?{query}").status_code == 400
