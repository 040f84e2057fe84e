"""The lead's Now: who may look, what it counts, and that every number leads to its list."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from escalation import actions as escalation
from tests import factories
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Ticket

NOW = "/lead/"


@pytest.fixture
def chiara(client, world):
    client.force_login(world.chiara)
    return world.chiara


@pytest.fixture
def at_once(world, new_ticket):
    """Open a ticket now, with a resolution target of so many seconds, day and night."""
    made = {}

    def make(seconds, **more):
        if seconds not in made:
            category = factories.category(f"within-{seconds}", world.vpn.service, world.desk)
            factories.agreement(
                f"within-{seconds}", 5, seconds={"resolution": seconds}, calendar=world.always,
                conditions={"category": [category.slug]},
            )  # fmt: skip
            made[seconds] = category
        return new_ticket(category=made[seconds], at=None, **more)

    return make


def block(page, name):
    found = re.search(rf'<section[^>]*id="{name}".*?</section>', page, re.S)
    return html.unescape(found[0])


def look(client, **query):
    return client.get(NOW, query).content.decode()


def test_leads_and_administrators_look_and_others_are_told_whom_to_ask(client, world):
    assert client.get(NOW).status_code == 302
    for person, status in [
        (world.chiara, 200), (world.beat, 200), (world.sylvie, 403), (world.nadia, 403),
    ]:  # fmt: skip
        client.force_login(person)
        assert client.get(NOW).status_code == status
        assert client.get(NOW, HTTP_HX_REQUEST="true").status_code == status
    assert "Ask the lead of your team." in client.get(NOW).content.decode()


def test_an_empty_desk_says_so(client, chiara):
    page = look(client)

    for sentence in (
        "Nothing breaches before", "Nothing is late.", "Every open ticket has somebody.",
        "There is no open ticket.", "None in the last 24 hours.",
    ):  # fmt: skip
        assert sentence in page


def test_what_breaches_in_the_next_hour_stands_first_in_the_order_of_time(client, chiara, at_once):
    later, sooner = at_once(3000), at_once(600)
    tomorrow = at_once(24 * 3600)

    soon = block(look(client), "lead-soon")

    assert soon.index(sooner.number) < soon.index(later.number)
    assert tomorrow.number not in soon
    until = timezone.localtime(timezone.now() + timedelta(hours=1))
    assert f"Nothing else before {until:%H:}" in soon


@pytest.mark.breaks_rows("moves an at-risk instant")
def test_every_open_ticket_is_counted_once_and_the_list_behind_agrees(
    client, world, chiara, at_once, new_ticket
):
    at_once(24 * 3600)
    risky = at_once(3600)
    Ticket.objects.filter(pk=risky.pk)  # at risk: its threshold has passed, its due has not
    risky.clocks.update(at_risk_at=timezone.now() - timedelta(seconds=1))
    at_once(1, by=world.nadia, channel="phone")
    paused = at_once(7200, by=world.nadia, channel="phone")
    actions.hold(paused.pk, reason=HoldReason.REQUESTER, origin=factories.origin_of(world.nadia))
    new_ticket(title="Nobody promised anything", category=_without_target(world), at=None)
    done = at_once(7200, by=world.nadia, channel="phone")
    actions.resolve(done.pk, resolution="Done.", origin=factories.origin_of(world.nadia))
    _wait_for_the_second()

    page = block(look(client), "lead-open")

    counted = dict(re.findall(r"clock=(\w+)\".*?now__number\" data-mark>(\d+)<", page, re.S))
    assert counted == {
        "on_track": "1",
        "at_risk": "1",
        "late": "1",
        "paused": "1",
        "no_target": "1",
    }
    for word, count in counted.items():
        rows = client.get("/desk/tickets/", {"view": "all", "clock": word}).content.decode()
        assert rows.count("data-row-link") == int(count), word


def test_the_load_is_sorted_by_name_and_shows_who_has_nothing(client, world, chiara, at_once):
    at_once(7200, by=world.nadia, channel="phone")
    at_once(7200)

    load = block(look(client), "lead-load")

    names = re.findall(r'assignee=(?:\d+|none)">([^<]+)</a>', load.split("Service Desk")[1])
    assert names[:3] == ["Chiara Chiarason", "Nadia Nadiason", "nobody"]


def test_a_team_can_be_looked_at_alone(client, world, chiara, at_once):
    ours = at_once(600)
    theirs = at_once(700)
    escalation.hand_over(
        theirs.pk, team=world.network, reason="Needs routing.",
        origin=factories.origin_of(world.nadia),
    )  # fmt: skip

    assert ours.number in look(client, team="service-desk")
    assert theirs.number not in look(client, team="service-desk")
    assert theirs.number in look(client, team="network")
    assert client.get(NOW, {"team": "nothing"}).status_code == 404


def test_what_breached_and_was_handed_over_is_shown_with_both_teams(
    client, world, chiara, at_once, new_ticket
):
    ticket = new_ticket(category=world.live, at=None)
    escalation.sweep(at=timezone.now() + timedelta(seconds=30))

    moved = block(look(client), "lead-moved")

    assert ticket.number in moved
    assert "Service Desk to Network" in moved


def test_a_lead_sees_no_ticket_of_a_sensitive_category_elsewhere(
    client, world, chiara, new_ticket
):
    hidden = new_ticket(category=world.payroll, title="My salary", at=None)

    page = look(client)

    assert hidden.number not in page
    assert "My salary" not in page
    assert "There is no open ticket." in page


@pytest.mark.breaks_rows("takes an assignee away")
def test_take_and_assign_are_offered_where_the_lead_works(client, world, chiara, at_once):
    ours, theirs = at_once(600), at_once(700)
    escalation.hand_over(
        theirs.pk, team=world.network, reason="Needs routing.",
        origin=factories.origin_of(world.nadia),
    )  # fmt: skip
    Ticket.objects.filter(pk=theirs.pk).update(assignee=None)

    page = look(client)

    assert f"/desk/tickets/{ours.number}/take/" in page
    assert f"/desk/tickets/{theirs.number}/take/" not in page


@pytest.mark.parametrize("count", [0, 5])
def test_it_costs_the_same_statements_however_much_there_is(
    client, world, chiara, at_once, count, django_assert_max_num_queries
):
    for _ in range(count):
        at_once(600)
    look(client)

    with django_assert_max_num_queries(12):
        look(client)


def test_the_fragment_is_the_blocks_alone(client, chiara):
    page = client.get(NOW, HTTP_HX_REQUEST="true").content.decode()

    assert page.lstrip().startswith('<div class="now" id="lead-blocks" data-topics="queue"')


def _without_target(world):
    service = type(world.vpn.service)(slug="odd", names=factories.names("odd"))
    from catalog import actions as catalog
    from sla import actions as sla
    from sla.models import Agreement

    catalog.save_service(service, teams=[world.desk], origin=factories.system())
    category = factories.category("odd", service, world.desk)
    nothing = Agreement(
        slug="none", names=factories.names("none"), order=1,
        conditions={"category": ["odd"]}, valid_from=factories.LONG_AGO,
    )  # fmt: skip
    sla.save(nothing, origin=factories.system())
    return category


def _wait_for_the_second():
    import time

    time.sleep(1.1)
