"""The page of the reasons for holds: everybody at the desk reads, administrators change."""

import pytest

from audit.models import Event
from common.errors import InvalidInput
from sla import actions as sla
from sla.models import PauseReason
from sla.queries import policy
from tests.factories import origin_of, person, system
from tickets import actions
from tickets.models import Hold

NAMES = {"name_en": "a delivery", "name_fr": "une livraison", "name_de": "eine Lieferung",
         "name_it": "una consegna"}  # fmt: skip
BUILT_IN = ["requester", "supplier", "part", "change", "approval", "scheduled", "problem"]


def order():
    return [reason.slug for reason in policy().offered_reasons]


def test_the_page_says_what_each_reason_asks_for_ends_with_and_stops(world, client):
    sla.save_reason(
        "part", values={"max_seconds": 40 * 3600, "needs_message": True}, origin=system()
    )
    client.force_login(person("eve", role="auditor"))

    text = client.get("/setup/reasons/").content.decode()

    row = text[text.index(">a part<") : text.index(">a change<")]
    assert "must be given" in row
    assert "is told" in row
    assert "40" in row
    assert (
        "when the caller answers" in text[text.index(">the caller<") : text.index(">a supplier<")]
    )
    cells = text[text.index('id="reason-clocks"') :]
    caller = cells[cells.index(">the caller<") : cells.index(">a supplier<")]
    supplier = cells[cells.index(">a supplier<") : cells.index(">a part<")]
    assert caller.count("<td>fix</td>") == 2
    assert "fix" not in supplier
    assert "<form" not in text[text.index('id="main"') : text.index('id="reason-clocks"')]


def test_an_administrator_adds_a_reason_and_the_desk_can_use_it_at_once(world, new_ticket, beat):
    answer = beat.post("/setup/reasons/new/", NAMES | {"wakes_on_date": "on", "longest": "40 h"})

    assert answer.status_code == 302
    assert order() == [*BUILT_IN, "a-delivery"]
    ticket = new_ticket(at=None)
    actions.hold(ticket.pk, reason="a-delivery", origin=origin_of(world.nadia))
    assert Hold.objects.get().wake_at is not None
    assert Event.objects.filter(verb="pausereason.created").count() == 1


def test_two_reasons_of_one_name_get_different_short_names_and_none_of_ours(beat, world):
    for name in ("a delivery", "a delivery", "Resolved", "§"):
        beat.post("/setup/reasons/new/", NAMES | {"name_en": name})

    assert order()[7:] == ["a-delivery", "a-delivery-2", "resolved-2", "reason"]


def test_what_is_wrong_is_named_and_what_was_typed_comes_back(beat, world):
    for longest in ("a while", "40", "0 h", "9000 h"):
        answer = beat.post("/setup/reasons/new/", NAMES | {"name_it": " ", "longest": longest})

        text = answer.content.decode()
        assert answer.status_code == 422
        assert "Give a name in each language." in text
        assert f'value="{longest}"' in text
        assert 'value="une livraison"' in text
        assert text.count('aria-invalid="true"') == 2
    assert PauseReason.objects.count() == 7


def test_a_reason_of_the_product_keeps_what_it_is_for(beat, world):
    from_form = beat.post("/setup/reasons/requester/", NAMES | {"longest": "", "needs_date": "on"})

    assert from_form.status_code == 302
    row = PauseReason.objects.get(slug="requester")
    assert (row.wakes_on_answer, row.needs_date, row.names["de"]) == (
        True, False, "eine Lieferung",
    )  # fmt: skip
    beat.post("/setup/reasons/requester/retire/")
    assert PauseReason.objects.get(slug="requester").is_active
    with pytest.raises(InvalidInput):
        sla.save_reason("scheduled", values={"needs_date": False}, origin=system())


def test_a_reason_in_use_is_retired_and_what_waits_goes_on_waiting(world, new_ticket, beat):
    ticket = new_ticket(at=None)
    actions.hold(ticket.pk, reason="problem", origin=origin_of(world.nadia))

    beat.post("/setup/reasons/problem/retire/")

    assert "problem" not in order()
    assert Hold.objects.filter(reason="problem", ended_at=None).count() == 1
    assert "a problem to be solved" in beat.get(ticket.get_absolute_url()).content.decode()
    beat.post("/setup/reasons/problem/retire/", {"again": "1"})
    assert "problem" in order()


def test_the_order_is_changed_place_by_place_and_the_ends_stay(beat, world):
    beat.post("/setup/reasons/part/move/", {"to": "up"})
    assert order()[:3] == ["requester", "part", "supplier"]
    beat.post("/setup/reasons/requester/move/", {"to": "up"})
    beat.post("/setup/reasons/part/move/", {"to": "down"})

    assert order() == BUILT_IN


def test_nobody_else_changes_a_reason_and_is_told_whom_to_ask(world, client):
    client.force_login(world.nadia)

    for path in ("new/", "part/", "part/move/", "part/retire/"):
        answer = client.post(f"/setup/reasons/{path}", NAMES)
        assert answer.status_code == 403
    assert client.get("/setup/reasons/").status_code == 200
    client.force_login(world.sylvie)
    assert client.get("/setup/reasons/").status_code == 403
    assert client.get("/setup/reasons/nothing/").status_code == 403
    client.force_login(world.beat)
    assert client.get("/setup/reasons/nothing/").status_code == 404
