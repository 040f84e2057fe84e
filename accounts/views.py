"""The door of the house: sign-in, sign-out, and the two choices everybody has."""

from typing import cast

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import actions, authentication
from accounts.choices import MemberRole
from accounts.forms import SignInForm
from accounts.models import Person
from accounts.permissions import is_agent
from common import demo
from common.admin import may as may_administer
from common.errors import DomainError
from common.locale import A_YEAR, LANGUAGE_COOKIE
from common.origin import Origin


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for login and password; who is signed in goes on to where they wanted."""
    if request.user.is_authenticated and request.method != "POST":
        return redirect(_wanted(request, request.user))
    form = SignInForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                person = authentication.person_for(
                    request,
                    login=form.cleaned_data["username"],
                    password=form.cleaned_data["password"],
                )
            except DomainError as error:
                form.add_error(None, str(error))
                status = error.status
            else:
                auth.login(request, person)
                return redirect(_wanted(request, person))
    context = {
        "request": request,
        "form": form,
        "next": local_path(request, ""),
        "demo_logins": _demo_logins(),
    }
    return TemplateResponse(request, "auth/sign_in.html", context, status=status)


@require_safe
def administration(request: HttpRequest) -> HttpResponse:
    """Stand where the administration has a sign-in of its own, which would count no attempts."""
    if not may_administer(request):
        raise PermissionDenied
    return redirect("admin:index")


@require_safe
def own_password(request: HttpRequest) -> HttpResponse:
    """Stand where the administration changes passwords past the actions: nothing would be told."""
    if not may_administer(request):
        raise PermissionDenied
    return redirect("admin:accounts_person_change", cast("Person", request.user).pk)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this computer."""
    auth.logout(request)
    return redirect("sign-in")


@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Speak another language from now on: the person's own, and this browser's at the door."""
    language = request.POST.get("language", "")
    if request.user.is_authenticated:
        _save(request, language=language)
    answer = _back(request)
    if translation.check_for_language(language) and language in dict(settings.LANGUAGES):
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=A_YEAR, secure=settings.HTTPS, httponly=True,
            samesite="Lax",
        )  # fmt: skip
    return answer


@require_POST
def set_preferences(request: HttpRequest) -> HttpResponse:
    """Show the pages light, dark, or like the computer."""
    _save(request, theme=request.POST.get("theme", ""))
    return _back(request)


def local_path(request: HttpRequest, otherwise: str) -> str:
    """Return the path in "next" when it is one of this site, else `otherwise`."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, None)
    return wanted if is_ours else otherwise


def _wanted(request: HttpRequest, person: Person) -> str:
    home = reverse("ticket-list") if is_agent(person) else settings.LOGIN_REDIRECT_URL
    return local_path(request, home)


def _back(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(local_path(request, "/"))


def _save(request: HttpRequest, **choices: str) -> None:
    person = cast("Person", request.user)
    try:
        actions.set_preferences(person, origin=Origin.of_request(request), **choices)
    except DomainError as error:
        messages.error(request, str(error))


def _demo_logins() -> list[dict[str, str]]:
    """Return the demo persons who are there, while the demonstration is on."""
    if not settings.HELPDESK_DEMO:
        return []
    persons = Person.objects.active().filter(username__in=demo.LOGINS)
    found = {p.username: p for p in persons.prefetch_related("memberships")}
    return [
        {"label": _label(found[name]), "username": name, "password": demo.PASSWORD}
        for name in demo.LOGINS
        if name in found
    ]


def _label(person: Person) -> str:
    leads = any(m.role == MemberRole.LEAD for m in person.memberships.all())
    role = MemberRole.LEAD.label if leads else person.get_role_display()
    return f"{person.name}, {role}"
