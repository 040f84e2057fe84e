"""What every request passes: a trace, the pulse, the person's language and time zone."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

import redis
from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core import signing
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from common import pulse
from common.locale import LANGUAGE_COOKIE
from common.origin import new_trace
from helpdesk import logs

Handler = Callable[[HttpRequest], HttpResponse]


class TraceMiddleware:
    """Gives each request a correlation id, the same in log lines, events and tasks."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.trace = new_trace()  # type: ignore[attr-defined]
        logs.trace.set(request.trace)  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers["X-Trace"] = request.trace  # type: ignore[attr-defined]
        return response


class PulseMiddleware:
    """Answers "has anything changed?" from Redis before sessions: it tells that, never what."""

    path = "/pulse/"

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path != self.path:
            return self.get_response(request)
        response = self._answer(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            topics = pulse.read_token(request.GET.get("t", ""))
        except signing.BadSignature:
            return HttpResponse(status=410)  # the page is too old: it reloads itself
        try:
            now = pulse.versions(topics)
        except redis.RedisError:
            return HttpResponse(status=503)
        seen = request.GET.get("v", "").split(".")
        if now == seen:
            return HttpResponse(status=204)
        known = seen if len(seen) == len(now) else now
        changed = [t for t, new, old in zip(topics, now, known, strict=True) if new != old]
        return JsonResponse({"v": pulse.joined(now), "changed": changed})


class SignInMiddleware(LoginRequiredMiddleware):
    """Asks for sign-in where a view needs it; a fragment sends its whole page there.

    A sign-in page in place of a fragment would tear up what the person is writing; this way
    the page goes, its drafts stay in the browser, and signing in leads back to it.
    """

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: Any
    ) -> HttpResponseBase:
        if request.headers.get("HX-Request") != "true":
            return super().handle_no_permission(request, view_func)
        page = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = urlencode({"next": f"{page.path}?{page.query}" if page.query else page.path})
        return HttpResponse(
            status=401, headers={"HX-Redirect": f"{resolve_url(settings.LOGIN_URL)}?{back}"}
        )


class LanguageMiddleware:
    """Speaks the person's language: theirs, else the one chosen before signing in, else theirs
    by the browser; and shows times in their zone."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            language = user.language
            timezone.activate(ZoneInfo(user.time_zone))
        else:
            language = request.COOKIES.get(LANGUAGE_COOKIE, "")
            timezone.deactivate()
            if not translation.check_for_language(language or "-"):
                language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Cookie", "Accept-Language"))
        return response
