"""Who sees what: the filter of lists and the test of one row are one rule, for everybody."""

import itertools

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Membership, Person
from escalation import actions as escalation
from search.folding import fold, words
from tests import factories
from tests.factories import World, origin_of
from tests.moments import MONDAY_9
from tests.property.engine_cases import examples
from tickets import actions, permissions
from tickets.models import Ticket

QUICK = settings(max_examples=examples(40), deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture
def desk(world: World, new_ticket) -> World:
    """Tickets in every relation to people: requested, assigned, followed up, sensitive, moved."""
    factories.person("audra", role="auditor")
    factories.person("boss", role="administrator")
    old = factories.person("old", role="agent", is_active=False)
    factories.accounts.save(Membership(team=world.desk, person=old), origin=factories.system())
    requesters = (world.sylvie, world.stranger, world.nadia, world.mara)
    for requester, category in itertools.product(
        requesters, (world.vpn, world.payroll, world.live)
    ):
        ticket = new_ticket(requester=requester, category=category, by=world.beat)
        if category == world.live:
            actions.take(ticket.pk, origin=origin_of(world.chiara, MONDAY_9))
            escalation.hand_over(
                ticket.pk, team=world.network, reason="x", origin=origin_of(world.nadia, MONDAY_9)
            )
        if category == world.payroll and requester == world.sylvie:
            escalation.hand_over(
                ticket.pk, team=world.desk, reason="x", origin=origin_of(world.mara, MONDAY_9)
            )
            actions.take(ticket.pk, origin=origin_of(world.chiara, MONDAY_9))
            escalation.hand_over(
                ticket.pk, team=world.other, reason="x", origin=origin_of(world.chiara, MONDAY_9)
            )
    return world


def everybody() -> list[object]:
    return [AnonymousUser(), *Person.objects.all()]


def check_everybody() -> None:
    for person in everybody():
        listed = set(Ticket.objects.visible_to(person).values_list("pk", flat=True))
        for ticket in Ticket.objects.select_related("category", "team"):
            sees = permissions.can_see(person, ticket)
            assert sees == (ticket.pk in listed), (person, ticket)
            works = permissions.can_work(person, ticket)
            inside = permissions.can_see_internal(person, ticket)
            for may in (
                permissions.can_work, permissions.can_note, permissions.can_answer,
                permissions.can_reopen, permissions.can_close, permissions.can_cancel,
                permissions.can_see_internal,
            ):  # fmt: skip
                assert sees or not may(person, ticket), (may.__name__, person, ticket)
            role = getattr(person, "role", "")
            assert not (inside and role not in {"agent", "auditor", "administrator"})
            assert not (works and role not in {"agent", "administrator"})
            assert inside or not works


def test_a_list_shows_exactly_what_may_be_seen(desk: World) -> None:
    check_everybody()

    shown = {
        str(getattr(p, "username", None) or "visitor"): Ticket.objects.visible_to(p).count()
        for p in everybody()
    }
    assert shown["visitor"] == shown["old"] == 0
    assert shown["audra"] == shown["boss"] == Ticket.objects.count()
    assert shown["stranger"] == 3


def test_whatever_teams_roles_and_assignments_list_and_row_agree(desk: World) -> None:
    teams = [desk.desk, desk.network, desk.other]
    people = list(Person.objects.exclude(pk=desk.beat.pk))
    tickets = list(Ticket.objects.all())

    @settings(QUICK, max_examples=examples(15))
    @given(
        st.lists(st.tuples(st.sampled_from(people), st.sampled_from(teams)), max_size=6),
        st.dictionaries(
            st.sampled_from(people),
            st.tuples(
                st.sampled_from(["requester", "agent", "auditor", "administrator"]), st.booleans()
            ),
            max_size=4,
        ),
        st.dictionaries(
            st.sampled_from(tickets),
            st.tuples(st.sampled_from([None, *people]), st.sampled_from([None, *people])),
            max_size=6,
        ),
    )
    def law(memberships, roles, holders) -> None:
        with transaction.atomic():
            # Straight into the rows: also what no action would make must not leak.
            for person, team in memberships:
                Membership.objects.get_or_create(person=person, team=team)
            for person, (role, is_active) in roles.items():
                Person.objects.filter(pk=person.pk).update(role=role, is_active=is_active)
            for ticket, (assignee, follow_up) in holders.items():
                Ticket.objects.filter(pk=ticket.pk).update(assignee=assignee, follow_up=follow_up)
            check_everybody()
            transaction.set_rollback(True)

    law()


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cn", "Co"], exclude_characters="\x00"))
LATIN = st.text("aàâäeéèêëiîïoôöuùûüçñßœæøłđÅÉØŒÆẞŸ '-.@0123ﬁ½①½ÀÇ", max_size=30)


@pytest.mark.django_db
def test_folding_in_the_database_equals_folding_in_python() -> None:
    @settings(QUICK, max_examples=examples(150))
    @given(TEXTS | LATIN)
    def law(text) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT fold(%s)", [text])
            assert cursor.fetchone()[0] == fold(text)

    law()


@pytest.mark.django_db
def test_every_letter_of_unicode_folds_alike_on_both_sides() -> None:
    import unicodedata

    letters = [
        chr(code)
        for code in range(1, 0x3000)
        if unicodedata.category(chr(code)) not in {"Cs", "Cn", "Co"}
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT letter, fold(letter) FROM unnest(%s::text[]) AS letter", [letters])
        different = {
            f"U+{ord(letter):04X} {letter}": (folded, fold(letter))
            for letter, folded in cursor.fetchall()
            if folded != fold(letter)
        }

    assert different == {}


def test_folding_twice_changes_nothing_and_words_are_folded() -> None:
    @QUICK
    @given(TEXTS | LATIN)
    def law(text) -> None:
        assert fold(fold(text)) == fold(text)
        assert all(word == fold(word) for word in words(text))

    law()
