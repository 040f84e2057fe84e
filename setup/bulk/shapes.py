"""The lives that tickets in bulk have, in the shapes the product itself produces."""

from datetime import datetime, timedelta
from random import Random
from typing import Any

from accounts.models import Person, Team
from catalog.models import Category
from setup.bulk.draft import Draft, Fired, closed, resolved
from setup.bulk.world import World
from setup.demo.texts import Story
from sla.choices import Metric
from sla.queries import Promise
from tickets.choices import EntryKind, HoldReason, Status

MINUTE = timedelta(minutes=1)
NOTE, REPLY = EntryKind.NOTE.value, EntryKind.REPLY.value

ENDED = ("quick", "normal", "late")
ENDED_WEIGHTS = (30, 55, 15)
OPEN = ("new", "begun", "warned", "waiting", "escalated")
OPEN_WEIGHTS = (15, 45, 8, 22, 10)


class Ticket:
    """Everything about one ticket that does not depend on what becomes of it."""

    __slots__ = ("agent", "category", "dice", "fix", "lead", "response", "story", "to", "world")

    def __init__(self, world: World, category: Category, person: Person, story: Story) -> None:
        self.world, self.dice, self.category, self.story = world, world.dice, category, story
        found = world.promises(category, category.impact, category.urgency, person)
        self.fix: Promise = found[Metric.RESOLUTION]
        self.response: Promise = found[Metric.FIRST_RESPONSE]
        self.agent = world.agent(category.team_id, person.language)
        self.to: Team | None = world.higher.get(category.service_id)

    def begins(self, shape: str, now: datetime, *, oldest: timedelta) -> datetime:
        """Return an instant of opening from which the shape leads to where it should be now."""
        if shape in ENDED:
            latest = now - timedelta(days=45)
            opened = latest - self.dice.random() * (oldest - timedelta(days=45))
            return self.fix.terms.calendar.next_open(opened) or opened
        if shape == "new":
            return self._before(self.response, now, self.dice.uniform(0.05, 0.7))
        parts = {
            "begun": (0.12, 0.7), "warned": (0.78, 0.97), "waiting": (0.3, 0.7),
            "escalated": (1.02, 1.6), "unswept": (1.02, 1.6),
        }  # fmt: skip
        return self._before(self.fix, now, self.dice.uniform(*parts[shape]))

    def after(self, opened: datetime, part: float, promise: Promise | None = None) -> datetime:
        """Return when this part of a promised time has passed."""
        terms = (promise or self.fix).terms
        return terms.calendar.add(opened, int(terms.seconds * part)) or opened

    def _before(self, promise: Promise, now: datetime, part: float) -> datetime:
        terms = promise.terms
        return terms.calendar.subtract(now, int(terms.seconds * part)) or now


def live(shape: str, ticket: Ticket, draft: Draft, now: datetime) -> datetime:
    """Write one life into `draft`; return the instant at which its clocks were last read."""
    opened = draft.at
    dice, agent, requester = ticket.dice, ticket.agent, draft.requester
    if shape == "new":
        draft.opened(requester)
        draft.act("ticket.replied", opened, requester, entry=(REPLY, ticket.story.details))
        draft.act("ticket.noted", opened, agent, entry=(NOTE, ticket.story.title))
        return opened
    if shape == "quick":
        draft.opened(agent)
        at = opened + dice.randint(3, 18) * MINUTE
        draft.act("ticket.noted", at, agent, entry=(NOTE, ticket.story.title))
        draft.act("ticket.replied", at, agent, entry=(REPLY, ticket.story.solution))
        _end(draft, at + MINUTE, agent, ticket)
        return now
    _answered(ticket, draft, opened)
    return _ROADS[shape](ticket, draft, opened, now)


def _answered(ticket: Ticket, draft: Draft, opened: datetime) -> None:
    """Opened in the portal, taken, and answered in time."""
    draft.opened(draft.requester)
    at = ticket.after(opened, ticket.dice.uniform(0.1, 0.45), ticket.response)
    draft.act(
        "ticket.taken", at, ticket.agent, assignee_id=ticket.agent.pk, status=Status.IN_PROGRESS
    )
    draft.act(
        "ticket.replied", at, ticket.agent, entry=(REPLY, ticket.story.details), responded_at=at
    )


def _normal(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    ends = ticket.dice.uniform(0.3, 0.72)
    asked = ticket.after(opened, ends * 0.5)
    _ask(ticket, draft, asked)
    answered = asked + ticket.dice.randint(20, 600) * MINUTE
    draft.act(
        "ticket.replied", answered, draft.requester, entry=(REPLY, ticket.story.details),
        status=Status.IN_PROGRESS,
    )  # fmt: skip
    draft.resume()
    draft.act("ticket.noted", answered, ticket.agent, entry=(NOTE, ticket.story.title))
    # Past the pause, the rest of the time is counted from the answer.
    ended = ticket.after(answered, ends * 0.4)
    _end(draft, ended + MINUTE, ticket.agent, ticket)
    return now


def _ask(ticket: Ticket, draft: Draft, at: datetime) -> None:
    draft.act(
        "ticket.replied", at, ticket.agent, entry=(REPLY, ticket.story.details),
        status=Status.ON_HOLD, extra={"hold": [None, HoldReason.REQUESTER.value]},
    )  # fmt: skip
    draft.hold(HoldReason.REQUESTER.value, ticket.agent)


def _begun(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    draft.act("ticket.noted", draft.at, ticket.agent, entry=(NOTE, ticket.story.title))
    return draft.at


def _waiting(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    draft.act("ticket.noted", draft.at, ticket.agent, entry=(NOTE, ticket.story.title))
    asked = max(ticket.after(opened, 0.2), draft.at)
    _ask(ticket, draft, asked)
    return asked


def _warned(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    draft.act("ticket.noted", draft.at, ticket.agent, entry=(NOTE, ticket.story.title))
    at = ticket.after(opened, 0.75)
    _step(draft, "warn_75", at)
    draft.act("ticket.warned", at, None, extra={"steps": [None, ["resolution:warn_75"]]})
    draft.messages.append(("warn_75", "ticket_at_risk", ticket.agent, at))
    return at


def _escalated(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    if ticket.to is None:
        raise LookupError("Nobody is above.")
    _warned(ticket, draft, opened, now)
    due, to = ticket.after(opened, 1.0), ticket.to
    person = ticket.world.agent(to.pk, draft.requester.language)
    leads = ticket.world.leads
    told = {p.pk: p for team in (draft.values["team_id"], to.pk) for p in leads.get(team, ())}
    draft.handed(to, person, at=due)
    _step(draft, "breach_hand_over", due)
    extra: dict[str, Any] = {
        "late": [None, ["resolution"]],
        "steps": [None, ["resolution:breach_hand_over"]],
        "trigger": [None, "breach"],
    }
    draft.act(
        "ticket.escalated", due, None, extra=extra, team_id=to.pk, level=to.level,
        assignee_id=person.pk, follow_up_id=ticket.agent.pk, hop_count=1,
    )  # fmt: skip
    draft.messages.append(("breach_hand_over", "ticket_escalated", person, due))
    for lead in told.values():
        draft.messages.append(("breach_hand_over", "ticket_late_lead", lead, due))
    return due


def _late(ticket: Ticket, draft: Draft, opened: datetime, now: datetime) -> datetime:
    _escalated(ticket, draft, opened, now)
    person = next(
        p for p in ticket.world.members[draft.values["team_id"]]
        if p.pk == draft.values["assignee_id"]
    )  # fmt: skip
    at = ticket.after(opened, 1.2)
    draft.act("handover.accepted", at, person, extra={"handover": ["proposed", "accepted"]})
    row = draft.handovers[-1]
    row[14], row[17], row[18] = "accepted", at, person.pk
    _end(draft, ticket.after(opened, ticket.dice.uniform(1.3, 1.9)), person, ticket)
    return now


def _step(draft: Draft, milestone: str, at: datetime) -> None:
    draft.fired.append(Fired(milestone, at))


def _end(draft: Draft, at: datetime, actor: Person, ticket: Ticket) -> None:
    resolved(draft, at, actor, ticket.story.solution)
    closed(draft, at + timedelta(days=14))


_ROADS = {
    "normal": _normal, "late": _late, "begun": _begun, "warned": _warned, "waiting": _waiting,
    "escalated": _escalated, "unswept": _begun,
}  # fmt: skip


def choose(dice: Random, *, is_open: bool, has_higher: bool) -> str:
    """Return a shape; one that needs a second level only where there is one."""
    names, weights = (OPEN, OPEN_WEIGHTS) if is_open else (ENDED, ENDED_WEIGHTS)
    shape = dice.choices(names, weights)[0]
    if has_higher:
        return shape
    return {"late": "normal", "escalated": "begun"}.get(shape, shape)
