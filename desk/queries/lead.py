"""The lead's Now: what breaks next, what is late, how much there is and who has it."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, Team
from audit.models import Event
from escalation.choices import Trigger
from escalation.models import Handover
from tickets.models import Ticket
from tickets.queries import Row, rows
from tickets.querysets import READINGS, reading

AHEAD = timedelta(hours=1)
BACK = timedelta(hours=24)
KEPT = 30  # seconds; only a bound for a change that Redis never heard of
SOON, LATE, NOBODY, MOVED, PROPOSED = 20, 8, 6, 8, 5  # lines each list shows
LOOKED_AT = 200  # proposals of which the open ones are shown

WORDS: dict[str, tuple[Promise, str, str]] = {
    "on_track": (_("on track"), "ring", ""),
    "at_risk": (_("at risk"), "triangle", "risk"),
    "late": (_("late"), "square", "late"),
    "paused": (_("paused"), "bars", "pause"),
    "no_target": (_("no target"), "", "pause"),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How many open tickets have clocks that say one word."""

    word: str
    label: Promise
    shape: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Share:
    """The open tickets of one person in one team; person None: nobody's."""

    person: int | None
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """The open tickets of one team and who has them, in the order of names."""

    team: Team
    count: int
    shares: list[Share]


@dataclass(frozen=True, slots=True)
class Now:
    """Everything the page shows, of one instant."""

    at: datetime
    until: datetime
    soon: list[Row]
    late: list[Row]
    unassigned: list[Row]
    readings: list[Reading]
    open: int
    nobody: int
    load: list[Load]
    moved: list[Handover]
    proposed: list[Row]

    def count(self, word: str) -> int:
        """Return how many open tickets have clocks that say `word`."""
        return next(r.count for r in self.readings if r.word == word)


def teams() -> list[Team]:
    """Return the teams one can look at, level by level."""
    return list(Team.objects.active().order_by("level", "name"))


def now(
    user: Any, *, team: Team | None, known: list[Team], at: datetime, version: str = ""
) -> Now:
    """Return the present state of what `user` may see; a fixed number of statements.

    team: only its tickets; None: all. known: what `teams` returned.
    version: the pulse's version of "queue" before this look; as long as it stands, the
    tickets are not counted again. Empty: they are.
    """
    tickets = Ticket.objects.visible_to(user)
    if team is not None:
        tickets = tickets.filter(team=team)
    is_open: QuerySet[Ticket] = tickets.open()
    soon, late, unassigned = _lists(is_open, at)
    key = f"lead:{user.pk}:{team.pk if team else ''}:{version}" if version else ""
    sizes, load = _sizes(is_open, [team] if team else known, at, key)
    readings = [Reading(w, *WORDS[w], sizes[w]) for w in READINGS]
    return Now(
        at=at,
        until=at + AHEAD,
        soon=soon,
        late=late,
        unassigned=unassigned,
        readings=readings,
        open=sum(r.count for r in readings),
        nobody=sizes["nobody"],
        load=load,
        moved=_moved(tickets, at),
        proposed=_proposed(is_open),
    )


def _lists(is_open: QuerySet[Ticket], at: datetime) -> tuple[list[Row], list[Row], list[Row]]:
    """Return what is due soon, what is late, what is nobody's: read together, told apart here."""
    by_due = is_open.order_by("due_order", "id").values("pk")
    until = at + AHEAD
    # A union and not a chain of OR, for which PostgreSQL would read every ticket.
    shown = by_due.filter(due_order__gt=at, due_order__lte=until)[:SOON].union(
        by_due.filter(due_order__lte=at)[:LATE],
        by_due.filter(assignee__isnull=True)[:NOBODY],
        all=True,
    )
    found = rows(Ticket.objects.filter(pk__in=shown), size=SOON + LATE + NOBODY).rows
    return (
        [row for row in found if at < row.due_order <= until][:SOON],
        [row for row in found if row.due_order <= at][:LATE],
        [row for row in found if not row.assignee][:NOBODY],
    )


Sizes = tuple[dict[str, int], list[Load]]


def _sizes(is_open: QuerySet[Ticket], known: list[Team], at: datetime, key: str) -> Sizes:
    """Count once a change: each warning and each breach is a change, too, and says so."""
    kept: Sizes | None = cache.get(key) if key else None
    if kept is None:
        kept = (_counts(is_open, at), _load(is_open, known))
        if key:
            cache.set(key, kept, KEPT)
    return kept


def _counts(is_open: QuerySet[Ticket], at: datetime) -> dict[str, int]:
    found: dict[str, int] = is_open.aggregate(
        nobody=Count("pk", filter=Q(assignee__isnull=True)),
        **{word: Count("pk", filter=reading(word, at=at)) for word in READINGS},
    )
    return found


def _load(is_open: QuerySet[Ticket], known: list[Team]) -> list[Load]:
    counts = Counter[tuple[int, int | None]]()
    names: dict[int, str] = {}
    grouped = is_open.order_by().values_list(
        "team", "assignee", "assignee__given_name", "assignee__family_name"
    )
    for team, person, given, family, count in grouped.annotate(n=Count("pk")):
        counts[team, person] = count
        names[person] = f"{given or ''} {family or ''}".strip()
    members = Membership.objects.filter(team__in=known, person__is_active=True)
    belong = {(team.pk, None) for team in known} | set(counts)
    for team, person, given, family in members.values_list(
        "team", "person", "person__given_name", "person__family_name"
    ):
        belong.add((team, person))
        names[person] = f"{given} {family}".strip()
    return [_load_of(team, belong, names, counts) for team in known]


def _load_of(
    team: Team,
    belong: set[tuple[int, int | None]],
    names: dict[int, str],
    counts: Counter[tuple[int, int | None]],
) -> Load:
    mine = [(person, counts[team.pk, person]) for key, person in belong if key == team.pk]
    shares = [Share(p, names[p] if p is not None else "", n) for p, n in mine if p or n]
    return Load(
        team=team,
        count=sum(n for _person, n in mine),
        # By name, not by number: it serves to share out the work, and is no ranking.
        shares=sorted(shares, key=lambda s: (s.person is None, s.name)),
    )


def _proposed(is_open: QuerySet[Ticket]) -> list[Row]:
    """What a step proposed as a major incident, and is not solved yet."""
    said = Event.objects.filter(subject_type="ticket", verb="ticket.major_proposed")
    keys = list(said.order_by("-pk").values_list("subject_id", flat=True)[:LOOKED_AT])
    return list(rows(is_open.filter(pk__in=keys), size=PROPOSED).rows) if keys else []


def _moved(tickets: QuerySet[Ticket], at: datetime) -> list[Handover]:
    found = Handover.objects.filter(
        trigger__in=[Trigger.BREACH, Trigger.WARNING],
        proposed_at__gt=at - BACK,
        ticket__in=tickets.order_by().values("pk"),
    )
    return list(
        found.select_related("ticket", "from_team", "to_team", "ticket__assignee").order_by("-pk")[
            :MOVED
        ]
    )
