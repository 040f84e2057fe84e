"""Holds by programs: which reasons there are is answered with the refusal."""

from datetime import UTC, datetime

from accounts import actions as accounts
from accounts.models import Organisation
from sla import actions as sla
from sla.models import PauseReason
from tests.factories import system
from tickets.models import Entry, Hold

SOON = datetime(2099, 1, 4, 8, tzinfo=UTC)


def reason(slug, **values):
    row = PauseReason.objects.get(slug=slug)
    for name, value in values.items():
        setattr(row, name, value)
    sla.save(row, origin=system())


def test_the_api_names_the_reasons_one_may_choose(world, program, new_ticket):
    supplier = Organisation(name="Alpenprint", slug="alpenprint", kind="supplier")
    accounts.save(supplier, origin=system())
    number = new_ticket(at=None).number
    reason("change", is_active=False)
    reason("part", needs_message=True)
    nadia = program(world.nadia)
    path = f"tickets/{number}/hold/"

    retired = nadia.post(path, {"reason": "change"})
    unknown = nadia.post(path, {"reason": "resolved"})
    untold = nadia.post(path, {"reason": "part", "until": SOON.isoformat()})
    nobody = nadia.post(path, {"reason": "supplier", "until": SOON.isoformat(), "supplier": "x"})
    wrong = nadia.post(path, {"reason": "requester", "supplier": "alpenprint"})
    good = nadia.post(
        path,
        {"reason": "supplier", "until": SOON.isoformat(), "supplier": "alpenprint",
         "message": "They come on Monday."},
    )  # fmt: skip

    for answer in (retired, unknown):
        assert answer.status_code == 400
        assert "requester, supplier, part, approval" in answer.content.decode()
    assert [a.status_code for a in (untold, nobody, wrong)] == [400] * 3
    assert good.json()["status"] == "on_hold"
    assert Hold.objects.get().supplier == supplier
    assert Entry.objects.filter(body="They come on Monday.").count() == 1
