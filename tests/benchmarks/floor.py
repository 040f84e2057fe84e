"""Bare Django views on the product's schema: the least a page or a form could cost.

A session, its person, one or two statements, a template; no permission, filter, clock,
history or message. Not a product: a bound, measured in the same run.
"""

import json
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from accounts.actions import digest_of
from accounts.models import ApiToken, Person
from catalog.models import Category
from tickets.choices import OPEN
from tickets.models import Entry, Ticket

COLUMNS = (
    "id", "number", "title", "status", "priority",
    "assignee__given_name", "assignee__family_name", "due_order",
)  # fmt: skip


def queue(request: HttpRequest) -> HttpResponse:
    """The first 50 open tickets by deadline."""
    found = Ticket.objects.filter(status__in=OPEN).order_by("due_order", "id")
    rows = found.values_list(*COLUMNS)[:50]
    return render(request, "floor_list.html", {"rows": rows, "user": _person(request)})


def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """One ticket with its conversation."""
    found = get_object_or_404(Ticket.objects.select_related("requester", "team"), number=number)
    entries = Entry.objects.filter(ticket=found).order_by("id")
    entries = entries.values_list("body", "at", "author__given_name", "author__family_name")
    context = {"ticket": found, "entries": entries, "user": _person(request)}
    return render(request, "floor_ticket.html", context)


def now(request: HttpRequest) -> HttpResponse:
    """Twenty late tickets and twenty that are due next."""
    user, at = _person(request), timezone.now()
    found = Ticket.objects.filter(status__in=OPEN).order_by("due_order", "id")
    late = found.filter(due_order__lte=at).values_list(*COLUMNS)[:20]
    soon = found.filter(due_order__gt=at).values_list(*COLUMNS)[:20]
    return render(request, "floor_list.html", {"rows": [*late, *soon], "user": user})


def reply(request: HttpRequest, number: str) -> HttpResponse:
    """Insert one entry and touch the ticket."""
    with transaction.atomic():
        found = Ticket.objects.select_for_update().only("id").get(number=number)
        _entry(found.pk, _person(request), request.POST["body"])
        Ticket.objects.filter(pk=found.pk).update(updated_at=timezone.now())
    return HttpResponseRedirect(f"/tickets/{number}/")


def create(request: HttpRequest) -> HttpResponse:
    """Insert a ticket and its first entry."""
    made = _create(_person(request), request.POST["text"])
    return HttpResponseRedirect(f"/tickets/{made}/")


def api_list(request: HttpRequest) -> HttpResponse:
    """The first 50 open tickets by deadline, as JSON."""
    _token(request)
    found = Ticket.objects.filter(status__in=OPEN).order_by("due_order", "id")
    names = ("number", "title", "status", "priority", "assignee_id", "team_id", "due_order")
    return JsonResponse({"results": list(found.values(*names)[:50])})


@csrf_exempt
def api_create(request: HttpRequest) -> HttpResponse:
    """Insert a ticket and its first entry from JSON."""
    made = _create(_token(request), json.loads(request.body)["title"])
    return JsonResponse({"number": made}, status=201)


@csrf_exempt
def api(request: HttpRequest) -> HttpResponse:
    """The two things the API does here."""
    return api_create(request) if request.method == "POST" else api_list(request)


def people(request: HttpRequest) -> HttpResponse:
    """Ten persons whose name holds the text."""
    user, text = _person(request), request.GET["q"]
    found = Person.objects.filter(needle__contains=text).order_by("family_name")
    names = found.values_list("given_name", "family_name", "email")[:10]
    return JsonResponse({"user": user.pk, "results": list(names)})


def _person(request: HttpRequest) -> Any:
    user = request.user
    if not user.is_authenticated:
        raise PermissionError("The floor was asked without a session.")
    return user


def _token(request: HttpRequest) -> Any:
    secret = request.headers["Authorization"].removeprefix("Token ")
    return ApiToken.objects.select_related("person").get(digest=digest_of(secret)).person


def _create(user: Any, text: str) -> str:
    at = timezone.now()
    with transaction.atomic():
        category = Category.objects.values("id", "team_id").get(slug="vpn")
        with connection.cursor() as cursor:
            cursor.execute("SELECT tickets_next_number(2025)")
            number = f"24-{cursor.fetchone()[0]:07d}"
        made = Ticket.objects.create(
            number=number, kind="incident", title=text, status="new", impact="person",
            urgency="hindered", priority=4, category_id=category["id"],
            team_id=category["team_id"], level=1, requester=user, language="en",
            channel="desk", opened_at=at, updated_at=at, team_since=at,
        )  # fmt: skip
        _entry(made.pk, user, text)
    return made.number


def _entry(ticket_id: int, user: Any, text: str) -> None:
    Entry.objects.create(
        ticket_id=ticket_id, kind="reply", author=user, channel="desk", body=text,
        at=timezone.now(),
    )  # fmt: skip


urlpatterns = [
    path("tickets/", queue),
    path("tickets/new/", create),
    path("tickets/<number>/", ticket),
    path("tickets/<number>/reply/", reply),
    path("now/", now),
    path("people/", people),
    path("api/tickets/", api),
]
