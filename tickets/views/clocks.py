"""Answers "why is this due then?" for one run of one clock."""

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from accounts.permissions import can_read_desk
from common.htmx import Request
from tickets import permissions
from tickets.queries.explained import explained
from tickets.views.asking import seen


@require_safe
def why(request: Request, number: str, metric: str) -> HttpResponse:
    """Explain a clock in words, as pieces of time and by what moved it; ?run= for an earlier one.

    A requester is told of the promises made to them; of clocks between teams only the desk.
    """
    ticket, now = seen(request, number), timezone.now()
    internal = permissions.can_see_internal(request.user, ticket)
    run = request.GET.get("run", "")
    chosen = int(run[:5]) if run.isascii() and run.isdecimal() else None
    found = explained(ticket, metric, chosen, internal=internal, at=now)
    if found is None:
        raise Http404
    context = {
        "ticket": ticket,
        "shown": found,
        "clocks": found.clocks,
        "is_desk": can_read_desk(request.user),
        "internal": internal,
        "now": now,
        "nav": "queues",
    }
    name = "tickets/partials/why.html" if request.htmx else "tickets/why.html"
    response = TemplateResponse(request, name, context)
    patch_vary_headers(response, ("HX-Request",))
    return response
