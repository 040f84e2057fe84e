"""What will be late by the end of the day: one replay for all who look, each sees their part."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count
from django.utils.functional import Promise

from accounts.models import Membership, Team
from catalog.models import CategorySkill
from common.shared import KEPT
from escalation.choices import WhyLate
from escalation.models import HandlingTime
from escalation.queries import trials
from escalation.queries.outlook import shared, visible
from escalation.rules.forecast import Expected, Outlook, Span, forecast
from escalation.rules.trial import Score
from sla.engine.instants import moment_of, moment_or_none
from tickets.models import Ticket
from tickets.queries import Row, rows

SHOWN = 100  # lines of the list
GROUP = 3  # people a team must have for its times to be shown


@dataclass(frozen=True, slots=True)
class Glance:
    """The forecast in one number, for the page Now."""

    at: datetime
    until: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Line:
    """A ticket that is expected to be late. seconds: what it usually takes one person.

    skills: what nobody there can do. is_saved: with the people supposed it would be in time.
    """

    row: Row
    why: WhyLate
    kind: str
    due: datetime
    done: datetime | None
    free_at: datetime | None
    seconds: int
    skills: Sequence[str]
    is_saved: bool


@dataclass(frozen=True, slots=True)
class TryOut:
    """The same queue with so many more people in a team."""

    team: Team
    people: int
    count: int
    slow: int


@dataclass(frozen=True, slots=True)
class Page:
    """Everything the page shows; at: the instant of the replay. seen_at: that of the look."""

    at: datetime
    seen_at: datetime
    until: datetime
    count: int
    slow: int
    reasons: Sequence[tuple[Promise | str, int]]
    lines: Sequence[Line]
    late_now: int
    tried: TryOut | None
    trust: Score | None
    usual: Sequence[tuple[Team, int, Span]]


def glance(user: Any, *, team: Team | None, at: datetime) -> Glance:
    """Return how many tickets of those `user` may see are expected to be late; kept a while."""
    key = f"forecast:{user.pk}:{team.pk if team else ''}"
    known: Glance | None = cache.get(key)
    if known is not None and known.at <= at < known.until:
        return known
    _now, outlook = shared(at=at)
    found = Glance(
        moment_of(outlook.at),
        moment_of(outlook.until),
        len(visible(outlook.late, user, team=team.pk if team else None)),
    )
    # Not longer than the replay it was read from.
    age = int((at - found.at).total_seconds())
    cache.set(key, found, max(KEPT - age, 1))
    return found


def page(
    user: Any, *, team: Team | None, known: Sequence[Team], extra: tuple[Team, int] | None,
    at: datetime,
) -> Page:  # fmt: skip
    """Return the forecast for what `user` may see; a fixed number of statements.

    team: only its tickets; None: all. known: the active teams. extra: so many more people in
    a team to suppose.
    """
    now, outlook = shared(at=at)
    only = team.pk if team else None
    late = visible(outlook.late, user, team=only)
    slow = visible(outlook.slow, user, team=only)
    supposed = None if extra is None else forecast(now, extra={extra[0].pk: extra[1]})
    still = {e.ticket for e in supposed.late} if supposed is not None else None
    tickets = Ticket.objects.visible_to(user)
    if team is not None:
        tickets = tickets.filter(team=team)
    return Page(
        at=moment_of(outlook.at),
        seen_at=at,
        until=moment_of(outlook.until),
        count=len(late),
        slow=len(slow),
        reasons=_reasons(late),
        lines=_lines(late[:SHOWN], still),
        late_now=tickets.late(at=at).count(),
        tried=_tried(extra, supposed, late, slow),
        trust=trials.record(),
        usual=_usual([team] if team else known),
    )


def _reasons(late: Iterable[Expected]) -> list[tuple[Promise | str, int]]:
    counts = Counter(e.why for e in late)
    return [(why.label, counts[why]) for why in WhyLate if counts[why]]


def _lines(late: Sequence[Expected], still: set[int] | None) -> list[Line]:
    found = rows(Ticket.objects.filter(pk__in=[e.ticket for e in late]), size=SHOWN)
    by_ticket = {row.id: row for row in found.rows}
    skills = _skills({e.category for e in late if e.why == WhyLate.SKILL})
    return [
        Line(
            row=by_ticket[e.ticket], why=e.why, kind=e.kind.value, due=moment_of(e.due),
            done=moment_or_none(e.done), free_at=moment_or_none(e.free_at), seconds=e.seconds,
            skills=skills.get(e.category, ()),
            is_saved=still is not None and e.ticket not in still,
        )
        for e in late
        if e.ticket in by_ticket
    ]  # fmt: skip


def _skills(categories: set[int]) -> Mapping[int, list[str]]:
    found: dict[int, list[str]] = {}
    asked = CategorySkill.objects.filter(category__in=categories).order_by("skill__name")
    for category, name in asked.values_list("category_id", "skill__name"):
        found.setdefault(category, []).append(name)
    return found


def _tried(
    extra: tuple[Team, int] | None, supposed: Outlook | None, late: Sequence[Expected],
    slow: Sequence[Expected],
) -> TryOut | None:  # fmt: skip
    if extra is None or supposed is None:
        return None
    still, slowly = {e.ticket for e in supposed.late}, {e.ticket for e in supposed.slow}
    return TryOut(
        team=extra[0],
        people=extra[1],
        count=sum(e.ticket in still for e in late),
        slow=sum(e.ticket in slowly for e in slow),
    )


def _usual(teams: Iterable[Team]) -> list[tuple[Team, int, Span]]:
    """How long tickets take in each team, by how many: of no team so small that it is a person."""
    by_team = {team.pk: team for team in teams}
    groups = Membership.objects.filter(team__in=by_team).values("team").alias(n=Count("person"))
    found = HandlingTime.objects.filter(
        category__isnull=True, team__in=groups.filter(n__gte=GROUP).values("team")
    )
    known = {
        team: (tickets, Span(median, p80))
        for team, tickets, median, p80 in found.values_list(
            "team_id", "tickets", "median_seconds", "p80_seconds"
        )
    }
    return [(team, *known[pk]) for pk, team in by_team.items() if pk in known]
