"""The lead's Now: one page that opens on "what breaks in the next hour?"."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import is_administrator, is_lead
from common import pulse
from common.htmx import Request
from desk.queries import lead
from tickets.permissions import team_ids


@vary_on_headers("HX-Request")
@require_safe
def now(request: Request) -> HttpResponse:
    """Show the present state of all teams or of `?team=`; htmx gets the blocks alone."""
    if not is_lead(request.user):
        raise PermissionDenied(
            _("This page is for the leads of the teams. Ask the lead of your team.")
        )
    live = pulse.context("queue")  # before the look: a change in between is looked at again
    known = lead.teams()
    wanted = request.GET.get("team", "")
    team = next((t for t in known if t.slug == wanted), None)
    if wanted and team is None:
        raise Http404
    context = live | {
        "nav": "now",
        "request": request,
        "teams": known,
        "team": team,
        # Where the lead may take and assign; elsewhere the list only shows.
        "hands_on": {
            t.name
            for t in known
            if is_administrator(request.user) or t.pk in team_ids(request.user)
        },
        "shown": lead.now(
            request.user,
            team=team,
            known=known,
            at=timezone.now(),
            version=live["pulse_versions"],
        ),
    }
    template = "desk/partials/lead_blocks.html" if request.htmx else "desk/lead.html"
    return TemplateResponse(request, template, context)
