"""The requesters' site: report something, follow it, answer, say that it works."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Person
from common import pulse
from common.errors import DomainError, InvalidInput
from common.origin import Channel, Origin
from portal import queries
from portal.forms import BROKEN, PURPOSES, ReasonForm, ReportForm, WordsForm
from tickets import actions
from tickets.models import Ticket
from tickets.rules import split_text

FEW = 5  # tickets on the start page


@vary_on_headers("HX-Request", "HX-Target")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Ask what one can do for them, and show what is under way."""
    rows = queries.under_way(request.user, size=FEW)
    context = {"found": rows, "purposes": PURPOSES, "now": timezone.now()}
    if rows:
        context |= pulse.context(*(f"ticket:{row.id}" for row in rows))
    if _asks_for(request, "my-tickets"):
        return TemplateResponse(request, "portal/partials/my_tickets.html", context)
    return TemplateResponse(request, "portal/home.html", context)


def report(request: HttpRequest) -> HttpResponse:
    """Take a report; what is known of the person is shown and not asked."""
    person = _person(request)
    purpose = request.GET.get("for", BROKEN)
    if purpose not in PURPOSES:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = ReportForm(data, purpose=purpose, services=queries.services())
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                ticket = _open(request, person, purpose, form.cleaned_data)
            except DomainError as error:
                _show(form, error, {"title": "text"})
                status = error.status
            else:
                said = _("We have it. Number %(number)s.") % {"number": ticket.number}
                messages.success(request, said)
                return redirect("portal-ticket", ticket.number)
    context = {
        "form": form,
        "purpose": purpose,
        "title": PURPOSES[purpose].title,
        "person": person,
        "phones": queries.phones_of(person),
    }
    return TemplateResponse(request, "portal/report.html", context, status=status)


@require_safe
def tickets(request: HttpRequest) -> HttpResponse:
    """List what is under way, then what is over; each goes on by itself."""
    more_open, more_over = request.GET.get("open", ""), request.GET.get("over", "")
    under_way = None if more_over else queries.unfinished(request.user, after=more_open)
    over = None if more_open else queries.finished(request.user, after=more_over)
    context = {"under_way": under_way, "over": over, "now": timezone.now()}
    return TemplateResponse(request, "portal/tickets.html", context)


@vary_on_headers("HX-Request", "HX-Target")
@require_safe
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """Show one ticket of one's own: where it is, by when, and what was said."""
    return _page(request, _own(request, number))


@require_POST
def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Add a message to one's ticket."""

    def act(ticket: Ticket, given: dict[str, Any], origin: Origin) -> Ticket:
        return actions.reply(ticket.pk, body=given["body"], origin=origin)

    return _act(request, number, WordsForm(request.POST), act, _("Your message is with us."))


@require_POST
def accept(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it works: the ticket is closed."""

    def act(ticket: Ticket, given: dict[str, Any], origin: Origin) -> Ticket:
        return actions.close(ticket.pk, origin=origin)

    return _act(request, number, Form(request.POST), act, _("Thank you. It is closed."))


@require_POST
def reopen(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is still broken: the desk goes on."""

    def act(ticket: Ticket, given: dict[str, Any], origin: Origin) -> Ticket:
        return actions.reopen(ticket.pk, reason=given["reason"], origin=origin)

    return _act(request, number, ReasonForm(request.POST), act, _("We go on with it."))


@require_POST
def cancel(request: HttpRequest, number: str) -> HttpResponse:
    """Say that it is not needed any more."""

    def act(ticket: Ticket, given: dict[str, Any], origin: Origin) -> Ticket:
        return actions.cancel(ticket.pk, origin=origin)

    return _act(request, number, Form(request.POST), act, _("It is cancelled. Thank you."))


def _act(
    request: HttpRequest,
    number: str,
    form: Form,
    act: Callable[[Ticket, dict[str, Any], Origin], Ticket],
    said: str,
) -> HttpResponse:
    ticket = _own(request, number)
    if not form.is_valid():
        return _page(request, ticket, form, status=422)
    try:
        act(ticket, form.cleaned_data, Origin.of_request(request, Channel.PORTAL))
    except DomainError as error:
        _show(form, error)
        # Read again: what stands in the way is that somebody changed it.
        return _page(request, _own(request, number), form, status=error.status)
    messages.success(request, said)
    return redirect("portal-ticket", number)


def _page(
    request: HttpRequest, ticket: Ticket, form: Form | None = None, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    # What was typed comes back, even where the ticket has no place for it any more.
    typed = "" if form is None else form.data.get("body") or form.data.get("reason") or ""
    context = {
        "shown": queries.shown(ticket, at=now),
        "form": form,
        "typed": typed,
        "words": form if isinstance(form, WordsForm) else WordsForm(initial={"body": typed}),
        "reason": form if isinstance(form, ReasonForm) else ReasonForm(),
        "now": now,
        **pulse.context(f"ticket:{ticket.pk}"),
    }
    if form is None:
        for name in ("state", "conversation"):
            if _asks_for(request, name):
                return TemplateResponse(request, f"portal/partials/{name}.html", context)
    return TemplateResponse(request, "portal/ticket.html", context, status=status)


def _open(request: HttpRequest, person: Person, purpose: str, given: dict[str, Any]) -> Ticket:
    kind = PURPOSES[purpose].kind
    title, description = split_text(given["text"])
    new = actions.NewTicket(
        title=title,
        description=description,
        requester=person,
        channel=Channel.PORTAL,
        category=queries.category_of(given["text"], given["about"], kind),
        impact=given.get("impact"),
        urgency=given.get("urgency"),
    )
    return actions.open_ticket(
        new,
        origin=Origin.of_request(request, Channel.PORTAL),
        key=actions.key_of("portal", given["key"], given["text"]),
    )


def _own(request: HttpRequest, number: str) -> Ticket:
    found = queries.own(request.user).select_related("assignee", "team", "category")
    return get_object_or_404(found, number=number)


def _show(form: Form, error: DomainError, names: dict[str, str] | None = None) -> None:
    field = error.field if isinstance(error, InvalidInput) else ""
    field = (names or {}).get(field, field)
    form.add_error(field if field in form.fields else None, str(error))


def _asks_for(request: HttpRequest, name: str) -> bool:
    return bool(request.htmx) and request.htmx.target == name  # type: ignore[attr-defined]


def _person(request: HttpRequest) -> Person:
    if not isinstance(request.user, Person):
        raise PermissionDenied
    return request.user
