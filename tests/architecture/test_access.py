"""Every address has a row that says who may use it, and the row is proved by asking.

A new address without a row breaks the build. `access.json` beside this file is the table:
the name of the address, the method that is its own, and who may use it.
"""

import json
import logging
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts import actions as accounts
from accounts.models import Duty
from common import clock
from escalation import actions as escalation
from sla import actions as sla
from sla.models import Agreement
from tests import factories
from tests.factories import World, origin_of
from tickets import actions
from tickets.choices import HoldReason

TABLE: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent / "access.json").read_text(encoding="utf-8")
)
SIGNED_IN = {"stranger", "requester", "agent", "colleague", "lead", "auditor", "administrator"}
GROUPS = {
    "public": SIGNED_IN | {"visitor", "gone"},
    "signed-in": SIGNED_IN,
    # The page is about one ticket: its requester, and for some pages whoever sees or works on it.
    "requester": {"requester"},
    "who sees it": {"requester", "agent", "colleague", "lead", "auditor", "administrator"},
    "who works on it": {"agent", "lead", "administrator"},
    "requester or who works on it": {"requester", "agent", "lead", "administrator"},
    "desk": {"agent", "colleague", "lead", "auditor", "administrator"},
    "agents": {"agent", "colleague", "lead", "administrator"},
    "leads": {"lead", "administrator"},
    "administrators": {"administrator"},
}


def addresses() -> dict[str, list[str]]:
    """Return the name of every address with the names of its parameters; the admin is one."""
    return dict(_walk(get_resolver().url_patterns))


def _walk(patterns: list[Any]) -> Iterator[tuple[str, list[str]]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            known = pattern.pattern.regex.groupindex
            yield pattern.name or str(pattern.pattern), list(known)
        elif isinstance(pattern, URLResolver) and pattern.app_name == "admin":
            yield "admin:index", []
        else:
            yield from _walk(pattern.url_patterns)


@pytest.fixture
def people(world: World) -> dict[str, Any]:
    """Everybody the table speaks of; "gone" was deactivated while signed in."""
    return {
        "visitor": None,
        "gone": factories.person("gone", role="agent"),
        "stranger": world.stranger,
        "requester": world.sylvie,
        "agent": world.nadia,
        "colleague": world.mara,
        "lead": world.chiara,
        "auditor": factories.person("audra", role="auditor"),
        "administrator": world.beat,
    }


@pytest.fixture
def sessions(people: dict[str, Any]) -> dict[str, Client]:
    found = {}
    for who, person in people.items():
        found[who] = Client(raise_request_exception=False)
        if person is not None:
            found[who].force_login(person)
    people["gone"].is_active = False
    accounts.save_person(people["gone"], origin=factories.system())
    return found


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert set(addresses()) - set(TABLE) == set(), "say who may use it in access.json"
    assert set(TABLE) - set(addresses()) == set(), "an address that is gone"


def test_each_address_lets_in_whom_its_row_names_and_nobody_else(
    world: World, sessions: dict[str, Client], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL)  # hundreds of refusals are what is asked for
    keys = {"NADIA": world.nadia.pk}
    wrong = {}
    for name, row in TABLE.items():
        with transaction.atomic():
            ticket = _ticket(name, world)
            values = {
                "number": ticket.number, "metric": "resolution", "person_id": world.sylvie.pk,
                "reason": "part",
                "slug": "standard",
                **_of_calendar(name, world),
            }  # fmt: skip
            if row.get("makes"):
                values["pk"] = MAKERS[row["makes"]](world)
            path = reverse(name, kwargs={p: values[p] for p in addresses()[name] if p in values})
            let_in = {who for who in sessions if _gets_in(sessions[who], path, row, keys)}
            transaction.set_rollback(True)
        if let_in != GROUPS[row["who"]]:
            wrong[name] = {
                "also let in": sorted(let_in - GROUPS[row["who"]]),
                "kept out": sorted(GROUPS[row["who"]] - let_in),
            }

    assert wrong == {}


def _draft(world: World) -> int:
    return sla.make_draft("standard", origin=origin_of(world.beat)).pk


def _recalculation(world: World) -> int:
    draft = Agreement.objects.get(pk=_draft(world))
    replay = actions.publish(draft, open_too=True, origin=origin_of(world.beat))[1]
    assert replay is not None
    return replay.pk


def _duty(world: World) -> int:
    now = clock.now()
    duty = Duty(person=world.nadia, kind="absent", starts_at=now, ends_at=now + timedelta(days=1))
    return accounts.plan(duty, origin=origin_of(world.beat)).pk


# Rows that an address is about, beside the ticket; each returns the key.
MAKERS: dict[str, Callable[[World], int]] = {
    "draft": _draft, "recalculation": _recalculation, "duty": _duty,
    "team": lambda world: world.desk.pk,
}  # fmt: skip


def _of_calendar(name: str, world: World) -> dict[str, Any]:
    """What the addresses under a calendar need: one of its weeks, one of its days, a year."""
    if not name.startswith("calendar"):
        return {}
    new = sla.NewDay(on=date(2030, 1, 2), kind="closed")
    row = sla.add_days(world.office, new, origin=factories.system())[0]
    return {
        "slug": world.office.slug, "year": 2030, "day_id": row.pk,
        "version_id": world.office.versions.get().pk,
    }  # fmt: skip


def _ticket(name: str, world: World) -> Any:
    """Open a ticket of the requester's in the agent's team, as the row wants to find it."""
    new = actions.NewTicket(
        title="VPN", requester=world.sylvie, channel="portal", category=world.vpn
    )
    ticket = actions.open_ticket(new, origin=origin_of(world.sylvie))
    found = TABLE[name].get("ticket")
    if found == "resolved":
        actions.resolve(ticket.pk, resolution="x", origin=origin_of(world.nadia))
    elif found == "on hold":
        actions.hold(ticket.pk, reason=HoldReason.REQUESTER, origin=origin_of(world.nadia))
    elif found == "handed over":
        for by, team in ((world.nadia, world.network), (world.reto, world.desk)):
            escalation.hand_over(ticket.pk, team=team, reason="x", origin=origin_of(by))
    return ticket


def _gets_in(client: Client, path: str, row: dict[str, Any], keys: dict[str, int]) -> bool:
    """Ask and take back what it changed; being sent to another page is not being let in."""
    is_api = path.startswith("/api/")
    body = {name: keys.get(value, value) for name, value in row.get("body", {}).items()}
    posts = row.get("method") == "post"
    cookies = client.cookies.copy()  # leaving is one of the addresses
    with transaction.atomic():
        if posts:
            answer = client.post(
                path, body, **({"content_type": "application/json"} if is_api else {})
            )
        else:
            answer = client.get(path)
        transaction.set_rollback(True)
    client.cookies = cookies
    assert answer.status_code not in {405, 500}, path
    if posts and row.get("body"):
        assert answer.status_code not in {400, 409, 422}, (
            f"{path}: {answer.content.decode()[:400]}"
        )
    if answer.status_code == 302:
        is_away = "/login/" in answer["Location"] and "logout" not in path
        return not is_away and (posts or "redirects" in row)
    return answer.status_code not in {401, 403, 404}
