"""The agents' queue: one page, and the two fragments that follow what changes."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.choices import Level
from accounts.models import Person
from accounts.permissions import can_read_desk
from catalog.choices import Kind
from common import pulse
from common.formats import quantity
from common.htmx import Request
from desk.queries import queue
from tickets.choices import Priority, Status
from tickets.filters import TicketFilter
from tickets.models import Ticket
from tickets.permissions import team_ids
from tickets.queries import counters, rows

FIELDS = {
    "q": gettext_lazy("Words"),
    "status": gettext_lazy("Status"),
    "priority": gettext_lazy("Priority"),
    "team": gettext_lazy("Team"),
    "assignee": gettext_lazy("Assignee"),
    "category": gettext_lazy("Category"),
    # Not in the form: links of other pages bring them.
    "kind": gettext_lazy("Kind"),
    "level": gettext_lazy("Level"),
    "requester": gettext_lazy("Requester"),
    "opened_after": gettext_lazy("Opened after"),
    "opened_before": gettext_lazy("Opened before"),
    "late": gettext_lazy("Late"),
    "clock": gettext_lazy("Deadline"),
}
IN_FORM = ("q", "status", "priority", "team", "assignee", "category")
_NUMBER = re.compile(r"\d{2}-\d{5,6}")


@dataclass(frozen=True)
class Address:
    """What the URL of the queue says."""

    query: QueryDict

    @cached_property
    def filters(self) -> dict[str, list[str]]:
        """The filters that are set, in the order of FIELDS."""
        found = {name: [v for v in self.query.getlist(name) if v.strip()] for name in FIELDS}
        return {name: values for name, values in found.items() if values}

    @property
    def view(self) -> str:
        """The chosen view; a link that only filters looks at everything."""
        chosen = self.query.get("view", "")
        return chosen if chosen in queue.VIEWS else ("all" if self.filters else "mine")

    @property
    def order(self) -> str:
        """The chosen order; what is due first comes first."""
        return "newest" if self.query.get("sort") == "newest" else "due"

    def link(self, *, without: str = "", value: str = "", **changes: str) -> str:
        """Return the address with changes, from its first page; "" drops a word."""
        query = self.query.copy()
        query.pop("after", None)
        if without:
            query.setlist(without, [v for v in query.getlist(without) if value and v != value])
        query["view"] = self.view
        for name, text in changes.items():
            query[name] = text
        for name in [name for name in query if not any(query.getlist(name))]:
            del query[name]
        return f"?{query.urlencode()}"

    @property
    def here(self) -> str:
        """This very page, for fragments that look again."""
        return f"?{self.query.urlencode()}"

    @property
    def bare(self) -> str:
        """The view without any filter."""
        return f"?view={self.view}"


@require_safe
def page(request: Request) -> HttpResponse:
    """Show one view of the queue; htmx gets the block it asks for, by its id."""
    if not can_read_desk(request.user):
        raise PermissionDenied(_("The queue is for the people of the service desk."))
    address = Address(request.GET)
    if exact := _asked_for(request, address):
        return redirect("ticket-detail", exact)
    live = pulse.context("queue")  # before the rows: a change in between is looked at again
    context: dict[str, Any] = {"address": address, "now": timezone.now()}
    target = request.htmx.target if request.htmx else None
    if target != "queue-rows":
        context |= _views(request, address, live["pulse_versions"], context["now"])
    if target != "queue-views":
        context |= _rows(request, address, context["now"])
    if target not in {"queue-rows", "queue-views"}:
        context |= live | _form(request, address, context)
    template = _FRAGMENTS.get(target or "", "desk/queue.html")
    response = TemplateResponse(request, template, context)
    patch_vary_headers(response, ("HX-Request", "HX-Target"))
    return response


_FRAGMENTS = {
    "queue": "desk/partials/queue.html",
    "queue-rows": "desk/partials/queue_rows.html",
    "queue-views": "desk/partials/queue_views.html",
}


def _asked_for(request: Request, address: Address) -> str | None:
    """Return the ticket whose whole number was typed into the search, if one may see it."""
    number = request.GET.get("q", "").strip()
    if request.htmx or not _NUMBER.fullmatch(number):
        return None
    seen = Ticket.objects.visible_to(request.user).filter(number=number)
    return seen.values_list("number", flat=True).first()


def _views(request: Request, address: Address, version: str, now: Any) -> dict[str, Any]:
    sizes = counters(request.user, teams=team_ids(request.user), at=now, version=version)
    return {
        "sizes": sizes,
        "tabs": [
            {
                "label": view.label,
                "href": address.link(view=name),
                "count": sizes[name],
                "current": name == address.view,
            }
            for name, view in queue.VIEWS.items()
        ],
    }


def _rows(request: Request, address: Address, now: Any) -> dict[str, Any]:
    user, teams = request.user, team_ids(request.user)
    seen = Ticket.objects.visible_to(user, teams).filter(
        queue.within(
            address.view, user=user, teams=teams, at=now, is_open="status" not in address.filters
        )
    )
    if address.filters:
        seen = TicketFilter(request.GET, seen, request=request).qs
    after = request.GET.get("after", "")
    return {"page": rows(seen, order=address.order, after=after)}


def _form(request: Request, address: Address, known: dict[str, Any]) -> dict[str, Any]:
    """Return the filter form, what is set in it, and how many tickets there are."""
    options = queue.choices(team_ids(request.user))
    options["status"] = [(str(s.value), str(s.label)) for s in Status]
    options["priority"] = [(str(p.value), p.label) for p in Priority]
    options["assignee"] = [("me", _("me")), ("none", _("nobody")), *options["assignee"]]
    worded = {name: dict(found) for name, found in options.items()} | _worded(address)
    active = [
        {
            "label": FIELDS[name],
            "value": worded.get(name, {}).get(value, value),
            "href": address.link(without=name, value=value),
        }
        for name, values in address.filters.items()
        for value in values
    ]
    hidden = [
        (name, value)
        for name, values in address.filters.items()
        if name not in IN_FORM
        for value in values
    ]
    return {
        "options": options,
        "chosen": {name: values[0] for name, values in address.filters.items()},
        "active": active,
        "hidden": hidden,
        "summary": _summary(address, known),
        "empty": queue.VIEWS[address.view].empty,
        "nav": "queues",
        "queue_count": known["sizes"]["mine"],
    }


def _worded(address: Address) -> dict[str, dict[str, str]]:
    """Return the words for values that come by a link and are not offered in the form."""
    asked = [
        int(pk) for pk in address.filters.get("requester", ()) if pk.isdecimal() and len(pk) < 18
    ]
    people = Person.objects.in_bulk(asked[:5]) if asked else {}
    return {
        "kind": {str(k.value): str(k.label) for k in Kind},
        "level": {str(level.value): str(level.label) for level in Level},
        "late": {"true": _("yes"), "false": _("no")},
        "clock": {
            "on_track": _("on track"), "at_risk": _("at risk"),
            "late": _("late"), "paused": _("paused"),
        },
        "requester": {str(pk): person.name for pk, person in people.items()},
    }  # fmt: skip


def _summary(address: Address, known: dict[str, Any]) -> str:
    """Return the size in words: exact, or only that there are more."""
    page = known["page"]
    count = len(page.rows)
    if not address.filters:
        count = known["sizes"][address.view]
    elif page.next or not page.is_first:
        return _("More than %(num)s tickets") % {"num": count}
    words = {"num": quantity(count, get_language() or "en")}
    return ngettext("%(num)s ticket", "%(num)s tickets", count) % words
