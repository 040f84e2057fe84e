"""The one filter set of tickets, as list and API ask it."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.moments import MONDAY_9
from tickets.filters import TicketFilter
from tickets.models import Ticket


@pytest.fixture
def found(world):
    """A function: what the filters of a URL find, as titles in order of opening."""

    def ask(**query):
        filters = TicketFilter(
            query, Ticket.objects.order_by("pk"), request=SimpleNamespace(user=world.nadia)
        )
        assert filters.is_valid(), filters.errors
        return [ticket.title for ticket in filters.qs]

    return ask


def test_words_of_the_title_are_found_in_any_order_and_accents_are_forgiven(new_ticket, found):
    new_ticket(title="Écran noir à la réception")
    new_ticket(title="Müller kann nicht drucken")
    new_ticket(title="100 % of the disk is full")

    assert found(q="reception ecran") == ["Écran noir à la réception"]
    assert found(q="MUELLER") == ["Müller kann nicht drucken"]
    assert found(q="reception drucken") == []
    assert found(q="%") == ["100 % of the disk is full"]


def test_a_number_is_found_whole_by_its_beginning_and_by_what_people_say(new_ticket, found):
    first, second = new_ticket(title="first"), new_ticket(title="Office 365 asks again")

    assert found(q=first.number) == ["first"]
    assert found(q=first.number[:4]) == ["first", "Office 365 asks again"]
    assert found(q=str(int(second.number[3:]))) == ["Office 365 asks again"]
    assert found(q="365") == ["Office 365 asks again"]


def test_assignee_is_a_person_me_or_none(world, new_ticket, found):
    new_ticket(title="mine", channel="phone", by=world.nadia)
    new_ticket(title="nobody's")

    assert found(assignee="me") == ["mine"]
    assert found(assignee=str(world.nadia.pk)) == ["mine"]
    assert found(assignee="none") == ["nobody's"]
    assert found(assignee=str(world.reto.pk)) == found(assignee="nonsense") == []


def test_repeated_values_are_alternatives_and_different_filters_all_hold(world, new_ticket, found):
    new_ticket(title="vpn")
    new_ticket(title="payroll", category=world.payroll)
    new_ticket(title="live", category=world.live, urgency="blocked")

    assert found(team=["service-desk", "facilities"]) == ["vpn", "payroll", "live"]
    assert found(team=["service-desk"], priority=["3"]) == ["live"]
    assert found(category=["payroll"]) == ["payroll"]
    assert found(status=["resolved"]) == []


def test_late_and_opened_cut_by_time(new_ticket, found):
    new_ticket(title="long ago", at=MONDAY_9)
    new_ticket(title="just now", at=None)

    assert found(late="true") == ["long ago"]
    assert found(late="false") == ["just now"]
    assert found(opened_before=(MONDAY_9 + timedelta(days=1)).isoformat()) == ["long ago"]


def test_a_word_of_no_filter_is_refused(world):
    filters = TicketFilter({"status": ["lost"]}, Ticket.objects.all())

    assert not filters.is_valid()
    assert "status" in filters.errors


@pytest.mark.parametrize("value", ["²", "9" * 5000])
def test_an_assignee_that_is_no_key_finds_nothing(new_ticket, found, value):
    new_ticket(title="first")

    assert found(assignee=value) == []
