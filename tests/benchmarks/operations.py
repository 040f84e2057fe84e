"""What is measured over HTTP: operations of the product beside the floor's, with targets."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from django.test import Client as InProcess
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from common import pulse
from tests.benchmarks import data, floor_settings
from tests.benchmarks.load import Ask

TEXT = "The VPN of the ward drops every ten minutes since this morning."


@dataclass(frozen=True)
class Operation:
    """One thing people or programs do; ratio: the target, product by floor."""

    name: str
    product: Ask
    floor: Ask | None
    ratio: float | None = None
    lead: bool = False


def operations(numbers: list[str], token: str, callers: list[int]) -> list[Operation]:
    """Return the operations on some tickets, with one token and some callers."""
    program = {"Authorization": f"Token {token}", "Cookie": ""}
    feed = pulse.feed_token(["queue", "ticket:1"])

    def of_ticket(path: str) -> Callable[[int], str]:
        return lambda n: path.format(numbers[n % len(numbers)])

    def pair(name: str, product: Ask, floor: Ask | None, ratio: float | None = None) -> Operation:
        return Operation(name, product, floor, ratio)

    return [
        pair("queue, 50 rows by deadline", Ask("/desk/tickets/?view=team"), Ask("/tickets/"), 2.0),
        pair(
            "ticket page", Ask(of_ticket("/desk/tickets/{}/")), Ask(of_ticket("/tickets/{}/")), 2.3
        ),
        pair(
            "open a ticket (call card)",
            Ask("/desk/calls/new/", form=_call(callers)),
            Ask("/tickets/new/", form=_words),
            2.2,
        ),
        pair(
            "reply",
            Ask(of_ticket("/desk/tickets/{}/reply/"), form=_reply),
            Ask(of_ticket("/tickets/{}/reply/"), form=_reply),
            2.0,
        ),
        pair(
            "REST list, 50",
            Ask("/api/v1/tickets/", headers=program),
            Ask("/api/tickets/", headers=program),
            2.3,
        ),
        pair(
            "REST create",
            Ask("/api/v1/tickets/", body=_ticket, headers=program),
            Ask("/api/tickets/", body=_ticket, headers=program),
            2.2,
        ),
        Operation("now (the lead's page)", Ask("/lead/"), Ask("/now/"), 2.3, lead=True),
        Operation("forecast (kept for five minutes)", Ask("/lead/forecast/"), None, lead=True),
        pair("caller search", Ask("/desk/people/search/?q=rossi"), Ask("/people/?q=rossi")),
        pair(
            "suggestions on the call card", Ask("/desk/calls/suggest/", form=_call(callers)), None
        ),
        pair("pulse, nothing new", Ask(f"/pulse/?t={feed}&v=0.0"), None),
    ]


def statements(operation: Operation, *, session: str, on_floor: bool) -> int:
    """Return how many statements one answer takes, counted in this process."""
    from django.conf import settings
    from django.db import connection

    ask = operation.floor if on_floor else operation.product
    if ask is None:
        return 0
    settings_of_floor = {
        "ROOT_URLCONF": floor_settings.ROOT_URLCONF,
        "MIDDLEWARE": floor_settings.MIDDLEWARE,
        "TEMPLATES": floor_settings.TEMPLATES,
    }
    with override_settings(**(settings_of_floor if on_floor else {})):
        client = InProcess(SERVER_NAME="127.0.0.1")
        client.cookies[settings.SESSION_COOKIE_NAME] = session
        _send(client, ask)  # the policy and other things kept in memory are read once
        with CaptureQueriesContext(connection) as captured:
            _send(client, ask)
    words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(words) for query in captured.captured_queries)


def _send(client: InProcess, ask: Ask) -> None:
    extra = {"headers": {k: v for k, v in ask.headers.items() if k != "Cookie"}}
    if ask.form is not None:
        answer = client.post(ask.address(0), ask.form(0), **extra)
    elif ask.body is not None:
        answer = client.post(ask.address(0), ask.body(0), content_type="application/json", **extra)
    else:
        answer = client.get(ask.address(0), **extra)
    if answer.status_code not in ask.expect:
        raise RuntimeError(f"{ask.address(0)}: {answer.status_code} {answer.content[:300]!r}")


def _call(callers: list[int]) -> Callable[[int], dict[str, str]]:
    return lambda n: {
        "caller": str(callers[n % len(callers)]), "text": f"{TEXT} {n}", "category": "bench-month",
        "channel": "phone", "impact": "person", "urgency": "hindered", "then": "save",
    }  # fmt: skip


def _words(number: int) -> dict[str, str]:
    return {"text": f"{TEXT} {number}"}


def _reply(number: int) -> dict[str, str]:
    return {"body": f"We look into it. {number}", "then": ""}


def _ticket(number: int) -> str:
    return json.dumps({"title": f"{TEXT} {number}", "category": "bench-month"})


def sessions(desk: data.Desk) -> dict[bool, str]:
    """Sign the agent and the lead in; the key says whether it is the lead's session."""
    return {False: _session(desk.agent), True: _session(desk.lead)}


def _session(person: data.Person) -> str:
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    store = SessionStore()
    store[SESSION_KEY] = str(person.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = person.get_session_auth_hash()
    store.create()
    return str(store.session_key)
