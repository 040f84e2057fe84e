"""How a verb is asked for: a dialog by htmx, a page without it, and what was typed is kept."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect, reswap, retarget, trigger_client_event

from accounts.permissions import is_agent
from common.errors import DomainError, InvalidInput
from common.htmx import Request
from tickets import permissions
from tickets.models import Ticket

RELATED = (
    "category__service", "team", "assignee", "follow_up", "opened_by", "requester__site",
    "organisation", "site",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Question:
    """The words of a verb, and what it does with a valid form.

    said: what the person reads when it is done, unless `act` returns better words.
    template: the form as a fragment, whose outermost element has the id `form_id`.
    """

    title: str
    submit: str
    said: str
    act: Callable[[dict[str, Any]], object]
    intro: str = ""
    is_grave: bool = False
    kind: str = ""
    template: str = "tickets/partials/ask_form.html"
    form_id: str = "ask-form"
    more: Mapping[str, Any] = field(default_factory=dict)


# A form that was sent needs little of the ticket: the action reads it anew, under its lock.
SENT = ("category", "team", "requester")


def seen(request: Request, number: str, related: Sequence[str] = RELATED) -> Ticket:
    """Return the ticket with all its people; 404 for one out of sight."""
    found = Ticket.objects.visible_to(request.user).select_related(*related)
    try:
        return found.get(number=number)
    except Ticket.DoesNotExist:
        raise Http404 from None


def to_work_on(
    request: Request, number: str, may: permissions.Rule = permissions.can_work
) -> Ticket:
    """Return the ticket for a verb of the desk; 403 for its requester, who has the portal.

    may: who is asked for words at all. What was typed already is refused by the action,
    whose answer keeps it.
    """
    ticket = seen(request, number, SENT if request.method == "POST" else RELATED)
    if not is_agent(request.user):
        raise PermissionDenied(_("This is done by the people of the service desk."))
    if request.method != "POST" and not may(request.user, ticket):
        raise PermissionDenied(permissions.refusal(ticket))
    return ticket


def given(request: Request) -> Any:
    """Return what was sent to a form, or None: it is shown for the first time."""
    return request.POST if request.method == "POST" else None


def looked_at(ticket: Ticket) -> dict[str, Any]:
    """Return the version of the ticket that a form was shown for."""
    return {"seen_version": ticket.version}


def ask(request: Request, ticket: Ticket, form: forms.Form, question: Question) -> HttpResponse:
    """Answer one verb: show its form, or do it and go back to the ticket."""
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                said = question.act(form.cleaned_data)
            except DomainError as error:
                status = error.status
                form.add_error(_field_of(error, form), str(error))
            else:
                return done(request, ticket, said if isinstance(said, str) else question.said)
        else:
            status = 422
    context = {"ticket": ticket, "form": form, "question": question, "nav": "queues"}
    context |= question.more
    name = "tickets/ask.html"
    if request.htmx:
        name = question.template if request.method == "POST" else "tickets/partials/ask.html"
    response: HttpResponse = TemplateResponse(request, name, context, status=status)
    if request.htmx and request.method == "POST":
        response = reswap(retarget(response, f"#{question.form_id}"), "outerHTML")
    patch_vary_headers(response, ("HX-Request",))
    return response


def do(
    request: Request, ticket: Ticket, act: Callable[[], object], *, name: str, said: str
) -> HttpResponse:
    """Answer a verb that needs nothing but a press of the button called `name`."""
    try:
        act()
    except DomainError as error:
        if request.htmx:
            return reswap(told(HttpResponse(status=error.status), str(error)), "none")
        question = Question(title=str(error), submit=name, said=said, act=lambda _data: None)
        context = {"ticket": ticket, "form": forms.Form(), "question": question, "nav": "queues"}
        return TemplateResponse(request, "tickets/ask.html", context, status=error.status)
    return done(request, ticket, said)


def told(response: HttpResponse, text: str) -> HttpResponse:
    """Make an answer to htmx say something at the bottom of the page."""
    return trigger_client_event(response, "toast", {"text": text})


def done(request: Request, ticket: Ticket, said: str) -> HttpResponse:
    """Go back to the ticket; htmx follows by itself and gets the fragment it aimed at."""
    messages.success(request, said)
    if ticket.category.is_sensitive and not _is_in_sight(request, ticket):
        home = reverse("ticket-list")
        return HttpResponseClientRedirect(home) if request.htmx else redirect(home)
    return redirect(ticket)


def _is_in_sight(request: Request, ticket: Ticket) -> bool:
    """Test if the person still sees the ticket: who hands over a sensitive one may not."""
    return Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists()


def _field_of(error: DomainError, form: forms.Form) -> str | None:
    name = error.field if isinstance(error, InvalidInput) else ""
    return name if name in form.fields else None
