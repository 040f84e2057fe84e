"""The verbs of a ticket, by a form of the desk: each asks, calls one action, and goes back."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Person
from common.htmx import Request
from common.origin import Origin
from sla.queries import policy
from tickets import actions, permissions, queries
from tickets.forms import (
    THEN,
    AssignForm,
    ClassifyForm,
    HoldForm,
    NoteForm,
    ReasonForm,
    ReplyForm,
    ResolveForm,
    SeenForm,
)
from tickets.models import Hold
from tickets.views.asking import Question, ask, do, given, looked_at, to_work_on

asks = require_http_methods(["GET", "HEAD", "POST"])


@asks
def reply(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number, permissions.can_answer)
    name = ticket.requester.given_name or ticket.requester.name

    def act(data: dict[str, Any]) -> None:
        actions.reply(
            ticket.pk, body=data["body"], then=THEN[data["then"]],
            origin=Origin.of_request(request), seen_version=data["seen_version"],
        )  # fmt: skip

    question = Question(
        title=_("Reply to %(name)s") % {"name": ticket.requester},
        submit=_("Send to %(name)s") % {"name": name},
        said=_("Sent to %(name)s.") % {"name": ticket.requester},
        act=act,
        template="tickets/partials/reply_form.html",
        form_id="reply-form",
    )
    return ask(request, ticket, ReplyForm(given(request), initial=looked_at(ticket)), question)


@asks
def note(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number, permissions.can_note)
    question = Question(
        title=_("Internal note on %(number)s") % {"number": ticket.number},
        submit=_("Save note"),
        said=_("Note saved."),
        act=lambda data: actions.note(
            ticket.pk, body=data["body"], origin=Origin.of_request(request)
        ),
        template="tickets/partials/note_form.html",
        form_id="note-form",
    )
    return ask(request, ticket, NoteForm(given(request)), question)


@require_POST
def take(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    return do(
        request,
        ticket,
        lambda: actions.take(
            ticket.pk, origin=Origin.of_request(request), seen_version=_version(request)
        ),
        name=_("Take it"),
        said=_("%(number)s is yours.") % {"number": ticket.number},
    )


@asks
def assign(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    people = Person.objects.agents().filter(memberships__team=ticket.team_id)
    form = AssignForm(
        given(request),
        people=people.order_by("given_name", "family_name"),
        initial=looked_at(ticket) | {"assignee": ticket.assignee_id},
    )
    question = Question(
        title=_("Assign %(number)s") % {"number": ticket.number},
        submit=_("Assign"),
        said=_("%(number)s is assigned.") % {"number": ticket.number},
        intro=_("For somebody outside %(team)s, hand it over.") % {"team": ticket.team},
        act=lambda data: actions.assign(
            ticket.pk, data["assignee"], origin=Origin.of_request(request),
            seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    return ask(request, ticket, form, question)


@asks
def hold(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    present = queries.open_hold(ticket.pk)

    def act(data: dict[str, Any]) -> None:
        actions.hold(
            ticket.pk, origin=Origin.of_request(request),
            **{name: data[name] for name in ("reason", "until", "note", "supplier", "message")},
            seen_version=data["seen_version"],
        )  # fmt: skip

    if present is None:
        title, submit = _("Put %(number)s on hold"), _("Put on hold")
    else:
        title, submit = _("%(number)s waits longer, or for something else"), _("Save")
    question = Question(
        title=title % {"number": ticket.number},
        submit=submit,
        said=_("%(number)s is on hold.") % {"number": ticket.number},
        act=act,
        template="tickets/partials/hold_form.html",
        form_id="hold-form",
    )
    initial = looked_at(ticket) | _of_hold(present)
    form = HoldForm(given(request), reasons=policy().offered_reasons, initial=initial)
    return ask(request, ticket, form, question)


def _of_hold(present: Hold | None) -> dict[str, Any]:
    """What a ticket on hold waits for at present: whoever prolongs it changes the date alone."""
    if present is None:
        return {}
    return {
        "reason": present.reason, "until": present.until, "note": present.note,
        "supplier": present.supplier and present.supplier.slug,
    }  # fmt: skip


@require_POST
def resume(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    return do(
        request,
        ticket,
        lambda: actions.resume(
            ticket.pk, origin=Origin.of_request(request), seen_version=_version(request)
        ),
        name=_("Resume"),
        said=_("%(number)s is in progress again.") % {"number": ticket.number},
    )


@asks
def resolve(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    question = Question(
        title=_("Resolve %(number)s") % {"number": ticket.number},
        submit=_("Resolve %(number)s") % {"number": ticket.number},
        said=_("%(number)s is resolved.") % {"number": ticket.number},
        intro=_("%(name)s can reopen it.") % {"name": ticket.requester},
        act=lambda data: actions.resolve(
            ticket.pk, resolution=data["resolution"], origin=Origin.of_request(request),
            seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    return ask(request, ticket, ResolveForm(given(request), initial=looked_at(ticket)), question)


@asks
def reopen(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    question = Question(
        title=_("Reopen %(number)s") % {"number": ticket.number},
        submit=_("Reopen"),
        said=_("%(number)s is in progress again.") % {"number": ticket.number},
        intro=_("The time since it was resolved does not count."),
        act=lambda data: actions.reopen(
            ticket.pk, reason=data["reason"], origin=Origin.of_request(request),
            seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    return ask(request, ticket, ReasonForm(given(request), initial=looked_at(ticket)), question)


@asks
def cancel(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    question = Question(
        title=_("Cancel %(number)s") % {"number": ticket.number},
        submit=_("Cancel %(number)s") % {"number": ticket.number},
        said=_("%(number)s is cancelled.") % {"number": ticket.number},
        intro=_("A cancelled ticket stays cancelled. For a new wish, open a new one."),
        is_grave=True,
        act=lambda data: actions.cancel(
            ticket.pk, reason=data["reason"], origin=Origin.of_request(request),
            seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    return ask(request, ticket, ReasonForm(given(request), initial=looked_at(ticket)), question)


@asks
def close(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    question = Question(
        title=_("Close %(number)s") % {"number": ticket.number},
        submit=_("Close %(number)s") % {"number": ticket.number},
        said=_("%(number)s is closed.") % {"number": ticket.number},
        intro=_("Nobody can reopen it after that; who needs more opens a new ticket."),
        act=lambda data: actions.close(
            ticket.pk, origin=Origin.of_request(request), seen_version=data["seen_version"]
        ),
    )
    return ask(request, ticket, SeenForm(given(request), initial=looked_at(ticket)), question)


@asks
def classify(request: Request, number: str) -> HttpResponse:
    ticket = to_work_on(request, number)
    known = {"impact": ticket.impact, "urgency": ticket.urgency, "category": ticket.category.slug}
    question = Question(
        title=_("Classify %(number)s") % {"number": ticket.number},
        submit=_("Save"),
        said=_("%(number)s is classified.") % {"number": ticket.number},
        intro=_("The priority follows from both answers, and the deadlines follow the priority."),
        act=lambda data: actions.classify(
            ticket.pk, impact=data["impact"], urgency=data["urgency"], category=data["category"],
            origin=Origin.of_request(request), seen_version=data["seen_version"],
        ),
    )  # fmt: skip
    form = ClassifyForm(given(request), initial=looked_at(ticket) | known)
    return ask(request, ticket, form, question)


def _version(request: Request) -> int | None:
    text = request.POST.get("seen_version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
