"""What is sent twice makes one ticket: the form, the request, and two of them at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections

from common.errors import InvalidInput
from tests.factories import origin_of
from tickets import actions, tasks
from tickets.models import Submission, Ticket


def ask(world, key, title="VPN drops", by=None):
    person = by or world.sylvie
    new = actions.NewTicket(title=title, requester=person, channel="portal", category=world.vpn)
    return actions.open_ticket(new, origin=origin_of(person), key=key)


def test_the_same_key_of_the_same_person_is_the_same_ticket(world):
    first = ask(world, "k1")

    assert ask(world, "k1") == first
    assert ask(world, "k1", by=world.stranger) != first
    assert ask(world, "k2") != first
    assert ask(world, "") != ask(world, "")
    assert Ticket.objects.count() == 5


def test_what_was_refused_can_be_sent_again_under_its_key(world):
    with pytest.raises(InvalidInput):
        ask(world, "k1", title=" ")

    assert ask(world, "k1").title == "VPN drops"


@pytest.mark.parametrize("key", ["k" * 89, "a\0b"])
def test_a_key_that_cannot_be_kept_is_refused_with_words(world, key):
    with pytest.raises(InvalidInput, match="80 characters"):
        ask(world, key)

    assert not Ticket.objects.exists()


def test_the_key_of_a_form_is_of_its_words_too(world):
    one, other = (actions.key_of("portal", "form", text) for text in ("a", "b"))

    assert one != other
    assert one == actions.key_of("portal", "form", "a")
    assert actions.key_of("portal", "", "a") == ""


def test_after_a_week_it_is_forgotten(world):
    ask(world, "old")
    ask(world, "new")
    row = Submission.objects.get(key="old")
    Submission.objects.filter(pk=row.pk).update(at=row.at - timedelta(days=8))

    tasks.forget_submissions()

    assert [s.key for s in Submission.objects.all()] == ["new"]


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_time_make_one_ticket(world):
    def sent(_n):
        try:
            return ask(world, "same").number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as threads:
        numbers = set(threads.map(sent, range(6)))

    assert len(numbers) == 1
    assert Ticket.objects.count() == 1
