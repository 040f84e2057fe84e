"""The lead's forecast: what will be late by the end of the day, why, and what would help."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from common import clock
from common.htmx import Request
from desk.forms import TryOutForm
from desk.queries import forecast, lead
from desk.views.lead import hands_on, only_leads, wanted


@vary_on_headers("HX-Request")
@require_safe
def page(request: Request) -> HttpResponse:
    """Show the forecast of all teams or of `?team=`; `?people=` more in `?to=` are supposed."""
    only_leads(request.user)
    known = lead.teams()
    team = wanted(request, known)
    asks = "people" in request.GET
    form = TryOutForm(request.GET if asks else None, teams=known, team=team)
    is_wrong = asks and not form.is_valid()
    context = {
        "nav": "now",
        "request": request,
        "teams": known,
        "team": team,
        "hands_on": hands_on(request.user, known),
        "form": form,
        "shown": forecast.page(
            request.user, team=team, known=known, extra=form.extra, at=clock.now()
        ),
    }
    template = "desk/partials/forecast_blocks.html" if request.htmx else "desk/forecast.html"
    return TemplateResponse(request, template, context, status=422 if is_wrong else 200)
