"""The roster: the lead of a team adds, changes or takes out an interval, on its own page."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.choices import DutyKind
from accounts.forms import DutyForm
from accounts.models import Duty, Person
from accounts.permissions import can_plan, is_administrator, is_lead, teams_led_by
from common.errors import DomainError, InvalidInput
from common.htmx import Request
from common.origin import Origin
from escalation.views.routing import SETUP

asks = require_http_methods(["GET", "HEAD", "POST"])


@asks
def new(request: Request) -> HttpResponse:
    """Write an interval of somebody the reader leads; the link says whose, if it knows."""
    if not is_lead(request.user):
        raise PermissionDenied(_refusal())
    person = request.GET.get("person", "")
    start = {"kind": DutyKind.ON_DUTY, "person": person if person.isdecimal() else None}
    return _form(request, Duty(), start, _("Add to the roster"))


@asks
def edit(request: Request, pk: int) -> HttpResponse:
    """Change an interval, or find the button that takes it out."""
    duty = _duty(request, pk)
    start = {
        "person": duty.person_id, "kind": duty.kind, "substitute": duty.substitute_id,
        "starts_at": timezone.localtime(duty.starts_at),
        "ends_at": timezone.localtime(duty.ends_at),
    }  # fmt: skip
    return _form(request, duty, start, _("Change the roster"))


@require_POST
def remove(request: Request, pk: int) -> HttpResponse:
    """Take an interval out of the roster."""
    duty = _duty(request, pk)
    monday = timezone.localdate(duty.starts_at)
    name = duty.person.name
    actions.unplan(duty, origin=Origin.of_request(request))
    messages.success(request, _("Taken out of the roster of %(name)s.") % {"name": name})
    return redirect(_week(monday))


def _duty(request: Request, pk: int) -> Duty:
    if not is_lead(request.user):
        raise PermissionDenied(_refusal())
    duty: Duty = get_object_or_404(Duty.objects.select_related("person"), pk=pk)
    if not can_plan(request.user, duty.person):
        raise PermissionDenied(_refusal())
    return duty


def _form(request: Request, duty: Duty, start: dict[str, Any], title: str) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form = DutyForm(data, people=_people(request.user), initial=start)
    if data is not None and form.is_valid() and (done := _save(request, duty, form)):
        return done
    context = SETUP | {"form": form, "duty": duty, "title": title}
    return TemplateResponse(
        request, "escalation/duty.html", context, status=422 if form.errors else 200
    )


def _save(request: Request, duty: Duty, form: DutyForm) -> HttpResponse | None:
    for name, value in form.cleaned_data.items():
        setattr(duty, name, value)
    try:
        actions.plan(duty, origin=Origin.of_request(request))
    except InvalidInput as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None
    except DomainError as error:
        raise PermissionDenied(str(error)) from error
    said = _("The roster of %(name)s is written.") % {"name": duty.person.name}
    messages.success(request, said)
    return redirect(_week(timezone.localdate(duty.starts_at)))


def _people(user: Any) -> QuerySet[Person]:
    """Whose roster the user may write."""
    found: QuerySet[Person] = Person.objects.agents().order_by("given_name", "family_name")
    if is_administrator(user):
        return found
    return found.filter(memberships__team__in=teams_led_by(user)).distinct()


def _week(day: Any) -> str:
    return f"{reverse('routing')}?week={day.isoformat()}#roster"


def _refusal() -> str:
    return _("The roster is written by the lead of the team. Ask the lead of your team.")
