"""The page that replays clocks, shows what differs, and writes it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_administrator
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from common.translated import translated
from sla.queries import policy
from tickets import actions
from tickets.forms import RepairForm
from tickets.queries.repair_pages import shown
from tickets.queries.repairs import Selection, chosen
from tickets.views.replays import require_desk

AT_ONCE = 500  # tickets one may wait for; more are replayed in the background


@require_http_methods(["GET", "HEAD", "POST"])
def page(request: Request) -> HttpResponse:
    """Choose tickets and see what their history says of their clocks; POST writes it."""
    require_desk(request)
    is_asked = request.method == "POST" or bool(request.GET)
    given = request.POST if request.method == "POST" else request.GET
    form = RepairForm(given if is_asked else None, agreements=_agreements())
    if not is_asked or not form.is_valid():
        return _answer(request, form, {}, status=422 if form.errors else 200)
    selection = form.selection()
    count = chosen(selection).count()
    if count > AT_ONCE and request.method != "POST":
        return _answer(request, form, {"count": count, "is_big": True})
    try:
        if request.method == "POST":
            return _do(request, selection, count)
        found = actions.repair(selection, origin=Origin.of_request(request), write=False)
    except LookupError as error:
        form.add_error("numbers", _("There is no ticket %(number)s.") % {"number": error})
        return _answer(request, form, {}, status=422)
    rows = shown([d.as_words() for d in found.differences], request.user)
    return _answer(request, form, {"count": count, "found": found, "shown": rows})


def _do(request: Request, selection: Selection, count: int) -> HttpResponse:
    """Write what differs, at once or in the background; or only look, in the background."""
    origin, write = Origin.of_request(request), request.POST.get("do") == "write"
    try:
        if count > AT_ONCE or not write:
            replay = actions.ask_repair(selection, origin=origin, write=write)
            return redirect("replay-detail", replay.pk)
        found = actions.repair(selection, origin=origin, write=True)
    except DomainError as error:
        raise PermissionDenied(str(error)) from error
    number = len(found.differences)
    said = ngettext("%(num)s difference was written.", "%(num)s differences were written.", number)
    messages.success(request, said % {"num": number})
    given = request.POST.copy()
    for name in ("do", "csrfmiddlewaretoken"):
        given.pop(name, None)
    return HttpResponseRedirect(f"{reverse('clock-repair')}?{given.urlencode()}")


def _answer(
    request: Request, form: RepairForm, more: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    context = {
        "nav": "setup",
        "part": "clocks",
        "form": form,
        "asked": [(name, value) for name, value in form.data.items() if value],
        "may": is_administrator(request.user),
        **more,
    }
    return TemplateResponse(request, "tickets/repairs.html", context, status=status)


def _agreements() -> list[tuple[str, str]]:
    every = [terms for found in policy().agreements.values() for terms in found]
    return sorted({(terms.slug, translated(terms.names)) for terms in every}, key=lambda a: a[1])
