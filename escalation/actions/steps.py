"""What the due steps of one ticket do, and whom they tell; it writes nothing.

However many steps fall due at once, a ticket is moved once and changes once; each action has
its event, and every step is told of by exactly one of them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from accounts.models import Person
from escalation import notices
from escalation.actions.moves import Move, by_step, verb_of
from escalation.notices import Told
from escalation.queries import Routing
from escalation.rules import is_late
from notifications.actions import NewMessage
from sla.choices import Audience, StepAction
from sla.queries import StepTerms
from tickets.actions import KEEP, Also, BatchChange, Change
from tickets.models import Clock, Ticket
from tickets.queries import Lot

HIGHEST = 1  # priority


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step whose instant has come, for one clock."""

    clock: Clock
    terms: StepTerms
    due_at: datetime


@dataclass(slots=True)
class Due:
    """A claimed ticket with the steps that are due, and whether a clock has just run out."""

    claimed: Lot
    steps: list[DueStep] = field(default_factory=list)
    ran_out: list[Clock] = field(default_factory=list)


def carry_out(
    due: Due, mine: Sequence[DueStep], ways: Routing | None, at: datetime
) -> tuple[BatchChange, Move | None]:
    """Return what changes of a ticket, and its move if there is one.

    mine: the steps that this sweep owns, in the order in which they were due.
    """
    asked = BatchChange(
        ticket=due.claimed.ticket, change=Change(), verb="", is_quiet=True,
        fired=tuple((s.clock.pk, s.terms.milestone) for s in due.steps),
        clocks=due.claimed.clocks, holds=due.claimed.holds,
    )  # fmt: skip
    if not mine or ways is None:
        _tell_of(asked, due, mine, None, [])
        return asked, None
    work = _Work(due.claimed.ticket, ways, at)
    work.do(mine)
    asked.change = work.change()
    _tell_of(asked, due, mine, work.move, work.events(mine))
    asked.messages = tuple(work.messages(mine))
    return asked, work.move


def _tell_of(
    asked: BatchChange, due: Due, mine: Sequence[DueStep], move: Move | None, more: list[Also]
) -> None:
    """Give the change its event and the further ones; the first of all names the steps."""
    if mine:
        asked.extra["steps"] = [None, [f"{s.clock.metric}:{s.terms.milestone}" for s in mine]]
    if due.ran_out:
        asked.extra["late"] = [None, [row.metric for row in due.ran_out]]
    if move is not None:
        asked.verb = verb_of(move)
        asked.extra["trigger"] = [None, str(move.trigger)]
    elif due.ran_out:
        asked.verb = "ticket.breached"
    elif told := [s for s in mine if s.terms.action in {StepAction.WARN, StepAction.HAND_OVER}]:
        asked.verb = "ticket.reminded" if is_late(told[-1].terms) else "ticket.warned"
    elif more:
        first, *more = more
        asked.verb = first.verb
        asked.extra |= first.extra
    asked.also = more


@dataclass(slots=True)
class _Work:
    """The due steps of one ticket on their way: what was decided, and by which step."""

    ticket: Ticket
    ways: Routing
    at: datetime
    move: Move | None = None
    mover: DueStep | None = None
    raised: int = 0

    def do(self, mine: Sequence[DueStep]) -> None:
        """Decide what happens to the ticket: the first step that can move it does."""
        for step in mine:
            if step.terms.action == StepAction.HAND_OVER and self.move is None:
                self.move = by_step(self.ticket, step.terms, self.ways)
                self.mover = step if self.move else None
            self.raised += step.terms.action == StepAction.RAISE

    @property
    def priority(self) -> int:
        """The priority it has afterwards; the highest stays."""
        return max(self.ticket.priority - self.raised, HIGHEST)

    def change(self) -> Change:
        """Return what changes of the ticket."""
        found = self.move.change if self.move else Change()
        if self.priority == self.ticket.priority:
            return found
        return Change(**_fields(found), priority=self.priority)

    def events(self, mine: Sequence[DueStep]) -> list[Also]:
        """Return the events of what is neither a warning nor a move, each action once."""
        actions = {step.terms.action for step in mine}
        found = []
        if StepAction.INFORM in actions:
            told = [p.pk for p in self.ways.superiors_of(self.ticket.team_id)]
            found.append(Also(verb="ticket.superiors_informed", extra={"told": [None, told]}))
        if StepAction.RAISE in actions:
            found.append(Also(verb="ticket.priority_raised", takes=frozenset({"priority"})))
        if StepAction.PROPOSE in actions:
            told = [p.pk for p in self.ways.leads_of([self.ticket.team_id])]
            found.append(Also(verb="ticket.major_proposed", extra={"told": [None, told]}))
        return found

    def messages(self, mine: Sequence[DueStep]) -> Iterator[NewMessage]:
        """Yield what is told; what a later step of the same sweep overtakes is left out.

        A mere warning is overtaken by a later step of its clock, so that nobody who works on
        it hears the same twice at once; of two clocks that run out together the second
        hand-over by the first.
        """
        last = {step.clock.pk: step for step in mine}
        for step in mine:
            action = step.terms.action
            if action == StepAction.HAND_OVER and self.mover not in {None, step}:
                continue
            is_overtaken = action == StepAction.WARN and step is not last[step.clock.pk]
            told = self._told(step, is_overtaken=is_overtaken)
            yield from notices.of_step(
                self.ticket, step.clock, step.terms.milestone, told, **self._facts(step)
            )

    def _facts(self, step: DueStep) -> dict[str, Any]:
        facts: dict[str, Any] = {"is_late": is_late(step.terms)}
        if step is self.mover and self.move is not None:
            facts |= {"to_team": self.move.to_team.name, "chosen": self.move.chosen}
        elif step.terms.action == StepAction.RAISE:
            facts |= {"raised": f"P{self.priority}"}
        return facts

    def _told(self, step: DueStep, *, is_overtaken: bool) -> list[Told]:
        """Return who hears of a step: those who work on it, and those who watch over it."""
        stays = step.terms.action == StepAction.HAND_OVER and self.move is None
        action = StepAction.WARN if stays else step.terms.action
        doing, watching = _TEMPLATES[action, is_late(step.terms)]
        if step is self.mover and self.move is not None:
            doers: list[Person] = list(self.move.readers)
        else:
            doers = [] if is_overtaken else self._doers(step.terms)
        watchers = dict.fromkeys(self._watchers(step))
        if step is not self.mover:
            # Once each, by what matters more; whoever gets a ticket and leads hears of both.
            is_for_watchers = step.terms.action in _FOR_WATCHERS
            doers = [p for p in doers if not (is_for_watchers and p in watchers)]
            watchers = dict.fromkeys(p for p in watchers if p not in doers)
        told = [self._one(step, person, doing) for person in dict.fromkeys(doers)]
        return told + [self._one(step, person, watching) for person in watchers]

    def _one(self, step: DueStep, person: Person, template: str) -> Told:
        quiet = None if step.terms.wakes else self.ways.quiet_until(person.pk, self.at)
        return Told(person, template, quiet)

    def _doers(self, terms: StepTerms) -> list[Person]:
        tell = terms.tell
        if not tell and not terms.persons and terms.action in _TOLD_BY_DEFAULT:
            tell = frozenset({Audience.ASSIGNEE})
        team, found = self.ticket.team_id, list[Person]()
        if Audience.ASSIGNEE in tell:
            person = self.ways.persons.get(self.ticket.assignee_id or 0) or self.ticket.assignee
            found += (
                self.ways.with_substitute(person, self.ticket, self.at)
                if person
                else self._team(team)
            )
        if Audience.TEAM in tell:
            found += self._team(team)
        return found

    def _team(self, team: int) -> list[Person]:
        return self.ways.hearers(self.ticket, team)

    def _watchers(self, step: DueStep) -> Iterable[Person]:
        terms, teams = step.terms, [self.ticket.team_id]
        if step is self.mover and self.move is not None:
            teams.append(self.move.to_team.pk)
            yield from self._doers(terms)  # who had it until now, where the step tells them
        if terms.action == StepAction.INFORM:
            yield from self.ways.superiors_of(self.ticket.team_id)
        elif Audience.LEAD in terms.tell or terms.action in _TELL_THE_LEAD:
            yield from self.ways.leads_of(teams)
        named = (self.ways.persons.get(pk) for pk in terms.persons)
        yield from (person for person in named if person is not None and person.is_active)


_TOLD_BY_DEFAULT = {StepAction.WARN, StepAction.RAISE}
_FOR_WATCHERS = {StepAction.INFORM, StepAction.PROPOSE}
_TELL_THE_LEAD = {StepAction.HAND_OVER, StepAction.PROPOSE}
_WARNING = {
    False: ("ticket_at_risk", "ticket_at_risk_lead"),
    True: ("ticket_late", "ticket_late_lead"),
}
# By action and whether the time is up: the mail to who works on it, and to who watches.
_TEMPLATES: dict[tuple[str, bool], tuple[str, str]] = {
    (str(action), late): (doing, watching)
    for late, (warn, lead) in _WARNING.items()
    for action, doing, watching in (
        (StepAction.WARN, warn, lead),
        (StepAction.HAND_OVER, "ticket_escalated", lead),
        (StepAction.INFORM, warn, "ticket_informed"),
        (StepAction.RAISE, "ticket_raised", "ticket_raised"),
        (StepAction.PROPOSE, warn, "ticket_major_proposed"),
    )
}


def _fields(change: Change) -> dict[str, Any]:
    return {"hop": change.hop, **{n: v for n, v in change.values().items() if v is not KEEP}}
