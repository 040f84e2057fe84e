"""A draft of an agreement before it is in force: rehearsed on real tickets, then published."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import is_administrator
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from sla.models import Agreement
from sla.queries import broken_examples
from tickets import actions
from tickets.choices import ReplayKind, ReplayState
from tickets.forms import RehearsalForm
from tickets.models import Replay, Ticket
from tickets.queries import replays as queries
from tickets.views.replays import require_desk

SETUP = {"nav": "setup", "part": "agreements"}
asks = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What recalculating would do, and since when that is known; job: the one that found it."""

    result: dict[str, Any]
    job: Replay | None = None


@asks
def rehearsal(request: Request, pk: int) -> HttpResponse:
    """Ask over how many days a draft is to be rehearsed, and begin."""
    draft, status = _draft(request, pk), 200
    form = RehearsalForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        _refuse_others(request)
        if form.is_valid():
            try:
                replay = actions.ask_rehearsal(
                    draft, days=form.cleaned_data["days"], origin=Origin.of_request(request)
                )
                return redirect("replay-detail", replay.pk)
            except DomainError as error:
                form.add_error(getattr(error, "field", "") or None, str(error))
        status = 422
    found = Replay.objects.filter(kind=ReplayKind.REHEARSAL, agreement=draft)
    context = SETUP | {
        "draft": draft,
        "form": form,
        "open": Ticket.objects.open().count(),
        "earlier": found.select_related("asked_by").order_by("-pk")[:5],
        "may": is_administrator(request.user),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "tickets/replays/rehearsal.html", context, status=status)


@asks
def publish(request: Request, pk: int) -> HttpResponse:
    """Ask whom a draft is for and what may change by it, and publish it."""
    draft, status = _draft(request, pk), 200
    values = request.POST if request.method == "POST" else request.GET
    open_too = values.get("scope") == "open"
    problem = ""
    if request.method == "POST":
        _refuse_others(request)
        confirmed = [
            int(key) for key in values.getlist("confirmed") if key.isdecimal() and len(key) < 18
        ]
        try:
            agreement, replay = actions.publish(
                draft, open_too=open_too, confirmed=confirmed, seen=values.get("stamp", ""),
                origin=Origin.of_request(request),
            )  # fmt: skip
        except DomainError as error:
            problem, status = str(error), error.status
        else:
            return _published(request, agreement, replay)
    # What was confirmed of something else is not confirmed of this.
    kept = values.getlist("confirmed") if status == 422 else []
    context = SETUP | _asked(request, draft, open_too=open_too)
    context |= {"problem": problem, "confirmed": kept}
    return TemplateResponse(request, "tickets/replays/publish.html", context, status=status)


def _published(request: Request, agreement: Agreement, replay: Replay | None) -> HttpResponse:
    words = {"name": str(agreement), "version": agreement.version}
    if replay is not None:
        messages.success(request, _("“%(name)s”, version %(version)s is published.") % words)
        return redirect("replay-detail", replay.pk)
    messages.success(
        request,
        _("“%(name)s”, version %(version)s is published. It counts for new tickets.") % words,
    )
    return redirect("agreements")


def _asked(request: Request, draft: Agreement, *, open_too: bool) -> dict[str, Any]:
    foreseen = _foreseen(draft) if open_too else None
    result = {} if foreseen is None else foreseen.result
    return {
        "draft": draft,
        "open_too": open_too,
        "open": Ticket.objects.open().count(),
        "foreseen": foreseen,
        "reached": result.get("reached", {}).get("open", 0),
        "late": queries.group(_of_open(result, "late"), "late", request.user),
        "in_time": queries.group(_of_open(result, "in_time"), "in_time", request.user),
        "broken": broken_examples(draft),
        "stamp": actions.stamp_to_publish(draft),
        "may": is_administrator(request.user),
        "now": timezone.now(),
    }


def _foreseen(draft: Agreement) -> Foreseen | None:
    """Look at the open tickets, or where they are many at the last rehearsal of this draft."""
    result = actions.preview(draft, at=timezone.now())
    if result is not None:
        return Foreseen(result)
    found = Replay.objects.filter(
        kind=ReplayKind.REHEARSAL, agreement=draft, state=ReplayState.DONE,
        result__stamp=actions.stamp_of(draft.pk),
    )  # fmt: skip
    last = found.order_by("-pk").first()
    return None if last is None else Foreseen(last.result, last)


def _of_open(result: dict[str, Any], sort: str) -> dict[str, Any]:
    """Leave out what a rehearsal found of tickets that are over: publishing leaves them alone."""
    counts = result.get(sort, {})
    return {
        sort: {"open": counts.get("open", 0)},
        f"{sort}_open_rows": result.get(f"{sort}_open_rows", []),
    }


def _draft(request: Request, pk: int) -> Agreement:
    require_desk(request)
    return get_object_or_404(Agreement, pk=pk, valid_from__isnull=True)


def _refuse_others(request: Request) -> None:
    if not is_administrator(request.user):
        raise PermissionDenied(
            _("Only administrators may do this. Ask one of them; they own the agreements.")
        )
