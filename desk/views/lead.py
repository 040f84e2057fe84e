"""The lead's Now: one page that opens on "what breaks in the next hour?"."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.models import Team
from accounts.permissions import is_administrator, is_lead
from common import pulse
from common.htmx import Request
from desk.queries import forecast, lead
from tickets.permissions import team_ids


@vary_on_headers("HX-Request")
@require_safe
def now(request: Request) -> HttpResponse:
    """Show the present state of all teams or of `?team=`; htmx gets the blocks alone."""
    only_leads(request.user)
    live = pulse.context("queue")  # before the look: a change in between is looked at again
    known, at = lead.teams(), timezone.now()
    team = wanted(request, known)
    context = live | {
        "nav": "now",
        "request": request,
        "teams": known,
        "team": team,
        "hands_on": hands_on(request.user, known),
        "forecast": forecast.glance(request.user, team=team, at=at),
        "shown": lead.now(
            request.user, team=team, known=known, at=at, version=live["pulse_versions"]
        ),
    }
    template = "desk/partials/lead_blocks.html" if request.htmx else "desk/lead.html"
    return TemplateResponse(request, template, context)


def only_leads(user: Any) -> None:
    """Refuse, in words, whoever leads no team."""
    if not is_lead(user):
        raise PermissionDenied(
            _("This page is for the leads of the teams. Ask the lead of your team.")
        )


def wanted(request: Request, known: Sequence[Team]) -> Team | None:
    """Return the team of `?team=`, None for all; one that is not known is a 404."""
    slug = request.GET.get("team", "")
    team = next((t for t in known if t.slug == slug), None)
    if slug and team is None:
        raise Http404
    return team


def hands_on(user: Any, known: Sequence[Team]) -> set[str]:
    """Return the names of the teams in which a lead may take and assign; others only show."""
    return {t.name for t in known if is_administrator(user) or t.pk in team_ids(user)}
