"""The history of a ticket in words: every verb has its sentence, every value its name."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.choices import Level
from accounts.models import Person, Team
from audit.models import Event
from catalog.choices import Impact, Kind, Urgency
from catalog.models import Category
from common.formats import date_time
from common.translated import translated
from escalation.choices import HandoverState, Trigger
from sla.choices import Metric
from sla.models import Agreement
from sla.queries import policy
from tickets.choices import Priority, Status, WokenBy

Names = dict[tuple[str, int | str], str]

# What is said when a person did it; %(who)s is that person.
SENTENCES = {
    "ticket.opened": gettext_lazy("%(who)s opened the ticket."),
    "ticket.replied": gettext_lazy("%(who)s wrote a message."),
    "ticket.noted": gettext_lazy("%(who)s wrote an internal note."),
    "ticket.taken": gettext_lazy("%(who)s took the ticket."),
    "ticket.assigned": gettext_lazy("%(who)s assigned the ticket to %(assignee)s."),
    "ticket.held": gettext_lazy("%(who)s put the ticket on hold: it waits for %(hold)s."),
    "ticket.resumed": gettext_lazy("%(who)s resumed the ticket."),
    "ticket.resolved": gettext_lazy("%(who)s resolved the ticket."),
    "ticket.reopened": gettext_lazy("%(who)s reopened the ticket."),
    "ticket.closed": gettext_lazy("%(who)s closed the ticket."),
    "ticket.cancelled": gettext_lazy("%(who)s cancelled the ticket."),
    "ticket.classified": gettext_lazy("%(who)s classified the ticket: P%(priority)s."),
    "ticket.escalated": gettext_lazy(
        "%(who)s handed the ticket over to %(team)s, %(level)s: %(trigger)s."
    ),
    "ticket.handed_over": gettext_lazy("%(who)s handed the ticket over to %(team)s: %(trigger)s."),
    "handover.accepted": gettext_lazy("%(who)s accepted the hand-over."),
    "ticket.warned": gettext_lazy(
        "The time for the %(steps)s is nearly up; whoever works on it was told."
    ),
    "ticket.reminded": gettext_lazy(
        "The time for the %(steps)s is up; those concerned were told."
    ),
    "ticket.breached": gettext_lazy("The time for the %(late)s is up."),
    "ticket.due_moved": gettext_lazy(
        "Opening hours or agreements changed. New due times: %(due)s."
    ),
    "ticket.terms_changed": gettext_lazy(
        "%(who)s recalculated the ticket by the agreement “%(agreement)s”."
    ),
    "ticket.terms_restored": gettext_lazy(
        "%(who)s took the recalculation back: the earlier agreement counts again."
    ),
    "ticket.superiors_informed": gettext_lazy(
        "By agreement, the superiors of the team were informed: %(told)s."
    ),
    "ticket.priority_raised": gettext_lazy(
        "By agreement, the priority was raised to P%(priority)s."
    ),
    "ticket.major_proposed": gettext_lazy(
        "By agreement, this was proposed as a major incident; the lead was told."
    ),
    "ticket.target_relaxed": gettext_lazy(
        "The %(metric)s is not late any more: its target changed."
    ),
    "ticket.clocks_repaired": gettext_lazy(
        "%(who)s repaired the clocks: they are again what the history says."
    ),
}
# What is said when the system did it by itself, where that differs.
BY_ITSELF = {
    "ticket.closed": gettext_lazy("Closed: nobody reopened it in time."),
    "ticket.escalated": gettext_lazy("Escalated to %(team)s, %(level)s: %(trigger)s."),
    "ticket.handed_over": gettext_lazy("Handed over to %(team)s: %(trigger)s."),
}
# What is said of a hold that ended by itself.
WOKEN = {
    WokenBy.DATE: gettext_lazy("The ticket goes on: the promised date has come."),
    WokenBy.LIMIT: gettext_lazy("The ticket goes on: it waited for %(hold)s as long as it may."),
}
SENT_BACK = {
    HandoverState.REFUSED: gettext_lazy(
        "%(who)s refused the hand-over. The ticket is back with %(team)s: %(reason)s"
    ),
    HandoverState.RETURNED: gettext_lazy("%(who)s handed the ticket back to %(team)s: %(reason)s"),
}
GIVEN_BACK = gettext_lazy("%(who)s gave the ticket back to the whole team.")

FIELDS = {
    "status": gettext_lazy("Status"),
    "priority": gettext_lazy("Priority"),
    "impact": gettext_lazy("Who is affected"),
    "urgency": gettext_lazy("Can people work"),
    "category_id": gettext_lazy("Category"),
    "team_id": gettext_lazy("Team"),
    "level": gettext_lazy("Level"),
    "assignee_id": gettext_lazy("Assignee"),
    "follow_up_id": gettext_lazy("Contact for the caller"),
    "hold": gettext_lazy("Waits for"),
    "until": gettext_lazy("Promised for"),
    "woken_by": gettext_lazy("Ended by"),
    "trigger": gettext_lazy("Why"),
    "reason": gettext_lazy("Reason"),
    "resolution": gettext_lazy("Solution"),
    "handover": gettext_lazy("Hand-over"),
    "agreement_id": gettext_lazy("Agreement"),
    "due": gettext_lazy("Due"),
    "late": gettext_lazy("Late"),
    "metric": gettext_lazy("Target"),
    "kind": gettext_lazy("Kind"),
    "requester_id": gettext_lazy("Requester"),
    "title": gettext_lazy("Title"),
}
_MODELS = {
    "team_id": "team", "assignee_id": "person", "follow_up_id": "person",
    "requester_id": "person", "category_id": "category", "hold": "hold",
    "agreement_id": "agreement",
}  # fmt: skip
_TRANSLATED = frozenset({"category", "agreement"})
_WORDS: dict[str, Callable[[Any], Any]] = {
    "status": lambda value: Status(value).label,
    "priority": lambda value: Priority(value).label,
    "impact": lambda value: Impact(value).label,
    "urgency": lambda value: Urgency(value).label,
    "kind": lambda value: Kind(value).label,
    "level": lambda value: Level(value).label,
    "trigger": lambda value: Trigger(value).label,
    "handover": lambda value: HandoverState(value).label,
    "metric": lambda value: Metric(value).label,
    "woken_by": lambda value: WokenBy(value).label,
    "until": lambda value: date_time(datetime.fromisoformat(value)),
    "due": lambda value: ", ".join(
        f"{Metric(metric).label} {_instant(at)}" for metric, at in value.items()
    ),
    "late": lambda value: ", ".join(str(Metric(one).label) for one in value),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One event in words; changes: (field, old, new), each already worded."""

    at: datetime
    verb: str
    who: str
    channel: str
    text: str
    changes: Sequence[tuple[str, str, str]]


def lines(events: Iterable[Event]) -> list[Line]:
    """Return events in words, in their order; one statement for all the names in them."""
    found = list(events)
    names = _names(found)
    return [_line(event, names) for event in found]


def facts(events: Iterable[Event]) -> list[Line]:
    """Return what stands between the messages of a conversation: all but the messages."""
    found = [_as_fact(event) for event in events if event.verb not in MESSAGES or _moved(event)]
    return lines(found)


MESSAGES = frozenset({"ticket.opened", "ticket.replied", "ticket.noted"})
_BY_STATUS = {
    Status.ON_HOLD: "ticket.held", Status.RESOLVED: "ticket.resolved",
    Status.IN_PROGRESS: "ticket.resumed",
}  # fmt: skip


def _moved(event: Event) -> bool:
    old, new = event.changes.get("status", (None, None))
    return event.verb == "ticket.replied" and new in _BY_STATUS and old != Status.NEW


def _as_fact(event: Event) -> Event:
    """A message that moved the ticket tells of the move; the message is an entry of its own."""
    if event.verb == "ticket.replied":
        event.verb = _BY_STATUS[event.changes["status"][1]]
    return event


def _line(event: Event, names: Names) -> Line:
    who = event.actor.name if event.actor else _("The system")
    changes = [
        (str(FIELDS[field]), _word(field, old, names), _word(field, new, names))
        for field in FIELDS
        for old, new in [event.changes.get(field, (None, None))]
        if old != new
    ]
    return Line(
        at=event.at,
        verb=event.verb,
        who=who,
        channel=event.get_channel_display(),
        text=_sentence(event, who, names),
        changes=changes,
    )


def _sentence(event: Event, who: str, names: Names) -> str:
    after = {field: pair[1] for field, pair in event.changes.items()}
    values = {field.removesuffix("_id"): _word(field, after.get(field), names) for field in FIELDS}
    values |= {"who": who, "priority": str(after.get("priority", ""))}
    told = [names.get(("person", key), f"#{key}") for key in after.get("told") or ()]
    values["told"] = ", ".join(told) or _("there is none")
    values["steps"] = _word("late", _metrics(after.get("steps")), names)
    sentence = SENTENCES.get(event.verb)
    if event.actor is None:
        sentence = BY_ITSELF.get(event.verb, sentence)
    if after.get("woken_by") in WOKEN:
        sentence = WOKEN[WokenBy(after["woken_by"])]
        values["hold"] = _word("hold", event.changes["hold"][0], names)
    elif after.get("handover") in SENT_BACK:
        sentence = SENT_BACK[HandoverState(after["handover"])]
    elif event.verb == "ticket.assigned" and after.get("assignee_id") is None:
        sentence = GIVEN_BACK
    elif event.verb == "ticket.classified" and "priority" not in after:
        sentence = gettext_lazy("%(who)s classified the ticket.")
    elif event.verb == "ticket.priority_raised" and "priority" not in after:
        sentence = gettext_lazy("By agreement, the priority stays: no priority is higher.")
    return event.verb if sentence is None else str(sentence) % values


def _metrics(steps: Sequence[str] | None) -> list[str]:
    """Return the metrics of steps such as "resolution:warn_75", each once."""
    return list(dict.fromkeys(step.partition(":")[0] for step in steps or ()))


def _word(field: str, value: Any, names: Names) -> str:
    if value is None or value == "":
        return ""
    if field in _MODELS:
        return names.get((_MODELS[field], value), f"#{value}")
    return str(_WORDS[field](value)) if field in _WORDS else str(value)


def _instant(at: str | None) -> str:
    """Word an instant of the history; none: on hold, or never."""
    return date_time(datetime.fromisoformat(at)) if at else "–"


def _names(events: Sequence[Event]) -> Names:
    """Return the names of everything the events refer to by key."""
    wanted: dict[str, set[Any]] = {
        "team": set(), "person": set(), "category": set(), "agreement": set(), "hold": set(),
    }  # fmt: skip
    for event in events:
        for field, pair in event.changes.items():
            if field in _MODELS:
                wanted[_MODELS[field]] |= {key for key in pair if key is not None}
        wanted["person"] |= {*(event.changes.get("told", (None, None))[1] or ())}
    full = Concat("given_name", Value(" "), "family_name")
    names = Cast("names", CharField())
    parts = [
        _labelled(Team.objects.filter(pk__in=wanted["team"]), "team", F("name")),
        _labelled(Person.objects.filter(pk__in=wanted["person"]), "person", full),
        _labelled(Category.objects.filter(pk__in=wanted["category"]), "category", names),
        _labelled(Agreement.objects.filter(pk__in=wanted["agreement"]), "agreement", names),
    ]
    reasons = wanted.pop("hold")  # no rows of their own: the policy has their names
    found = [part for part, keys in zip(parts, wanted.values(), strict=True) if keys]
    known: Names = {("hold", slug): policy().reason(slug).name for slug in reasons}
    if not found:
        return known
    rows = found[0].union(*found[1:], all=True) if found[1:] else found[0]
    return known | {
        (what, key): translated(json.loads(label)) if what in _TRANSLATED else label.strip()
        for what, key, label in rows
    }


def _labelled(rows: Any, what: str, label: Any) -> Any:
    kind = Value(what, output_field=CharField())
    return rows.order_by().annotate(what=kind, word=label).values_list("what", "pk", "word")
