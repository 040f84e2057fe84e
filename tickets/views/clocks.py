"""Answers "why is this due then?" for one clock."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from common.htmx import Request
from sla.queries import policy
from tickets import permissions, queries
from tickets.models import Clock, Ticket
from tickets.views.asking import seen


@require_safe
def why(request: Request, number: str, metric: str) -> HttpResponse:
    """Show the pieces of time that make up a clock, with who put it on hold and why."""
    ticket = seen(request, number)
    clock = next((c for c in queries.clocks_of(ticket, internal=True) if c.metric == metric), None)
    if clock is None or not permissions.can_see_internal(request.user, ticket):
        raise Http404
    context = {
        "ticket": ticket,
        "clock": clock,
        "lines": _lines(ticket, clock, timezone.now()),
        "nav": "queues",
    }
    name = "tickets/partials/why.html" if request.htmx else "tickets/why.html"
    response = TemplateResponse(request, name, context)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _lines(ticket: Ticket, clock: Clock, now: datetime) -> list[dict[str, Any]]:
    """Return the segments with the running sum of what was counted, and the hold behind each."""
    holds = list(ticket.holds.select_related("author").order_by("started_at"))
    used, found, rules = 0, [], policy()
    for piece in queries.explain(ticket, clock, at=now):
        used += piece.seconds if piece.kind == "counted" else 0
        hold = None
        if piece.kind == "paused":
            hold = next((h for h in reversed(holds) if h.started_at <= piece.start), None)
            hold = hold or next((h for h in holds if h.started_at < piece.end), None)
        reason = rules.reason(hold.reason).name if hold else ""
        found.append({"piece": piece, "used": used, "hold": hold, "reason": reason})
    return found
