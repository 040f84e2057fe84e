"""Hand over, accept, refuse, hand back: doors of the desk."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import PhoneNumber
from common.formats import phone
from common.htmx import Request
from common.origin import Origin
from escalation import actions, queries
from escalation.choices import Trigger
from escalation.forms import AnswerForm, HandoverForm
from escalation.rules import HOPS_TO_TELL_THE_LEAD
from tickets.choices import EntryKind
from tickets.models import Ticket
from tickets.views.asking import Question, ask, do, given, looked_at, to_work_on

asks = require_http_methods(["GET", "HEAD", "POST"])
SYMPTOM = 2_000  # characters of the description that fill the card


@asks
def hand_over(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    options = queries.destinations(ticket, at=timezone.now())
    form = HandoverForm(given(request), options=options, initial=_card(ticket, options))

    def act(data: dict[str, Any]) -> str:
        actions.hand_over(
            ticket.pk, team=data["team"], assignee=data["assignee"], reason=data["reason"],
            trigger=Trigger(data["trigger"]), tell_requester=data["tell_requester"],
            card=actions.Card(
                symptom=data["symptom"], tried=data["tried"], wanted=data["wanted"],
                reachable=data["reachable"],
            ),
            origin=Origin.of_request(request), seen_version=data["seen_version"],
        )  # fmt: skip
        words = {"team": data["team"], "name": ticket.requester}
        if data["tell_requester"]:
            return _("Handed over to %(team)s. %(name)s has been told.") % words
        return _("Handed over to %(team)s.") % words

    question = Question(
        title=_("Hand over %(number)s") % {"number": ticket.number},
        submit=_("Hand over"),
        said=_("Handed over."),
        act=act,
        template="escalation/partials/handover_form.html",
        form_id="handover-form",
        kind="wide",
        more={
            "options": options,
            "people": queries.people_of(options),
            "next_hop": ticket.hop_count + 1,
            "is_often": ticket.hop_count + 1 >= HOPS_TO_TELL_THE_LEAD,
        },
    )
    return ask(request, ticket, form, question)


@require_POST
def accept(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    return do(
        request,
        ticket,
        lambda: actions.accept(ticket.pk, origin=Origin.of_request(request)),
        name=_("Accept"),
        said=_("%(number)s is yours.") % {"number": ticket.number},
    )


@asks
def refuse(request: Request, number: str) -> HttpResponse:
    title = _("Refuse %(number)s") % {"number": number}
    return _send_back(request, number, actions.refuse, title=title, submit=_("Refuse"))


@asks
def hand_back(request: Request, number: str) -> HttpResponse:
    title = _("Hand back %(number)s") % {"number": number}
    return _send_back(request, number, actions.hand_back, title=title, submit=_("Hand back"))


def _send_back(
    request: Request, number: str, verb: Callable[..., Ticket], *, title: str, submit: str
) -> HttpResponse:
    ticket = to_work_on(request, number)
    question = Question(
        title=title,
        submit=submit,
        said=_("%(number)s is back with the team it came from.") % {"number": ticket.number},
        act=lambda data: verb(
            ticket.pk, reason=data["reason"], origin=Origin.of_request(request),
            seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    return ask(request, ticket, AnswerForm(given(request), initial=looked_at(ticket)), question)


def _card(ticket: Ticket, options: list[queries.Destination]) -> dict[str, Any]:
    """Return what is known already: nobody types twice what the ticket says."""
    numbers = PhoneNumber.objects.filter(person=ticket.requester_id).values_list("e164", flat=True)
    notes = (
        ticket.entries.filter(kind=EntryKind.NOTE).order_by("id").values_list("body", flat=True)
    )
    best = next((o for o in options if o.serves and o.team.level > ticket.level), None)
    return looked_at(ticket) | {
        "team": best.team.slug if best else None,
        "trigger": Trigger.SKILL.value,
        "symptom": (ticket.description or ticket.title)[:SYMPTOM],
        "tried": "\n".join(notes)[:SYMPTOM],
        "reachable": ", ".join(phone(number) for number in numbers)[:200],
        "tell_requester": True,
    }
