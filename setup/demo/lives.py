"""The lives of demo tickets: generators that act through the product's own verbs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from accounts.models import Person, Team
from catalog.models import Category
from common.origin import Channel
from escalation import actions as escalation
from escalation.actions import Card
from setup.demo.stage import Life, Stage, State
from sla.queries import Promise
from tickets import actions
from tickets.actions import NewTicket
from tickets.choices import OPEN, HoldReason, Status

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
CLOSES_AFTER = 14 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to become of a ticket.

    shape: one of SHAPES. ends: the part of the promised time after which it is resolved; more
    than 1 is too late. higher: a team to hand it to.
    """

    category: Category
    requester: Person
    channel: Channel
    opened_at: datetime
    shape: str
    promise: Promise
    ends: float
    impact: str
    urgency: str
    higher: Team | None = None
    agent: Person | None = None

    def when(self, part: float) -> datetime:
        """Return the instant at which this part of the promised time has passed."""
        seconds = int(self.promise.terms.seconds * part)
        found = self.promise.terms.calendar.add(self.opened_at, seconds)
        if found is None:
            raise LookupError("A calendar of the demo never opens.")
        return found


class Play:
    """One ticket on the stage: small acts that the shapes put in order."""

    def __init__(self, stage: Stage, plan: Plan) -> None:
        self.stage, self.plan = stage, plan
        self.story = stage.texts.story(plan.category.slug, plan.requester.language)
        self.pk = 0

    @property
    def ticket(self) -> State:
        return self.stage.look(self.pk)

    def say(self, name: str) -> str:
        return self.stage.texts.phrase(name, self.plan.requester.language)

    def open(self) -> None:
        plan, spoken = self.plan, self.plan.channel in {Channel.PHONE, Channel.WALK_IN}
        actor = plan.requester
        if spoken:
            actor = plan.agent or self.stage.agent(plan.category.team_id, actor.language)
        new = NewTicket(
            title=self.story.title, description=self.story.details, requester=plan.requester,
            channel=plan.channel, category=plan.category, impact=plan.impact,
            urgency=plan.urgency,
        )  # fmt: skip
        self.pk = actions.open_ticket(new, origin=self.stage.by(actor, plan.channel)).pk

    def take(self) -> None:
        ticket = self.ticket
        if ticket.status == Status.NEW and ticket.assignee_id is None:
            agent = self.plan.agent or self.stage.worker(ticket)
            actions.take(self.pk, origin=self.stage.by(agent))

    def reply(self, name: str = "working", then: Status | None = None) -> None:
        ticket = self.ticket
        if ticket.status in OPEN:
            origin = self.stage.by(self.stage.worker(ticket))
            actions.reply(self.pk, body=self.say(name), origin=origin, then=then)

    def answer(self, name: str = "answer") -> None:
        channel = self.stage.dice.choice([Channel.EMAIL, Channel.PORTAL])
        origin = self.stage.by(self.plan.requester, channel)
        actions.reply(self.pk, body=self.say(name), origin=origin)

    def note(self) -> None:
        ticket = self.ticket
        origin = self.stage.by(self.stage.worker(ticket))
        actions.note(self.pk, body=self.say("note"), origin=origin)

    def hold(self, reason: HoldReason, days: float) -> None:
        ticket = self.ticket
        if ticket.status not in OPEN or ticket.status == Status.ON_HOLD:
            return
        until = None if reason == HoldReason.REQUESTER else self.stage.at + days * DAY
        # Now and then nobody thinks of the caller: there is a figure about it.
        told = self.stage.dice.random() < 0.8
        actions.hold(
            self.pk, reason=reason, note=self.say(f"wait_{reason}"), until=until,
            message=self.say(f"tell_{reason}") if told else "",
            origin=self.stage.by(self.stage.worker(ticket)),
        )  # fmt: skip

    def resume(self) -> None:
        ticket = self.ticket
        if ticket.status == Status.ON_HOLD:
            actions.resume(self.pk, origin=self.stage.by(self.stage.worker(ticket)))

    def resolve(self) -> None:
        ticket = self.ticket
        if ticket.status not in OPEN:
            return
        self.stage.accept(ticket)
        origin = self.stage.by(self.stage.worker(self.ticket))
        actions.resolve(self.pk, resolution=self.story.solution, origin=origin)

    def hand_over(self) -> None:
        ticket, team = self.ticket, self.plan.higher
        if team is None or ticket.team_id == team.pk or ticket.status not in OPEN:
            return
        card = Card(
            symptom=self.story.title, tried=self.say("hand_tried"),
            wanted=self.say("hand_wanted"), reachable="08:00–17:00",
        )  # fmt: skip
        escalation.hand_over(
            self.pk, team=team, reason=self.say("hand_reason"), card=card, tell_requester=True,
            origin=self.stage.by(self.stage.worker(ticket)),
        )  # fmt: skip

    def accept(self) -> None:
        self.stage.accept(self.ticket)

    def hand_back(self) -> None:
        ticket = self.ticket
        if ticket.level > 1 and ticket.status in OPEN:
            origin = self.stage.by(self.stage.worker(ticket))
            escalation.hand_back(self.pk, reason=self.say("give_back"), origin=origin)

    def end(self) -> Life:
        """Let the requester accept the solution, or time close the ticket."""
        if self.stage.dice.random() < 0.35:
            yield self.stage.at + self.stage.dice.randint(20, 2000) * MINUTE
            if self.ticket.status == Status.RESOLVED:
                origin = self.stage.by(self.plan.requester, Channel.PORTAL)
                actions.close(self.pk, origin=origin)
            return
        yield self.stage.at + CLOSES_AFTER
        if self.ticket.status == Status.RESOLVED:
            actions.close(self.pk, origin=self.stage.by(None))


def life(stage: Stage, plan: Plan) -> Life:
    """Return the life of one ticket, from its opening to its end."""
    play = Play(stage, plan)
    yield plan.opened_at
    play.open()
    yield from SHAPES[plan.shape](play)


def _first_answer(play: Play) -> Life:
    """Somebody takes it and writes; in time as a rule: the response has the shorter time."""
    if play.ticket.responded_at is None:
        part = play.stage.dice.uniform(0.01, 0.07)
        yield play.plan.when(part)
        play.take()
        yield play.stage.at + play.stage.dice.randint(1, 9) * MINUTE
        play.reply()


def _quick(play: Play) -> Life:
    """Solved in the first call."""
    yield play.stage.at + play.stage.dice.randint(3, 18) * MINUTE
    play.resolve()
    yield from play.end()


def _normal(play: Play) -> Life:
    """Taken, asked back or noted, solved at the first level."""
    ends = play.plan.ends
    yield from _first_answer(play)
    if play.stage.dice.random() < 0.45:
        yield play.plan.when(ends * 0.3)
        play.reply("ask", then=Status.ON_HOLD)
        yield play.plan.when(ends * play.stage.dice.uniform(0.4, 0.75))
        play.answer()
    elif play.stage.dice.random() < 0.6:
        yield play.plan.when(ends * 0.6)
        play.note()
    yield play.plan.when(ends)
    play.resolve()
    yield from play.end()


def _handed(play: Play) -> Life:
    """Needs skill: handed to the second level, solved there or sent back with the answer."""
    ends = play.plan.ends
    yield from _first_answer(play)
    yield play.plan.when(ends * 0.35)
    play.hand_over()
    yield play.plan.when(ends * 0.5)
    play.accept()
    yield play.plan.when(ends * 0.7)
    if play.stage.dice.random() < 0.25:
        play.hand_back()
    else:
        play.note()
    yield play.plan.when(ends)
    play.resolve()
    yield from play.end()


def _late(play: Play) -> Life:
    """Left lying: the sweep hands it on when the time is up, level two solves it."""
    ends = play.plan.ends
    if play.stage.dice.random() < 0.7:
        yield from _first_answer(play)
    yield play.plan.when(min(0.8, ends * 0.8))
    if play.stage.dice.random() < 0.5:
        play.answer("nudge")
    yield play.plan.when(1 + (ends - 1) * 0.4)
    play.accept()
    yield play.plan.when(1 + (ends - 1) * 0.7)
    play.note()
    yield play.plan.when(ends)
    play.resolve()
    yield from play.end()


def _waiting(play: Play) -> Life:
    """On hold for a supplier, a part or a date, which wakes it as a rule; then solved."""
    ends, dice = play.plan.ends, play.stage.dice
    yield from _first_answer(play)
    if dice.random() < 0.2:
        yield from _put_off(play)
        return
    yield play.plan.when(min(0.3, ends * 0.4))
    reasons = (HoldReason.SUPPLIER, HoldReason.PART, HoldReason.SCHEDULED)
    play.hold(dice.choice(reasons), dice.choice([1, 2, 3]))
    yield play.plan.when(max(ends * 0.9, 0.35))
    play.resume()
    yield play.plan.when(ends + 0.05)
    play.resolve()
    yield from play.end()


def _put_off(play: Play) -> Life:
    """On hold just before the time is up: lawful, and the lead's figures show it."""
    seconds = play.plan.promise.terms.seconds
    yield play.plan.when(max(seconds - 20 * 60, 0) / seconds)
    play.hold(HoldReason.SCHEDULED, 1)
    yield play.stage.at + 1.1 * DAY
    play.resolve()
    yield from play.end()


def _held(play: Play) -> Life:
    """On hold to this day: for the requester, or for a date that is promised."""
    dice = play.stage.dice
    yield from _first_answer(play)
    yield play.plan.when(play.plan.ends * 0.5)
    if dice.random() < 0.5:
        play.reply("ask", then=Status.ON_HOLD)
    else:
        days = (play.stage.now - play.stage.at) / DAY + dice.choice([1, 2, 4])
        play.hold(dice.choice([HoldReason.SCHEDULED, HoldReason.PART]), days)


def _reopened(play: Play) -> Life:
    """Thought solved, came back, solved for good."""
    ends = play.plan.ends
    yield from _first_answer(play)
    yield play.plan.when(ends * 0.5)
    play.resolve()
    yield play.stage.at + play.stage.dice.randint(60, 400) * MINUTE
    if play.ticket.status == Status.RESOLVED:
        origin = play.stage.by(play.plan.requester, Channel.PORTAL)
        actions.reopen(play.pk, reason=play.say("reopen"), origin=origin)
    yield play.stage.at + play.stage.dice.randint(30, 200) * MINUTE
    play.resolve()
    yield from play.end()


def _cancelled(play: Play) -> Life:
    """Not needed any more."""
    yield play.plan.when(play.stage.dice.uniform(0.02, 0.2))
    if play.ticket.status in OPEN:
        origin = play.stage.by(play.plan.requester, Channel.PORTAL)
        actions.cancel(play.pk, reason=play.say("cancel"), origin=origin)


def _raised(play: Play) -> Life:
    """Worse than it looked: the urgency is corrected, the deadline follows."""
    yield from _first_answer(play)
    yield play.plan.when(0.08)
    ticket = play.ticket
    if ticket.status in OPEN:
        origin = play.stage.by(play.stage.worker(ticket))
        actions.classify(play.pk, urgency="blocked", origin=origin)
    yield play.plan.when(min(play.plan.ends, 0.35))
    play.resolve()
    yield from play.end()


def _untouched(play: Play) -> Life:
    """Reported, and nobody has looked yet."""
    yield from ()


def _begun(play: Play) -> Life:
    """Being worked on to this day."""
    yield from _first_answer(play)
    yield play.plan.when(0.5)
    play.note()


def _stuck(play: Play) -> Life:
    """Too late and not solved to this day; level two has it, and may have accepted it."""
    yield from _first_answer(play)
    yield play.plan.when(1 + (play.plan.ends - 1) * 0.4)
    if play.stage.dice.random() < 0.6:
        play.accept()
        yield play.plan.when(1 + (play.plan.ends - 1) * 0.7)
        play.note()


def _confirm(play: Play) -> Life:
    """Solved, and the requester has not said yet whether it holds."""
    yield from _first_answer(play)
    yield play.plan.when(play.plan.ends)
    play.resolve()


SHAPES = {
    "quick": _quick, "normal": _normal, "handed": _handed, "late": _late, "waiting": _waiting,
    "held": _held, "reopened": _reopened, "cancelled": _cancelled, "raised": _raised,
    "untouched": _untouched, "begun": _begun, "stuck": _stuck, "confirm": _confirm,
}  # fmt: skip


def lives(stage: Stage, plans: list[Plan]) -> Iterator[Life]:
    """Return the lives of many tickets, not yet begun."""
    return (life(stage, plan) for plan in plans)
