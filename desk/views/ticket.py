"""The page of one ticket for agents, and its history."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.permissions import can_read_desk
from audit.queries import of_subject
from common import pulse
from common.htmx import Request
from desk.queries import story
from desk.queries.ticket import ticket_page
from escalation import permissions as escalation
from tickets.forms import NoteForm, ReplyForm
from tickets.models import Ticket
from tickets.permissions import can_see_internal, offered
from tickets.views.asking import seen


@require_safe
def page(request: Request, number: str) -> HttpResponse:
    """Show a ticket; htmx gets everything that may have changed, with what was just done."""
    ticket = seen(request, number, ("category__service", "team", "organisation", "site"))
    if not can_read_desk(request.user):
        return HttpResponseRedirect(f"/my/{ticket.number}/")
    live = pulse.context("queue", f"ticket:{ticket.pk}")
    context = _page(request, ticket)
    if not (request.htmx and request.htmx.target == "ticket"):
        response = TemplateResponse(request, "desk/ticket.html", context | live)
    else:
        response = TemplateResponse(request, "desk/partials/ticket.html", context)
        _tell(request, response)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


@require_safe
def log(request: Request, number: str) -> HttpResponse:
    """Show every change of a ticket, newest first: who, when, what from, what to."""
    ticket = seen(request, number)
    if not can_read_desk(request.user) or not can_see_internal(request.user, ticket):
        raise Http404
    lines = story.lines(of_subject("ticket", ticket.pk))
    context = {"ticket": ticket, "lines": lines[::-1], "nav": "queues", "now": timezone.now()}
    return TemplateResponse(request, "desk/log.html", context)


def _page(request: Request, ticket: Ticket) -> dict[str, Any]:
    user, now = request.user, timezone.now()
    internal = can_see_internal(user, ticket)
    found = ticket_page(ticket, user, internal=internal, at=now)
    may = offered(user, ticket)
    initial = {"seen_version": ticket.version}
    return {
        "ticket": ticket,
        "shown": found,
        "may": may,
        "may_answer": found.handover is not None
        and escalation.can_answer(user, found.handover)
        and found.handover.to_team_id == ticket.team_id,
        "internal": internal,
        "reply_form": ReplyForm(initial=initial),
        "note_form": NoteForm(),
        "now": now,
        "nav": "queues",
    }


def _tell(request: Request, response: HttpResponse) -> None:
    """Say what was just done, and close the dialog it was done in."""
    said = [str(message) for message in messages.get_messages(request)]
    if said:
        trigger_client_event(response, "toast", {"text": " ".join(said)})
        trigger_client_event(response, "close-dialog", {}, after="settle")
