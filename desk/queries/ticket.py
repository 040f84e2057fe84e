"""Everything the page of one ticket shows, in a fixed number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from markupsafe import Markup

from accounts.models import PhoneNumber
from accounts.queries import attach
from audit.models import Event
from audit.queries import of_subject
from common.html import rendered
from desk.queries import story
from escalation.models import Handover
from escalation.queries import handovers_of
from sla import engine
from sla.choices import TICKING, ClockState, Metric
from sla.queries import Policy, ReasonTerms, policy
from tickets import queries
from tickets.choices import OPEN, EntryKind
from tickets.models import Clock, Entry, Hold, Ticket
from tickets.queries.day_lines import DayLine, day_line
from tickets.queries.spent import time_spent
from tickets.rules import Sum

PEOPLE = ("requester", "assignee", "follow_up", "opened_by")
NEWS = 10  # seconds for which an arrival is news


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the conversation. kind: reply, note, call or fact."""

    key: str
    kind: str
    at: datetime
    who: str
    channel: str
    body: Markup
    is_theirs: bool = False


@dataclass(frozen=True, slots=True)
class ClockFace:
    """A clock as its chip wants it; margin: working time between its stop and its due instant."""

    metric: str
    label: str
    state: str
    due_at: datetime | None
    at_risk_at: datetime | None
    since: datetime | None
    margin: int | None
    reason: str
    left: engine.Countdown | None


@dataclass(frozen=True, slots=True)
class TicketPage:
    """One ticket as an agent reads it."""

    items: Sequence[Item]
    clocks: Sequence[ClockFace]
    day_line: DayLine | None
    hold: Hold | None
    reason: ReasonTerms | None
    handovers: Sequence[Handover]
    phones: Sequence[PhoneNumber]
    news: str
    spent: Sequence[Sum] = ()
    proposed_at: datetime | None = None

    @property
    def handover(self) -> Handover | None:
        """The latest hand-over that still says something, on top of the conversation."""
        return self.handovers[0] if self.handovers else None


def ticket_page(ticket: Ticket, reader: Any, *, internal: bool, at: datetime) -> TicketPage:
    """Return what `reader` sees of `ticket`; internal: notes, facts and hand-overs, too."""
    entries = list(queries.entries(ticket, internal=internal).select_related(None))
    events = list(of_subject("ticket", ticket.pk).select_related(None)) if internal else []
    attach(([ticket], PEOPLE), (entries, ["author"]), (events, ["actor"]))
    facts = story.facts(events)
    clocks = queries.clocks_of(ticket, internal=True)
    holds = list(ticket.holds.select_related("author", "supplier").order_by("started_at"))
    hold = next((h for h in holds if h.ended_at is None), None)
    rules = policy()
    known = rules if clocks else None
    return TicketPage(
        items=_conversation(ticket, entries, facts),
        clocks=[_face(clock, hold, known, at) for clock in clocks] if known else [],
        day_line=_day_line(ticket, clocks, holds, known, at) if known else None,
        hold=hold,
        reason=rules.reason(hold.reason) if hold else None,
        handovers=handovers_of(ticket) if internal else [],
        phones=list(PhoneNumber.objects.filter(person=ticket.requester_id).order_by("kind", "pk")),
        news=_news(entries, reader, at),
        spent=time_spent(ticket, events, clocks, rules=rules, at=at) if internal else (),
        proposed_at=_proposed_at(ticket, events),
    )


def _proposed_at(ticket: Ticket, events: Sequence[Event]) -> datetime | None:
    """When a step proposed it as a major incident, as long as it is open."""
    found = [event.at for event in events if event.verb == "ticket.major_proposed"]
    return found[-1] if found and ticket.status in OPEN else None


def _conversation(
    ticket: Ticket, entries: Sequence[Entry], facts: Sequence[story.Line]
) -> list[Item]:
    found = [_entry(ticket, entry) for entry in entries]
    found += [
        Item(f"f{n}", "fact", line.at, line.who, "", Markup.escape(line.text))
        for n, line in enumerate(facts)
    ]
    # A message and the move it made share an instant: the message comes first.
    return sorted(found, key=lambda item: (item.at, item.kind == "fact"))


def _entry(ticket: Ticket, entry: Entry) -> Item:
    is_theirs = entry.author_id in {None, ticket.requester_id} or entry.kind == EntryKind.CALL
    by = entry.author.name if entry.author else _("The system")
    channel = str(entry.get_channel_display())
    who = by
    if entry.kind == EntryKind.CALL and entry.author_id != ticket.requester_id:
        who, channel = ticket.requester.name, _("%(channel)s, by %(name)s") % {
            "channel": channel, "name": by,
        }  # fmt: skip
    return Item(f"e{entry.pk}", entry.kind, entry.at, who, channel, _html(entry.body), is_theirs)


@lru_cache(maxsize=512)
def _html(text: str) -> Markup:
    """Markdown costs more than the rest of the page, and an entry never changes."""
    return rendered(text)


def _news(entries: Sequence[Entry], reader: Any, at: datetime) -> str:
    """Return the sentence a live page speaks when somebody else has just written."""
    last = entries[-1] if entries else None
    if last is None or last.author_id == reader.pk or (at - last.at).total_seconds() > NEWS:
        return ""
    return _("New message from %(name)s") % {"name": last.author or _("the system")}


def _face(clock: Clock, hold: Hold | None, known: Policy, at: datetime) -> ClockFace:
    paused = clock.state == ClockState.PAUSED and hold is not None
    margin, left = None, None
    if clock.due_at is not None:
        hours = known.calendars[clock.calendar_id]
        if clock.state in TICKING:
            left = engine.Countdown.of(hours, clock.due_at, at)
        elif clock.stopped_at is not None:
            margin = abs(engine.Countdown.of(hours, clock.due_at, clock.stopped_at).seconds)
    return ClockFace(
        metric=clock.metric,
        label=capfirst(clock.get_metric_display()),
        state=clock.state,
        due_at=clock.due_at,
        at_risk_at=clock.at_risk_at,
        since=hold.started_at if paused and hold else None,
        margin=margin,
        reason=known.reason(hold.reason).name if paused and hold else "",
        left=left,
    )


def _day_line(
    ticket: Ticket, clocks: Sequence[Clock], holds: Sequence[Hold], known: Policy, at: datetime
) -> DayLine | None:
    """Return the line of the fix, else of the response; None when no clock runs."""
    running = {clock.metric: clock for clock in clocks if clock.state in TICKING}
    clock = running.get(Metric.RESOLUTION) or running.get(Metric.FIRST_RESPONSE)
    run = queries.run_of(ticket, clock, holds, known) if clock else None
    if clock is None or run is None:
        return None
    return day_line(run, ticket, holds, since=clock.terms_since, at=at)
