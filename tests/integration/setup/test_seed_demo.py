"""The demo: what `make run` shows on the first evening."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from accounts.models import Person, Team
from audit.models import Event
from catalog.models import Category
from catalog.queries import suggest
from common import clock
from escalation import actions as escalation
from escalation.models import ForecastTrial, HandlingTime, Handover
from notifications.models import Message
from setup import invariants
from setup.demo.base import LOGINS, PASSWORD
from sla import queries as policies
from sla.models import Agreement, Calendar, DayException, Step
from tickets import actions
from tickets.choices import OPEN
from tickets.models import Clock, Entry, Ticket

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.fixture(scope="module")
def hospital(django_db_setup, django_db_blocker):
    """The demo, made once for this file and taken back after it."""
    with django_db_blocker.unblock():
        outer = transaction.atomic()
        outer.__enter__()
        try:
            with override_settings(HELPDESK_DEMO=True):
                call_command("seed_demo", stdout=StringIO())
                yield
        finally:
            transaction.set_rollback(True)
            outer.__exit__(None, None, None)


@pytest.fixture(autouse=True)
def _in_the_demo(hospital, db):
    """Each test works inside the demo, and what it changes is taken back."""


def test_the_numbers_are_those_promised():
    assert Person.objects.count() == 40
    assert Ticket.objects.count() == 300
    assert 55 <= Ticket.objects.open().count() <= 75
    assert Category.objects.active().count() >= 25
    assert Team.objects.filter(level=2).count() == 4
    assert set(Person.objects.values_list("language", flat=True)) == {"en", "fr", "de", "it"}
    assert not Person.objects.exclude(email__endswith="@example.org").exists()
    statuses = set(Ticket.objects.values_list("status", flat=True))
    assert statuses == {"new", "in_progress", "on_hold", "resolved", "closed", "cancelled"}


def test_most_were_solved_in_time_and_the_late_ones_went_to_the_second_level():
    solved = Clock.objects.filter(metric="resolution", state__in=["met", "missed"])
    in_time = solved.filter(state="met").count() / solved.count()

    assert 0.6 <= in_time <= 0.85
    assert Handover.objects.filter(trigger="breach").count() >= 30
    assert Ticket.objects.open().filter(level=2).count() >= 8


def test_something_is_due_within_the_hour_and_something_at_risk():
    now = clock.now()
    running = Clock.objects.filter(state="running")

    assert running.filter(due_at__range=(now, now + timedelta(hours=1))).count() >= 6
    assert running.filter(at_risk_at__lt=now).count() >= 5
    assert Ticket.objects.filter(status="on_hold").count() >= 8
    assert Ticket.objects.filter(status="new", assignee=None).count() >= 5


def test_everything_that_must_hold_holds():
    assert invariants.findings(sample=400) == []


def test_the_five_sign_in_and_nobody_else_can():
    for name in LOGINS:
        assert authenticate(None, username=name, password=PASSWORD) is not None, name
    others = Person.objects.exclude(username__in=LOGINS)
    assert others.count() == 35
    assert not any(person.has_usable_password() for person in others)
    beat = Person.objects.get(username="beat")
    assert (beat.role, beat.is_staff) == ("administrator", True)


@pytest.mark.parametrize("word", ["demo", "Démo", "a demo please", "Live-Demo", "dimostrazione"])
def test_typing_demo_suggests_the_live_demo(word):
    category, was_found = suggest(word)[:2]

    assert was_found
    assert category.slug == "live-demo"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("Le VPN se coupe", "vpn"),
        ("Drucker hat Papierstau", "printer"),
        ("ho dimenticato la password", "password"),
        ("Outlook shows no mail", "e-mail"),
        ("Laborwerte fehlen", "lab-results"),
    ],
)
def test_the_words_of_four_languages_find_their_category(words, slug):
    assert suggest(words)[0].slug == slug


def test_a_live_demo_is_with_reto_after_twenty_seconds_and_chiara_is_told():
    people = {p.username: p for p in Person.objects.filter(username__in=LOGINS)}
    start = clock.now()
    ticket = actions.open_ticket(
        actions.NewTicket(
            title="A demo", requester=people["sylvie"], channel="phone",
            category=Category.objects.get(slug="live-demo"),
        ),
        origin=_by(people["nadia"], start),
    )  # fmt: skip

    escalation.sweep_all(at=start + timedelta(seconds=20))

    ticket.refresh_from_db()
    assert (ticket.level, ticket.assignee) == (2, people["reto"])
    assert ticket.follow_up == people["nadia"]
    told = Message.objects.filter(subject_id=ticket.pk).exclude(status="withheld")
    late = told.filter(template="ticket_late_lead")
    assert [m.recipient for m in late] == [people["chiara"]]


def test_nothing_of_the_past_is_mailed():
    assert Message.objects.exists()
    assert not Message.objects.exclude(status="withheld").exists()


def test_each_canton_has_its_own_holidays_and_a_half_day_before_christmas():
    zuerich, lugano = (Calendar.objects.get(slug=slug) for slug in ("zuerich", "lugano"))
    closed = DayException.objects.filter(kind="closed")

    assert closed.filter(calendar=lugano, date="2026-06-29").exists()
    assert not closed.filter(calendar=zuerich, date="2026-06-29").exists()
    eve = DayException.objects.get(calendar=zuerich, date="2026-12-24")
    assert (eve.kind, eve.hours) == ("break", [["12:00", "24:00"]])


def test_people_write_in_their_own_language():
    words = {"fr": " pas ", "de": " ist ", "it": " non "}
    for language, word in words.items():
        texts = Entry.objects.filter(ticket__language=language).values_list("body", flat=True)
        assert any(word in text for text in texts), language


def test_agreements_are_looked_for_in_order():
    found = Agreement.objects.filter(kind="sla", valid_from__isnull=False)
    slugs = list(found.order_by("order").values_list("slug", flat=True))

    assert slugs == ["live-demo", "major", "clinical", "vip", "incident", "request"]


def test_teams_and_a_supplier_have_their_own_promises_and_a_draft_is_begun():
    assert set(Agreement.objects.filter(kind="ola").values_list("slug", flat=True)) == {
        "level-1", "level-2", "level-3",
    }  # fmt: skip
    assert Agreement.objects.get(kind="uc").conditions == {"supplier": ["alpenprint"]}
    acceptance = Clock.objects.filter(metric="acceptance")
    assert acceptance.filter(state__in=["met", "missed"]).count() >= 100
    assert Clock.objects.filter(metric="next_reply").exists()
    draft = policies.draft_of("incident")
    live = policies.versions_of("incident").first()
    kept = policies.checked_examples(policies.agreement_terms(live))
    assert [example.is_kept for example in kept] == [True, True, True]
    assert len(policies.broken_examples(draft)) == 2


def test_open_tickets_are_the_newest_ones_of_a_told_past():
    oldest = Ticket.objects.order_by("opened_at").first()
    now = clock.now()

    assert timedelta(days=40) < now - oldest.opened_at < timedelta(days=75)
    assert not Event.objects.filter(at__gt=now).exists()
    assert Ticket.objects.filter(status__in=OPEN, opened_at__gt=now - timedelta(hours=1)).exists()


def test_a_second_time_it_does_nothing():
    out = StringIO()
    before = Event.objects.count()

    call_command("seed_demo", stdout=out)

    assert "nothing to do" in out.getvalue()
    assert Event.objects.count() == before


def test_where_the_demo_is_off_it_refuses(settings):
    settings.HELPDESK_DEMO = False

    with pytest.raises(CommandError, match="HELPDESK_DEMO"):
        call_command("seed_demo")


def _by(person, at):
    from tests.factories import origin_of

    return origin_of(person, at=at, channel="phone")


def test_the_forecast_was_tried_on_the_days_that_were_told():
    tried = list(ForecastTrial.objects.all())

    assert len(tried) == 20
    assert sum(day.became_late for day in tried) >= 10  # enough for the page to speak of shares
    assert HandlingTime.objects.filter(category__isnull=True).count() >= 5


def test_steps_of_every_kind_have_been_taken():
    verbs = set(Event.objects.filter(subject_type="ticket").values_list("verb", flat=True))

    assert verbs >= {"ticket.warned", "ticket.major_proposed", "ticket.priority_raised"}
    steps = Step.objects.values_list("milestone", "action", "wakes")
    assert ("breach_inform", "inform", True) in steps
