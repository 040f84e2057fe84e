"""Who gets it: the page as beat, chiara, nadia and sylvie see it, and the roster behind it."""

import html
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Duty, Membership, PersonSkill, Skill
from audit.models import Event
from catalog import actions as catalog
from notifications import queries
from notifications.models import Message
from tests import factories
from tests.factories import system
from tests.moments import MONDAY_9

PAGE = "/setup/routing/"
TRY = {"category": "live-demo", "language": "fr", "level": "1", "at": "2026-03-02T09:00"}


@pytest.fixture
def look(client, world):
    """A function: the page as somebody reads it, in English and without its tags."""

    def at(person, path=PAGE, **query):
        person.language = "en"
        factories.accounts.save_person(person, origin=system())
        client.force_login(person)
        answer = client.get(path, query)
        return answer.status_code, answer.content.decode()

    return at


def words(page, name=None):
    if name:
        page = re.search(rf'<(\w+)[^>]*(?:id|class)="{name}".*?</\1>', page, re.S)[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ").split())


def roster(person, kind, starts, ends, **more):
    row = Duty(person=person, kind=kind, starts_at=starts, ends_at=ends, **more)
    factories.accounts.save(row, origin=system())
    return row


def test_the_tester_says_of_everybody_whether_they_get_it_and_why(world, look):
    urs = factories.person("urs", role="agent", language="fr")
    vera = factories.person("vera", role="agent")
    for person in (urs, vera):
        factories.accounts.save(Membership(team=world.network, person=person), origin=system())
    networking = Skill(name="Networking", slug="networking")
    factories.accounts.save(networking, origin=system())
    catalog.require_skill(world.live, networking, 3, origin=system())
    for person, level in ((world.reto, 3), (urs, 3), (vera, 1)):
        held = PersonSkill(person=person, skill=networking, level=level)
        factories.accounts.save(held, origin=system())
    at = MONDAY_9
    roster(urs, "on_duty", at - timedelta(hours=1), at + timedelta(hours=8))

    status, page = look(world.nadia, **TRY | {"at": f"{timezone.localtime(at):%Y-%m-%dT%H:%M}"})

    assert status == 200
    said = words(page, "routing__said")
    assert "Urs Ursson: has Networking 3, on duty until 17:00, speaks French, 0 open." in said
    assert "Chosen before Reto Retoson: does not speak French." in said
    people = words(page, "routing__members")
    assert "gets it Urs Ursson" in people
    assert "could Reto Retoson has Networking 3, on duty, 0 open" in people
    assert "no Vera Verason lacks Networking 3" in people


def test_the_tester_says_until_when_nobody_is_there_and_who_is_away(world, look):
    end = MONDAY_9 + timedelta(days=2)
    roster(world.reto, "absent", MONDAY_9, end, substitute=world.nadia)
    roster(world.nadia, "absent", MONDAY_9, end)

    _status, page = look(
        world.nadia, **TRY | {"at": f"{timezone.localtime(MONDAY_9):%Y-%m-%dT%H:%M}"}
    )

    assert "Nobody of Network is on duty until Wed 09:00." in words(page, "routing__said")
    assert "Nobody is on call" in words(page, "routing__said")
    assert "absent until Wed 09:00, Nadia Nadiason stands in" in words(page, "routing__members")


def test_a_question_that_cannot_be_read_is_answered_in_words_and_kept(world, look):
    status, page = look(world.nadia, **TRY | {"at": "soon"})

    assert status == 422
    assert 'value="soon"' in page


def test_administrators_set_how_work_goes_out_and_nobody_else_may(client, world, look):
    path = f"{PAGE}teams/{world.network.pk}/"
    assert path not in look(world.nadia)[1]
    assert client.post(path, {"distribution": "in_turn"}).status_code == 403
    assert path in look(world.beat)[1]

    client.post(path, {"distribution": "in_turn"})
    client.post(path, {"distribution": "by dice"})

    world.network.refresh_from_db()
    assert world.network.distribution == "in_turn"
    assert Event.objects.filter(subject_type="team", changes__has_key="distribution").exists()


def test_requesters_are_told_whose_page_it_is(world, look):
    status, page = look(world.sylvie)

    assert status == 403
    assert "administrators own it" in page


def test_a_lead_writes_changes_and_takes_out_the_roster_of_their_own_people(client, world, look):
    assert f"{PAGE}duties/new/" not in look(world.nadia)[1]
    assert look(world.nadia, f"{PAGE}duties/new/")[0] == 403
    look(world.chiara)
    given = {
        "person": world.nadia.pk, "kind": "absent", "starts_at": "2026-03-02T08:00",
        "ends_at": "2026-03-04T18:00", "substitute": world.chiara.pk,
    }  # fmt: skip

    wrong = client.post(f"{PAGE}duties/new/", given | {"ends_at": "2026-03-01T08:00"})
    assert wrong.status_code == 422
    assert "The end has to come after the beginning." in wrong.content.decode()
    assert 'value="2026-03-01T08:00"' in wrong.content.decode()
    others = client.post(f"{PAGE}duties/new/", given | {"person": world.reto.pk})
    assert others.status_code == 422  # of another team: not among those to choose from

    client.post(f"{PAGE}duties/new/", given)
    duty = Duty.objects.get()
    page = look(world.chiara, week="2026-03-04")[1]
    assert "absent 08:00–24:00 → Chiara Chiarason" in words(page, "routing-roster").replace(
        "00:00", "24:00"
    )
    client.post(f"{PAGE}duties/{duty.pk}/", given | {"kind": "on_call"})
    duty.refresh_from_db()
    assert (duty.kind, duty.substitute) == ("on_call", None)
    look(world.beat)
    assert client.post(f"{PAGE}duties/{duty.pk}/remove/").status_code == 302
    assert not Duty.objects.exists()


def test_nobody_writes_the_roster_of_another_team(client, world, look):
    duty = roster(world.reto, "on_duty", MONDAY_9, MONDAY_9 + timedelta(hours=8))
    look(world.chiara)

    assert client.get(f"{PAGE}duties/{duty.pk}/").status_code == 403
    assert client.post(f"{PAGE}duties/{duty.pk}/remove/").status_code == 403
    assert Duty.objects.exists()


def test_a_roster_that_ran_out_is_not_passed_over_in_silence(world, look):
    now = timezone.now()
    roster(world.reto, "on_duty", now - timedelta(days=3), now - timedelta(days=2))

    assert "The roster of Reto Retoson ended" in words(look(world.nadia)[1])


def test_the_reasons_are_on_the_card_in_the_dialog_in_the_mail_and_in_the_answer_to_a_program(
    client, world, new_ticket, urs
):
    reasons = "Urs Ursson: on duty, speaks French, 0 open."
    ticket = new_ticket(at=None)
    for person in (world.chiara, urs):
        person.language = "en"
        factories.accounts.save_person(person, origin=system())
    factories.accounts.save_person(urs, origin=system())
    french, _made = Skill.objects.get_or_create(slug="fr", defaults={"name": "French"})
    factories.accounts.save(PersonSkill(person=urs, skill=french, level=2), origin=system())
    client.force_login(world.chiara)

    dialog = client.get(f"/desk/tickets/{ticket.number}/escalate/").content.decode()
    answer = client.post(
        f"/api/v1/tickets/{ticket.number}/hand-over/",
        {"team": "network", "reason": "Cable."},
        content_type="application/json",
    )
    page = client.get(f"/desk/tickets/{ticket.number}/").content.decode()

    assert answer.status_code == 200, answer.content
    assert answer.json()["why"].startswith(reasons)
    assert reasons in dialog
    assert reasons in page
    mail = queries.compose(Message.objects.get(template="ticket_handed_over", recipient=urs))
    assert reasons in " ".join(mail.body.split())
