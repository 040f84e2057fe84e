"""What the forecast reads off the history: past mornings as they were, and how long it took."""

from datetime import timedelta

import pytest

from accounts import actions as accounts
from accounts.models import Duty
from common import clock
from escalation import actions as escalation
from escalation.models import ForecastTrial, HandlingTime
from escalation.queries.crew import crew, end_of_day
from escalation.queries.forecast import dues, seen, situation
from escalation.rules.queueing import is_there
from escalation.tasks import learn_from_history
from sla import actions as sla
from sla.models import TeamCalendar
from sla.queries import policy
from tests import factories
from tests.factories import origin_of
from tests.moments import FRIDAY_17, MONDAY_9
from tickets import actions
from tickets.choices import HoldReason
from tickets.models import Ticket
from tickets.queries.past import lives

HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def office(world):
    for team in (world.desk, world.network):
        sla.save(TeamCalendar(team=team, calendar=world.office), origin=factories.system())
    return world


def test_a_ticket_can_be_seen_as_it_was_at_every_instant_of_its_life(office, new_ticket):
    """Each act is followed by a look; later the history must show the same at each instant."""
    ticket = new_ticket()
    nadia, reto, sylvie = office.nadia, office.reto, office.sylvie
    tomorrow = MONDAY_9 + DAY
    acts = [
        lambda at: actions.take(ticket.pk, origin=origin_of(nadia, at)),
        lambda at: actions.reply(ticket.pk, body="We look.", origin=origin_of(nadia, at)),
        lambda at: actions.reply(ticket.pk, body="And?", origin=origin_of(sylvie, at)),
        lambda at: actions.classify(ticket.pk, urgency="blocked", origin=origin_of(nadia, at)),
        lambda at: actions.hold(
            ticket.pk, reason=HoldReason.SCHEDULED, until=tomorrow, origin=origin_of(nadia, at)
        ),
        lambda at: actions.resume(ticket.pk, origin=origin_of(nadia, at)),
        lambda at: escalation.hand_over(
            ticket.pk, team=office.network, reason="x", origin=origin_of(nadia, at)
        ),
        lambda at: escalation.accept(ticket.pk, origin=origin_of(reto, at)),
        lambda at: actions.resolve(ticket.pk, resolution="x", origin=origin_of(reto, at)),
        lambda at: actions.reopen(ticket.pk, origin=origin_of(sylvie, at)),
        lambda at: actions.resolve(ticket.pk, resolution="x", origin=origin_of(reto, at)),
    ]
    then = []
    for number, act in enumerate(acts):
        act(MONDAY_9 + (number + 1) * 10 * MINUTE)
        then.append(_look(MONDAY_9 + (number + 1) * 10 * MINUTE + 5 * MINUTE))

    (life,) = lives(Ticket.objects.all(), since=MONDAY_9)
    for number, known in enumerate(then):
        at = MONDAY_9 + (number + 1) * 10 * MINUTE + 5 * MINUTE
        past, holds = life.as_of(at), life.holds_of(at)
        found = past and seen(past, holds, dues(past, holds, policy(), at=at), at=at, until=END)
        assert found == known, number
    assert then[8] is None  # solved for a while
    assert len({one for one in then if one}) > 6  # it was not the same all the time
    assert life.as_of(MONDAY_9 - MINUTE) is None


END = MONDAY_9 + 2 * DAY


def _look(at):
    ticket = Ticket.objects.open().select_related("category").first()
    if ticket is None:
        return None
    holds = list(ticket.holds.order_by("started_at"))
    return seen(ticket, holds, dues(ticket, holds, policy(), at=at), at=at, until=END)


def test_what_is_read_now_agrees_with_the_stored_clocks(office, new_ticket):
    ticket = new_ticket()
    actions.take(ticket.pk, origin=origin_of(office.nadia, MONDAY_9 + MINUTE))

    now = situation(at=MONDAY_9 + HOUR)

    (one,) = now.tickets
    stored = {int(c.due_at.timestamp()) for c in ticket.clocks.all()}
    assert {due for _kind, due in one.promises} == stored
    assert (one.team, one.assignee, one.is_late) == (office.desk.pk, office.nadia.pk, False)
    assert now.until == int((MONDAY_9 + 9 * HOUR).timestamp())


def test_how_long_it_took_is_the_share_of_the_hours_in_which_it_was_in_hand(office, new_ticket):
    """Two at once share an hour; waiting and the break at noon count for nobody."""

    def work(ticket, *, taken, solved, held=None):
        by = office.nadia
        actions.take(ticket.pk, origin=origin_of(by, MONDAY_9 + taken * MINUTE))
        if held:
            actions.hold(
                ticket.pk, reason=HoldReason.REQUESTER,
                origin=origin_of(by, MONDAY_9 + held[0] * MINUTE),
            )  # fmt: skip
            actions.resume(ticket.pk, origin=origin_of(by, MONDAY_9 + held[1] * MINUTE))
        actions.resolve(
            ticket.pk, resolution="x", origin=origin_of(by, MONDAY_9 + solved * MINUTE)
        )

    work(new_ticket(), taken=0, solved=60)  # 30 min alone, 30 shared: 45
    work(new_ticket(), taken=30, solved=60)  # 15
    work(new_ticket(), taken=70, solved=160, held=(80, 150))  # 20
    work(new_ticket(), taken=170, solved=250)  # 11:50 to 13:10, of which an hour is noon: 20

    with clock.frozen(MONDAY_9 + 5 * HOUR):
        assert escalation.learn_handling_times() == 4

    rows = HandlingTime.objects.order_by("category")
    assert [(r.tickets, r.median_seconds, r.p80_seconds) for r in rows] == [
        (4, 20 * 60, 45 * 60), (4, 20 * 60, 45 * 60),
    ]  # fmt: skip
    assert {r.category_id for r in rows} == {None, office.vpn.pk}


def test_learning_again_replaces_what_was_known(office, new_ticket):
    ticket = new_ticket()
    actions.take(ticket.pk, origin=origin_of(office.nadia, MONDAY_9))
    actions.resolve(ticket.pk, resolution="x", origin=origin_of(office.nadia, MONDAY_9 + HOUR))
    for days, rows in ((1, 2), (2, 2), (100, 0)):
        with clock.frozen(MONDAY_9 + days * DAY):
            escalation.learn_handling_times()
        assert HandlingTime.objects.count() == rows


def test_a_trial_knows_nothing_of_what_came_later(office, new_ticket):
    """At ten on Monday two tickets run into a meeting; what is done to them later is no matter."""

    def tried():
        with clock.frozen(MONDAY_9 + 3 * DAY):
            escalation.try_forecast()
        found = ForecastTrial.objects.filter(day="2026-03-02").values_list("open", "named", "both")
        row = found.get()
        ForecastTrial.objects.all().delete()
        return row

    first, second = new_ticket(), new_ticket()
    for person in (office.nadia, office.chiara):
        away = Duty(person=person, kind="absent", starts_at=MONDAY_9, ends_at=MONDAY_9 + 9 * HOUR)
        accounts.save(away, origin=factories.system())
    escalation.sweep(at=MONDAY_9 + 2 * HOUR)
    before = tried()

    late = MONDAY_9 + 30 * HOUR
    actions.take(first.pk, origin=origin_of(office.nadia, late))
    actions.resolve(first.pk, resolution="x", origin=origin_of(office.nadia, late))
    actions.classify(second.pk, urgency="blocked", origin=origin_of(office.nadia, late))
    actions.hold(second.pk, reason=HoldReason.CHANGE, origin=origin_of(office.nadia, late))

    assert tried() == before == (2, 2, 2)


def test_the_day_ends_when_the_last_team_closes_and_on_a_free_day_when_the_next_one_does(office):
    teams = [office.desk.pk, office.network.pk, office.other.pk]  # the last has no calendar

    def day(at):
        return end_of_day(policy(), teams, at=at)

    assert day(MONDAY_9) == MONDAY_9 + 9 * HOUR
    assert day(MONDAY_9 + 10 * HOUR) == MONDAY_9 + 33 * HOUR
    assert day(FRIDAY_17 + 3 * HOUR) == FRIDAY_17 + HOUR + 3 * DAY
    sla.save(TeamCalendar(team=office.other, calendar=office.always), origin=factories.system())
    assert day(MONDAY_9) == MONDAY_9 + 9 * HOUR
    assert end_of_day(policy(), [office.other.pk], at=MONDAY_9) == MONDAY_9 + 15 * HOUR


def test_people_are_there_by_their_shifts_and_never_while_they_are_away(office):
    rows = (("on_duty", 1, 4), ("absent", 2, 3), ("on_call", 5, 6))
    for kind, start, end in rows:
        duty = Duty(
            person=office.nadia, kind=kind, starts_at=MONDAY_9 + start * HOUR,
            ends_at=MONDAY_9 + end * HOUR,
        )  # fmt: skip
        accounts.save(duty, origin=factories.system())

    found = crew(policy(), at=MONDAY_9, until=MONDAY_9 + 9 * HOUR)

    def hours(person):
        return [
            n for n in range(9)
            if is_there(found.people[person.pk], int((MONDAY_9 + n * HOUR).timestamp()))
        ]  # fmt: skip

    assert hours(office.nadia) == [1, 3]
    assert hours(office.chiara) == list(range(9))


def test_the_task_of_the_night_does_both(office, new_ticket):
    new_ticket()
    with clock.frozen(MONDAY_9 + 2 * DAY):
        assert learn_from_history(sent_by_a_later_version=True) == 2
