"""How holds are used: figures for the leads, by team and reason, each with its list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Team
from common.htmx import Request
from desk.queries import holds, lead
from desk.queries.held import Held, Waited
from desk.views.lead import only_leads, wanted
from sla.queries import Policy, policy

PAGE = 100  # lines of a list
MOST_MINUTES = 600


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader wants to see, and the address of the same with something changed."""

    days: int
    minutes: int
    team: Team | None

    def words(self, **more: object) -> str:
        """Return the query of this look, with words changed or added."""
        words: dict[str, object] = {"days": self.days, "minutes": self.minutes}
        if self.team is not None:
            words["team"] = self.team.slug
        return "?" + urlencode(words | more)


@require_safe
def page(request: Request) -> HttpResponse:
    """Show how long tickets wait for what, and how holds are used."""
    only_leads(request.user)
    known = lead.teams()
    asked, rules, at = _asked(request, known), policy(), timezone.now()
    seen = _look(request, asked, rules, at)
    names = {slug: reason.name for slug, reason in rules.reasons.items()}
    teams = {str(team.pk): team.name for team in known}
    context = _context(asked, known, seen, at) | {
        "waiting": holds.waiting(seen, rules),
        "names": names,
        "total": holds.numbers(seen.holds, seen),
        "by_reason": holds.counts(seen, of=lambda h: h.reason, names=names),
        "by_team": holds.counts(seen, of=lambda h: str(h.team), names=teams),
        "slugs": {str(team.pk): team.slug for team in known},
    }
    return TemplateResponse(request, "desk/holds.html", context)


@require_safe
def listed(request: Request) -> HttpResponse:
    """Show what is behind one figure: its holds, or the tickets that waited for a reason."""
    only_leads(request.user)
    known = lead.teams()
    asked, rules, at = _asked(request, known), policy(), timezone.now()
    figure, reason = request.GET.get("figure", "begun"), request.GET.get("reason", "")
    if figure != "tickets" and figure not in holds.FIGURES:
        raise Http404
    seen = _look(request, asked, rules, at)
    rows: Sequence[Waited | Held]
    if figure == "tickets":
        rows = holds.waited(seen, reason=reason)
    else:
        counts = holds.FIGURES[figure].counts
        rows = [h for h in seen.holds if counts(h, seen) and reason in {"", h.reason}]
    number = _page(request)
    context = _context(asked, known, seen, at) | {
        "figure": holds.FIGURES.get(figure),
        "word": figure,
        "reason": _name(rules, reason),
        "count": len(rows),
        "rows": rows[PAGE * (number - 1) : PAGE * number],
        "names": {slug: found.name for slug, found in rules.reasons.items()},
        "previous": _list(asked, figure, reason, number - 1) if number > 1 else None,
        "next": _list(asked, figure, reason, number + 1) if len(rows) > PAGE * number else None,
    }
    return TemplateResponse(request, "desk/holds_list.html", context)


def _asked(request: Request, known: list[Team]) -> Asked:
    """Read the period, the team and the minutes; what nobody could mean is left as it begins."""
    days = _number(request, "days", 30)
    minutes = _number(request, "minutes", holds.NEAR)
    return Asked(
        days if days in holds.PERIODS else 30,
        minutes if 1 <= minutes <= MOST_MINUTES else holds.NEAR,
        wanted(request, known),
    )


def _number(request: Request, name: str, otherwise: int) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else otherwise


def _page(request: Request) -> int:
    return max(_number(request, "page", 1), 1)


def _look(request: Request, asked: Asked, rules: Policy, at: datetime) -> holds.Look:
    return holds.look(
        request.user, rules, days=asked.days, team=asked.team, minutes=asked.minutes, at=at
    )


def _name(rules: Policy, reason: str) -> str:
    return rules.reason(reason).name if reason else ""


def _list(asked: Asked, figure: str, reason: str, number: int) -> str:
    more: Mapping[str, object] = {"figure": figure, "reason": reason, "page": number}
    return asked.words(**more)


def _context(asked: Asked, known: list[Team], seen: holds.Look, at: datetime) -> dict[str, Any]:
    return {
        "nav": "now", "asked": asked, "teams": known, "team": asked.team,
        "periods": holds.PERIODS, "now": at, "measured_at": seen.period.until,
    }  # fmt: skip
