"""Background jobs over many tickets: their log, their progress, and what they found."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.permissions import can_read_desk, is_administrator
from common import pulse
from common.errors import DomainError
from common.htmx import Request
from common.origin import Origin
from tickets import actions
from tickets.choices import UNFINISHED, ReplayKind
from tickets.models import Replay
from tickets.queries import replays as queries
from tickets.queries.repair_pages import of_job

SETUP = {"nav": "setup", "part": "replays"}


def require_desk(request: Request) -> None:
    """Raise PermissionDenied, in words, for whoever does not work at the desk."""
    if not can_read_desk(request.user):
        raise PermissionDenied(
            _("These pages are for the people of the service desk; administrators own them.")
        )


@require_safe
def log(request: Request) -> HttpResponse:
    """Show who rehearsed, recalculated and took back what, the newest first."""
    require_desk(request)
    before = request.GET.get("before", "")
    rows = queries.newest(int(before) if before.isdecimal() and len(before) < 18 else None)
    page = rows[: queries.PAGE]
    context = SETUP | {
        "rows": page,
        "older": page[-1].pk if len(rows) > len(page) else None,
        "is_first": not before,
        "now": timezone.now(),
    }
    return TemplateResponse(request, "tickets/replays/log.html", context)


@require_safe
def detail(request: Request, pk: int) -> HttpResponse:
    """Show one job while it is at work and when it is done; htmx gets what changes alone.

    said: the quarter a reader was told last, so that each is told once.
    """
    require_desk(request)
    found = Replay.objects.select_related("agreement", "asked_by", "undone")
    replay = get_object_or_404(found, pk=pk)
    live = pulse.context(f"replay:{replay.pk}")
    context = SETUP | live | _shown(request, replay)
    template = "partials/job.html" if request.htmx else "detail.html"
    response = TemplateResponse(request, f"tickets/replays/{template}", context)
    patch_vary_headers(response, ("HX-Request",))
    return response


@require_POST
def stop(request: Request, pk: int) -> HttpResponse:
    """Stop a job after the tickets it is at."""
    return _do(request, pk, actions.stop_replay, _("Stopped. What was done stays done."))


@require_POST
def undo(request: Request, pk: int) -> HttpResponse:
    """Begin to take a recalculation back, and go to the job that does it."""
    return _do(request, pk, actions.undo, _("The recalculation is being taken back."))


def _do(request: Request, pk: int, act: Callable[..., Replay], said: str) -> HttpResponse:
    require_desk(request)
    get_object_or_404(Replay, pk=pk)
    try:
        replay = act(pk, origin=Origin.of_request(request))
    except DomainError as error:
        if error.status == 403:
            raise PermissionDenied(str(error)) from error
        messages.error(request, str(error))
        return redirect("replay-detail", pk)
    messages.success(request, said)
    return redirect("replay-detail", replay.pk)


def _shown(request: Request, replay: Replay) -> dict[str, Any]:
    user, now = request.user, timezone.now()
    said = request.GET.get("said", "0")
    may = is_administrator(user)
    is_live = replay.state in UNFINISHED
    return {
        "replay": replay,
        "now": now,
        "is_live": is_live,
        "progress": queries.progress(replay, at=now),
        "said": int(said) if said.isdecimal() and len(said) < 4 else 0,
        "may": may,
        "may_stop": may and is_live and replay.kind != ReplayKind.UNDO,
        "may_undo": may and not actions.why_not_undo(replay, at=now),
        "problem": queries.problem(replay),
        "compliance": queries.compliance(replay.result),
        "late": queries.group(replay.result, "late", user),
        "in_time": queries.group(replay.result, "in_time", user),
        "escalated": queries.group(replay.result, "escalated", user),
        "left_out": queries.group(replay.result, "left_out", user),
        "repaired": of_job(replay, user) if replay.kind == ReplayKind.REPAIR else None,
    }
