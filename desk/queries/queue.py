"""The queue: its views, what a filter offers, and one page of rows."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.models import Person, Team
from catalog.models import Category
from common.translated import translated
from tickets.choices import OPEN, Status

KEPT = 60  # seconds
Options = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class View:
    """One way to look at the queue; empty: what it says when there is nothing to see."""

    label: Promise
    empty: Promise


VIEWS: Mapping[str, View] = {
    "mine": View(_("My open"), _("You have no open ticket.")),
    "unassigned": View(_("Unassigned"), _("Every ticket of your teams has somebody.")),
    "team": View(_("My teams"), _("Your teams have no open ticket.")),
    "late": View(_("Late"), _("Nothing is late.")),
    "waiting": View(_("Waiting"), _("No ticket is on hold.")),
    "all": View(_("All open"), _("There is no open ticket.")),
}


def within(view: str, *, user: Any, teams: Collection[int], at: datetime, is_open: bool) -> Q:
    """Return the tickets a view holds; somebody without a team looks at all of them.

    is_open: only open tickets, unless the filters name another status themselves.
    """
    found = Q(status__in=OPEN) if is_open else Q()
    if view == "mine":
        return found & Q(assignee=user.pk)
    if view == "all":
        return found
    if teams:
        found &= Q(team__in=teams)
    if view == "unassigned":
        return found & Q(assignee__isnull=True)
    if view == "late":
        return found & Q(status__in=OPEN, next_due_at__lte=at)
    if view == "waiting":
        return found & Q(status=Status.ON_HOLD)
    return found


def choices(teams: Collection[int]) -> dict[str, Options]:
    """Return the teams, the people of `teams` and the categories to filter by.

    They change seldom: a new one is offered within a minute.
    """
    key = f"queue-choices:{get_language()}:{','.join(map(str, sorted(teams)))}"
    known: dict[str, Options] | None = cache.get(key)
    if known is None:
        known = _choices(teams)
        cache.set(key, known, KEPT)
    return known


def _choices(teams: Collection[int]) -> dict[str, Options]:
    people = Person.objects.agents().filter(memberships__team__in=teams).distinct()
    rows = (
        _labelled(Team.objects.active(), "team", F("slug"), F("name"))
        .union(
            _labelled(
                people, "assignee", Cast("pk", CharField()),
                Concat("given_name", Value(" "), "family_name"),
            ),
            _labelled(
                Category.objects.active(), "category", F("slug"), Cast("names", CharField())
            ),
            all=True,
        )
        .order_by("label")
    )  # fmt: skip
    found: dict[str, Options] = {"team": [], "assignee": [], "category": []}
    for kind, key, label in rows:
        found[kind].append((key, label.strip()))
    found["category"] = sorted(
        ((key, translated(json.loads(label))) for key, label in found["category"]),
        key=lambda option: option[1],
    )
    return found


def _labelled(rows: Any, kind: str, key: Any, label: Any) -> Any:
    return rows.annotate(
        what=Value(kind, output_field=CharField()), key=key, label=label
    ).values_list("what", "key", "label")
