"""Who gets it: the tester, the teams with their ways, the roster, and the skills asked for."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import actions
from accounts.choices import Distribution
from accounts.models import Team
from accounts.permissions import can_read_desk, is_administrator, is_lead
from catalog.models import Category
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from escalation.forms import TesterForm
from escalation.queries import roster, tester
from escalation.queries.duties import teams_now

SETUP = {"nav": "setup", "part": "routing"}
WEEK = timedelta(days=7)


def require_desk(request: Request) -> None:
    """Raise PermissionDenied, in words, for whoever does not work at the desk."""
    if not can_read_desk(request.user):
        raise PermissionDenied(
            _("This page is for the people of the service desk; administrators own it.")
        )


@require_safe
def page(request: Request) -> HttpResponse:
    """Show who would get a ticket and why; what may be changed depends on who looks."""
    require_desk(request)
    now = timezone.now()
    form = TesterForm(request.GET if "category" in request.GET else None, initial=_start(now))
    monday = _monday(request.GET.get("week", ""))
    known = teams_now(now)
    team = next((t.team for t in known if t.team.slug == request.GET.get("of", "")), None)
    context = (
        SETUP
        | _answer(request, form)
        | {
            "form": form,
            "teams": known,
            "ways": Distribution.choices,
            "may_set": is_administrator(request.user),
            "may_plan": is_lead(request.user),
            "monday": monday,
            "days": [monday + timedelta(days=n) for n in range(7)],
            "earlier": monday - WEEK,
            "later": monday + WEEK,
            "roster": roster.week(monday, team=team.pk if team else None),
            "ran_out": roster.ran_out(now, team=team.pk if team else None),
            "team": team,
            **_skills(),
            "now": now,
        }
    )
    return TemplateResponse(
        request, "escalation/routing.html", context, status=422 if form.errors else 200
    )


@require_POST
def distribution(request: Request, pk: int) -> HttpResponse:
    """Set how the work of a team finds a person."""
    require_desk(request)
    team = get_object_or_404(Team.objects.active(), pk=pk)
    way = request.POST.get("distribution", "")
    try:
        actions.distribute(team, way, origin=Origin.of_request(request))
    except DomainError as error:
        if error.status == 403:
            raise PermissionDenied(str(error)) from error
        messages.error(request, str(error))
    else:
        said = _("%(team)s: work goes out “%(way)s”.")
        messages.success(request, said % {"team": team, "way": Distribution(way).label})
    return redirect(f"{reverse('routing')}#teams")


def _start(now: Any) -> dict[str, Any]:
    first = Category.objects.active().order_by("-is_default", "order").first()
    return {
        "category": first.slug if first else None, "language": (get_language() or "en")[:2],
        "level": 1, "at": timezone.localtime(now),
    }  # fmt: skip


def _answer(request: Request, form: TesterForm) -> dict[str, Any]:
    if not (form.is_bound and form.is_valid()):
        return {"answer": None}
    wanted = request.GET.get("team", "")
    asked = tester.Asked(**form.cleaned_data)
    team = int(wanted) if wanted.isdecimal() and len(wanted) < 18 else None
    query = request.GET.copy()
    query.pop("team", None)
    return {"answer": tester.who_gets(asked, team=team), "asked": asked,
            "query": query.urlencode()}  # fmt: skip


def _skills() -> dict[str, list[Category]]:
    """The categories that ask for skills, and those that ask for none."""
    found = Category.objects.active().select_related("service", "team")
    known = list(found.prefetch_related("required_skills__skill"))
    return {
        "skilled": [c for c in known if c.required_skills.all()],
        "unskilled": [c for c in known if not c.required_skills.all()],
    }


def _monday(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = timezone.localdate()
    if not 2000 <= day.year <= 2200:
        day = timezone.localdate()
    return day - timedelta(days=day.weekday())
