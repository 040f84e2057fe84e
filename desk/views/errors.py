"""The pages of what went wrong: they say what it is, what is safe and what to do."""

import sys
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext as _

from common.errors import DomainError

# SQLSTATE classes of a server that is not there, goes down, or takes nobody in any more.
_AWAY = ("08", "53", "57P")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 with the words the view refused with."""
    message = str(exception) if isinstance(exception, PermissionDenied | DomainError) else ""
    return _page(request, "errors/403.html", 403, message)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404 without saying whether it exists and is not open to this person."""
    return _page(request, "errors/404.html", 404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400: the request itself was not understood."""
    return _page(request, "errors/422.html", 400)


def refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Answer a rule's refusal that a view has no form for."""
    template = {403: "errors/403.html", 409: "errors/409.html"}.get(
        error.status, "errors/422.html"
    )
    return _page(request, template, error.status, str(error))


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form that was open too long, or that did not come from our pages."""
    message = _(
        "This form was open too long, or it was sent from another site. "
        "Go back, reload the page and send it again; what you wrote is kept in your browser."
    )
    return _page(request, "errors/403.html", 403, message)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500, or 503 when the database is away; needs neither session nor layout."""
    if is_away(sys.exc_info()[1]):
        answer = _bare(request, "errors/503.html", 503)
        answer.headers["Retry-After"] = "10"
        return answer
    return _bare(request, "errors/500.html", 500)


def is_away(error: BaseException | None) -> bool:
    """Test if an error says that the database is away, not that one statement failed."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    state: str | None = getattr(error.__cause__, "pgcode", None)
    return state is None or state.startswith(_AWAY)


def _page(request: HttpRequest, template: str, status: int, message: str = "") -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": message or str(status)}, status=status)
    context = {"request": request, "message": message, "code": _trace(request)}
    return render(request, template, context, status=status)


def _bare(request: HttpRequest, template: str, status: int) -> HttpResponse:
    if _wants_json(request):
        return JsonResponse({"detail": "unavailable", "trace": _trace(request)}, status=status)
    # Without the request no context processor runs: it would ask for the person.
    values = {"code": _trace(request), "desk_phone": settings.HELPDESK_PHONE}
    # Where it broke before the person was known, the thread still speaks the last one's language.
    language = getattr(request, "LANGUAGE_CODE", "")
    with translation.override(language or translation.get_language_from_request(request)):
        page = get_template(template).render(values)
    return HttpResponse(page, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def _trace(request: HttpRequest) -> str:
    return getattr(request, "trace", "")


class ErrorPages:
    """Middleware: a rule's refusal that no view caught becomes its page, not a 500."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refused(request, error) if isinstance(error, DomainError) else None
