"""The administration: reference data is saved by actions, everything else is only read."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts import actions as accounts
from accounts.models import ApiToken, Membership, Person, Team
from audit.models import Event
from catalog.models import Category, Service
from common.admin import ReadOnlyAdmin, ReferenceAdmin
from escalation import actions as escalation
from notifications.models import Message
from tests import factories
from tests.moments import MONDAY_9
from tickets.models import Ticket

REFERENCE = [
    "accounts.person", "accounts.team", "accounts.organisation", "accounts.site",
    "accounts.skill", "accounts.duty", "catalog.service", "catalog.category",
    "sla.sitecalendar", "sla.teamcalendar", "tickets.prioritycell",
]  # fmt: skip
READ_ONLY = [
    "sla.calendar",
    "accounts.apitoken", "audit.event", "notifications.message", "escalation.handover",
    "escalation.firing", "escalation.forecasttrial", "escalation.handlingtime",
    "tickets.ticket", "tickets.entry", "tickets.hold", "tickets.clock",
    "sla.agreement", "sla.target",
]  # fmt: skip


def url(label, page, *args):
    return reverse(f"admin:{label.replace('.', '_')}_{page}", args=args)


@pytest.fixture
def office(client, world, new_ticket):
    """The administrator's browser, in a desk where one ticket is late already."""
    client.force_login(world.beat)
    ticket = new_ticket(category=world.live)
    escalation.sweep_all(at=MONDAY_9.replace(hour=9))
    ticket.refresh_from_db()
    assert ticket.level == 2
    return client


def form_of(response):
    """Return what the browser would send back, untouched."""
    sent = {}
    context = response.context_data
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.forms]
    for form in forms:
        for field in form:
            value = field.value()
            if hasattr(field.field.widget, "decompress"):
                for n, part in enumerate(field.field.widget.decompress(value)):
                    sent[f"{field.html_name}_{n}"] = "" if part is None else str(part)
            elif isinstance(value, list | tuple):
                sent[field.html_name] = [getattr(v, "pk", v) for v in value]
            elif value is not None and value is not False:
                sent[field.html_name] = value
    return sent


@pytest.mark.parametrize("label", [*REFERENCE, *READ_ONLY])
def test_an_administrator_opens_the_list_and_a_page(office, label):
    model = apps.get_model(label)

    listed = office.get(url(label, "changelist"), {"q": "a"})
    assert listed.status_code == 200
    first = model._base_manager.order_by("pk").first()
    if first is None:
        return
    assert office.get(url(label, "change", first.pk)).status_code == 200


@pytest.mark.parametrize("label", [*REFERENCE, *READ_ONLY])
def test_nobody_else_comes_in(client, world, label):
    world.chiara.is_staff = True
    world.chiara.save(update_fields=["is_staff"])
    client.force_login(world.chiara)

    assert client.get(url(label, "changelist")).status_code == 403


@pytest.mark.parametrize("label", READ_ONLY)
def test_what_the_product_writes_can_only_be_looked_at(office, label):
    model = apps.get_model(label)
    row = model._base_manager.order_by("pk").first()
    before = Event.objects.count()

    assert office.post(url(label, "add"), {}).status_code == 403
    if row is not None:
        assert office.post(url(label, "change", row.pk), {"_save": "1"}).status_code == 403
        if label != "accounts.apitoken":
            assert office.post(url(label, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert model._base_manager.filter(pk=row.pk).exists()
    assert Event.objects.count() == before


@pytest.mark.parametrize("label", REFERENCE)
def test_reference_data_is_never_deleted(office, label):
    row = apps.get_model(label)._base_manager.order_by("pk").first()

    if row is not None:
        assert office.post(url(label, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert type(row)._base_manager.filter(pk=row.pk).exists()


def test_every_registered_page_is_one_of_the_two_kinds():
    ours = {
        label: page
        for model, page in admin.site._registry.items()
        if (label := model._meta.label_lower)
    }

    assert set(ours) == {*REFERENCE, *READ_ONLY}
    for label, page in ours.items():
        assert isinstance(page, ReferenceAdmin if label in REFERENCE else ReadOnlyAdmin)
        assert page.search_fields, label


def test_saving_a_team_is_told_by_the_history(office, world):
    address = url("accounts.team", "change", world.network.pk)
    sent = form_of(office.get(address)) | {"name": "Networks and Wi-Fi"}

    assert office.post(address, sent).status_code == 302

    assert Team.objects.get(pk=world.network.pk).name == "Networks and Wi-Fi"
    event = Event.objects.filter(subject_type="team", subject_id=world.network.pk).latest("seq")
    assert (event.verb, event.actor) == ("team.changed", world.beat)
    assert event.changes == {"name": ["Network", "Networks and Wi-Fi"]}


def test_saving_what_was_not_changed_tells_nothing(office, world):
    address = url("accounts.team", "change", world.network.pk)
    sent = form_of(office.get(address))
    before = Event.objects.count()

    assert office.post(address, sent).status_code == 302

    assert Event.objects.count() == before


def test_a_member_is_removed_and_the_history_says_so(office, world):
    row = Membership.objects.get(team=world.network)
    address = url("accounts.team", "change", world.network.pk)
    sent = form_of(office.get(address)) | {"memberships-0-DELETE": "on"}

    assert office.post(address, sent).status_code == 302

    assert not Membership.objects.filter(pk=row.pk).exists()
    told = Event.objects.filter(subject_type="membership", subject_id=row.pk).order_by("seq")
    assert [e.verb for e in told] == ["membership.created", "membership.removed"]


def test_the_level_of_a_team_with_tickets_stays_what_it_is(office, world):
    address = url("accounts.team", "change", world.network.pk)
    sent = form_of(office.get(address)) | {"level": 1}

    office.post(address, sent)

    assert Team.objects.get(pk=world.network.pk).level == 2


def test_a_person_gets_a_password_and_a_number_and_their_hash_is_never_shown(office, world):
    address = url("accounts.person", "change", world.reto.pk)
    page = office.get(address)
    assert "pbkdf2" not in page.content.decode()
    assert world.reto.password not in page.content.decode()
    sent = form_of(page) | {
        "new_password": "three green lamps", "phones-TOTAL_FORMS": 1,
        "phones-0-person": world.reto.pk, "phones-0-e164": "044 555 41 27",
        "phones-0-kind": "desk",
    }  # fmt: skip

    assert office.post(address, sent).status_code == 302

    reto = Person.objects.get(pk=world.reto.pk)
    assert reto.check_password("three green lamps")
    assert [p.e164 for p in reto.phones.all()] == ["+41445554127"]


def test_a_number_nobody_can_dial_is_refused_and_what_was_typed_stays(office, world):
    address = url("accounts.person", "change", world.reto.pk)
    sent = form_of(office.get(address)) | {
        "room": "Z9.99", "phones-TOTAL_FORMS": 1, "phones-0-person": world.reto.pk,
        "phones-0-e164": "call me", "phones-0-kind": "desk",
    }  # fmt: skip

    answer = office.post(address, sent)

    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Z9.99" in text
    assert "call me" in text
    assert not Person.objects.get(pk=world.reto.pk).phones.exists()


def test_the_teams_of_a_service_are_written_by_its_action(office, world):
    service = Service.objects.get(slug="network")
    address = url("catalog.service", "change", service.pk)
    sent = form_of(office.get(address)) | {"teams": [world.desk.pk, world.other.pk]}
    sent["names"] = '{"en": "N", "fr": "N", "de": "N", "it": "N"}'

    assert office.post(address, sent).status_code == 302

    assert set(service.teams.all()) == {world.desk, world.other}
    told = Event.objects.filter(subject_type="service", subject_id=service.pk)
    assert told.filter(verb="service.teams_set", actor=world.beat).exists()


def test_a_category_without_a_name_in_each_language_is_refused(office, world):
    address = url("catalog.category", "change", world.vpn.pk)
    sent = form_of(office.get(address)) | {"names": '{"en": "Tunnel"}'}

    assert office.post(address, sent).status_code == 200

    assert Category.objects.get(pk=world.vpn.pk).names == factories.names("vpn")


def test_a_cell_of_the_matrix_is_changed_and_old_tickets_keep_their_priority(office, world):
    ticket = Ticket.objects.get()
    # The migration fills the matrix, and a test with real commits before this one empties it.
    cell, _ = apps.get_model("tickets.prioritycell").objects.get_or_create(
        impact=ticket.impact, urgency=ticket.urgency, defaults={"priority": ticket.priority}
    )
    address = url("tickets.prioritycell", "change", cell.pk)

    assert office.post(address, {"priority": 1}).status_code == 302

    cell.refresh_from_db()
    assert cell.priority == 1
    assert Ticket.objects.get().priority == ticket.priority


def test_a_time_zone_nobody_knows_is_refused(office, world):
    address = url("accounts.person", "change", world.nadia.pk)
    sent = form_of(office.get(address))

    assert office.post(address, sent | {"time_zone": "Zurich"}).status_code == 200
    assert Person.objects.get(pk=world.nadia.pk).time_zone == "Europe/Zurich"
    assert office.post(address, sent | {"time_zone": "America/New_York"}).status_code == 302
    assert Person.objects.get(pk=world.nadia.pk).time_zone == "America/New_York"


def test_a_token_that_is_deleted_opens_nothing_and_the_history_says_who_ended_it(office, world):
    secret = accounts.issue_token(world.reto, origin=factories.origin_of(world.reto))
    token = ApiToken.objects.get()
    headers = {"Authorization": f"Token {secret}"}
    assert Client().get("/api/v1/tickets/", headers=headers).status_code == 200

    answer = office.post(url("accounts.apitoken", "delete", token.pk), {"post": "yes"})

    assert answer.status_code == 302
    assert Client().get("/api/v1/tickets/", headers=headers).status_code == 401
    event = Event.objects.get(verb="person.token_revoked")
    assert (event.actor, event.changes) == (world.beat, {"token": [secret[:8], None]})


def test_a_password_is_never_changed_past_the_history(office, world):
    words = {"old_password": "x", "new_password1": "y", "new_password2": "y"}

    assert office.post("/admin/password_change/", words).status_code == 405
    assert office.get("/admin/password_change/").url == url(
        "accounts.person", "change", world.beat.pk
    )


def test_a_message_nobody_knows_of_is_sent_again_by_a_person_alone(office, world):
    unknown, waiting = Message.objects.order_by("pk")[:2]
    Message.objects.filter(pk=unknown.pk).update(status="unknown", attempts=3, error="cut")
    chosen = {"action": "send_again", "_selected_action": [unknown.pk, waiting.pk]}

    office.post(url("notifications.message", "changelist"), chosen)

    unknown.refresh_from_db()
    assert (unknown.status, unknown.attempts, unknown.error) == ("pending", 0, "")
    event = Event.objects.get(verb="message.sent_again")
    assert (event.actor, event.changes) == (world.beat, {"status": ["unknown", "pending"]})
