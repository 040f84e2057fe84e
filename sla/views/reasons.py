"""The reasons for holds: read by the whole desk, changed by administrators."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.permissions import is_administrator
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla import actions
from sla.forms.reasons import ReasonForm
from sla.queries import ReasonTerms, policy
from sla.queries.reasons import page
from sla.views.asking import may_look, say_why

NAV = {"nav": "setup", "part": "reasons"}


@require_safe
def index(request: Request) -> HttpResponse:
    """Show all reasons with what they ask for, what ends them and which clocks they stop."""
    may_look(request)
    shown = page(policy(), at=timezone.now())
    context = NAV | {"shown": shown, "may_change": is_administrator(request.user)}
    return TemplateResponse(request, "sla/reasons/index.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: Request) -> HttpResponse:
    """Ask for a new reason, and make it."""
    _may_change(request)
    return _ask(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: Request, reason: str) -> HttpResponse:
    """Show what a reason is, and change it."""
    _may_change(request)
    return _ask(request, _known(reason))


@require_POST
def move(request: Request, reason: str) -> HttpResponse:
    """Put a reason one place up or down."""
    _may_change(request)
    known = _known(reason)
    up = request.POST.get("to") == "up"
    actions.move_reason(known.slug, up=up, origin=Origin.of_request(request))
    return redirect("reasons")


@require_POST
def retire(request: Request, reason: str) -> HttpResponse:
    """Offer a reason no more, or with `again` once more."""
    _may_change(request)
    known, again = _known(reason), "again" in request.POST
    try:
        actions.retire_reason(known.slug, retire=not again, origin=Origin.of_request(request))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("“%(name)s” may be chosen again.") if again else _("“%(name)s” is retired.")
        messages.success(request, said % {"name": known.name})
    return redirect("reasons")


def _ask(request: Request, reason: ReasonTerms | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    form, status = ReasonForm(data, reason=reason), 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                row = actions.save_reason(
                    reason.slug if reason else None, values=form.values(),
                    origin=Origin.of_request(request),
                )  # fmt: skip
            except DomainError as error:
                say_why(form, error)
                status = error.status
            else:
                messages.success(request, _("“%(name)s” is saved.") % {"name": row})
                return redirect("reasons")
    context: dict[str, Any] = NAV | {"reason": reason, "form": form}
    return TemplateResponse(request, "sla/reasons/edit.html", context, status=status)


def _known(slug: str) -> ReasonTerms:
    found = policy().reasons.get(slug)
    if found is None:
        raise Http404
    return found


def _may_change(request: Request) -> None:
    if not is_administrator(request.user):
        raise PermissionDenied(
            _("The reasons are changed by the administrators. Ask one of them for the change.")
        )
