"""The call card: a panel over any page, a page without JavaScript, one ticket in the end."""

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from accounts.actions import e164
from accounts.choices import ANONYMOUS as NOBODY
from accounts.models import Person, Site
from accounts.permissions import can_look_up_persons, is_agent
from catalog import queries as catalog
from catalog.choices import Impact, Urgency
from common import pulse
from common.errors import DomainError, InvalidInput
from common.htmx import Request
from common.origin import Origin
from common.translated import translated
from desk.forms import ANONYMOUS, LONGEST_KEY, NEW, CallForm
from desk.queries import calls
from tickets.actions import NewCall, key_of, log_call
from tickets.models import Ticket

ANSWERS = (
    "caller", "caller_text", "new_name", "new_phone", "new_site", "text", "category", "impact",
    "urgency", "channel", "solution", "then", "card", "suggested", "applied", "shown",
)  # fmt: skip
# What the actions call their input, and what the card does.
FIELDS = {"name": "new_name", "phone": "new_phone", "title": "text", "resolution": "solution"}


@never_cache
@vary_on_headers("HX-Request")
@require_http_methods(["GET", "HEAD", "POST"])
def call_new(request: Request) -> HttpResponse:
    """Show the card (`?from=` a number fills in the caller), or log the call on it."""
    agent = _agent(request)
    at = timezone.now()
    if request.method != "POST":
        return _card(request, agent, _prefilled(request))
    form = CallForm(request.POST, agent=agent, at=at)
    answers = _answers(request)
    if form.is_valid():
        try:
            ticket = _log(request, form, answers)
        except DomainError as error:
            field = FIELDS.get(getattr(error, "field", ""))
            form.add_error(field, str(error))
        else:
            return _saved(request, ticket.number, form.cleaned_data["then"])
    return _card(request, agent, answers, form=form)


@require_POST
def call_suggest(request: Request) -> HttpResponse:
    """Answer what the words suggest, what can be promised, and who has been chosen."""
    agent = _agent(request)
    answers = _answers(request)
    context = _context(request, agent, answers)
    context["new_caller"] = answers["caller"] != answers["shown"]
    return TemplateResponse(request, "desk/partials/call_answers.html", context)


@require_safe
def call_caller(request: Request, person_id: int) -> HttpResponse:
    """Show what the desk knows of one caller, for the side of the card."""
    agent = _agent(request)
    person = Person.objects.named().select_related("site").filter(pk=person_id).first()
    if person is None:
        raise Http404
    context = {
        "request": request, "now": timezone.now(), "shown": str(person.pk),
        "facts": calls.facts_of(person, agent=agent),
    }  # fmt: skip
    return TemplateResponse(request, "desk/partials/call_side.html", context)


@require_safe
def person_search(request: Request) -> HttpResponse:
    """Answer the options of a search for a caller; fewer than two letters find nobody."""
    if not can_look_up_persons(request.user):
        raise PermissionDenied(_("Only the people of the service desk can look up persons."))
    text = request.GET.get("q", "").replace("\0", "").strip()
    agent: Person = request.user
    found = []
    if len(text) >= calls.FROM:
        found = calls.callers(text, near=agent, at=timezone.now())
    context = {"request": request, "text": text, "persons": found}
    return TemplateResponse(request, "desk/partials/call_people.html", context)


def _agent(request: Request) -> Person:
    if not is_agent(request.user):
        raise PermissionDenied(_("Calls are logged by the people of the service desk."))
    agent: Person = request.user
    return agent


def _answers(request: Request) -> dict[str, str]:
    return {name: request.POST.get(name, "") for name in ANSWERS}


def _prefilled(request: Request) -> dict[str, str]:
    answers = dict.fromkeys(ANSWERS, "")
    answers["card"] = uuid.uuid4().hex
    given = request.GET.get("from", "").strip()
    if not given:
        return answers
    try:
        # A plus sign in a query string is a space; softphones forget to quote it.
        number = e164(f"+{given}" if given.isdigit() and not given.startswith("0") else given)
    except InvalidInput:
        return answers | {"caller_text": given}
    callers = calls.callers_of(number)
    if len(callers) == 1:
        return answers | {"caller": str(callers[0].pk), "caller_text": calls.listed(callers[0])}
    return answers | {"caller": "" if callers else NEW, "new_phone": number, "caller_text": given}


def _log(request: Request, form: CallForm, answers: dict[str, str]) -> Ticket:
    data = form.cleaned_data
    # Asked again: the last words may be younger than the last suggestion.
    found = calls.terms(answers, caller=None, at=form.at)
    return log_call(
        NewCall(
            caller=data["caller"],
            text=data["text"],
            channel=data["channel"],
            category=found.category if found else None,
            impact=found.impact if found else None,
            urgency=found.urgency if found else None,
            solution=data["solution"] if data["then"] == "resolve" else "",
        ),
        origin=Origin.of_request(request, data["channel"]),
        key=key_of("call", data["card"], data["text"], answers["caller"]),
    )


def _saved(request: Request, number: str, then: str) -> HttpResponse:
    href = reverse("ticket-detail", args=[number])
    if then == "escalate":
        href = reverse("handover-new", args=[number])
    text = _("%(number)s saved") % {"number": number}
    if then == "resolve":
        text = _("%(number)s saved and resolved") % {"number": number}
    if request.htmx and then == "escalate":
        return HttpResponseClientRedirect(href)
    if not request.htmx:
        messages.success(request, text)
        return redirect(href)
    answer = HttpResponse(status=204)
    trigger_client_event(answer, "draft-saved", {"key": "call"})
    trigger_client_event(answer, "call-saved", {"number": number})
    return trigger_client_event(answer, "toast", {"text": text, "href": href})


def _card(
    request: Request, agent: Person, answers: dict[str, str], form: CallForm | None = None
) -> HttpResponse:
    context = _context(request, agent, answers)
    errors = {name: texts[0] for name, texts in form.errors.items()} if form else {}
    # The first time, the missing solution is a question and not yet a mistake.
    asks_solution = set(errors) == {"solution"} and "solution" not in request.POST
    context |= {
        "errors": {} if asks_solution else errors,
        "asks_solution": asks_solution or bool(answers["solution"]) or "solution" in errors,
        "matches": form.matches if form else [],
        "sites": list(Site.objects.order_by("name").values_list("pk", "name")),
        "in_page": not request.htmx,
        "typed": form is not None,
    }
    if not request.htmx:
        context |= pulse.context("queue")
    template = "desk/partials/call_card.html" if request.htmx else "desk/call.html"
    status = 422 if form and form.errors else 200
    return TemplateResponse(request, template, context, status=status)


def _context(request: Request, agent: Person, answers: dict[str, str]) -> dict[str, Any]:
    at = timezone.now()
    caller = _caller_of(answers, agent)
    found = calls.terms(answers, caller=caller, at=at)
    is_known = caller is not None and caller.pk is not None
    language = caller.language if caller else agent.language
    zone = caller.time_zone if caller else agent.time_zone
    return {
        "request": request,
        "answers": answers,
        "terms": found,
        "groups": _groups(found) if found else [],
        "impacts": Impact.choices,
        "urgencies": Urgency.choices,
        "say": calls.spoken(found, language=language, zone=zone, at=at) if found else "",
        "say_language": language,
        "shown": answers["caller"],
        "facts": calls.facts_of(caller, agent=agent) if caller and is_known else None,
        "now": at,
    }


def _groups(found: calls.Terms) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (service, [(category.slug, translated(category.names)) for category in categories])
        for service, categories in catalog.grouped(found.categories)
    ]


def _caller_of(answers: dict[str, str], agent: Person) -> Person | None:
    """Return the person on the card; for one not saved yet, what the promise looks at."""
    given = answers["caller"]
    if given.isascii() and given.isdigit() and len(given) < LONGEST_KEY:
        known = Person.objects.exclude(username=NOBODY).select_related("site")
        found: Person | None = known.prefetch_related("phones").filter(pk=int(given)).first()
        return found
    if given == ANONYMOUS:
        return None
    site = answers["new_site"]
    return Person(
        site_id=int(site)
        if site.isascii() and site.isdigit() and len(site) < LONGEST_KEY
        else None,
        language=agent.language,
        time_zone=agent.time_zone,
    )
