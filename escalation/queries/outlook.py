"""The forecast as everybody shares it: made every few minutes, and each sees their part."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Team
from common import shared as kept
from escalation.queries import trials
from escalation.queries.forecast import situation
from escalation.rules.forecast import Expected, Outlook, Situation, forecast
from sla.engine.instants import moment_of, moment_or_none
from tickets.models import Ticket

_KEY = "forecast"
Made = tuple[Situation, Outlook]


def shared(*, at: datetime) -> Made:
    """Return the queue and its replay, as kept; made now where none is."""

    def fits(found: Made) -> bool:
        # One of another time is none: the day may be over, and a clock may have been set.
        return found[0].at <= at.timestamp() < found[0].until

    return kept.shared(_KEY, lambda: _made(at), fits=fits)


def renewed(*, at: datetime) -> Made:
    """Make the replay anew and keep it, whatever is kept."""
    return kept.renewed(_KEY, lambda: _made(at))


def _made(at: datetime) -> Made:
    now = situation(at=at)
    return now, forecast(now)


def visible(expected: Iterable[Expected], user: Any, *, team: int | None) -> list[Expected]:
    """Return those `user` may see that are still open, in the same order; one statement.

    team: only its tickets; None: of all teams.
    """
    wanted = [e for e in expected if team is None or e.team == team]
    found = Ticket.objects.visible_to(user).open().filter(pk__in=[e.ticket for e in wanted])
    keys = set(found.values_list("pk", flat=True))
    return [e for e in wanted if e.ticket in keys]


def record(user: Any, *, team: Team | None, at: datetime) -> dict[str, Any]:
    """Return the forecast as programs read it: what `user` may see of it."""
    _now, found = shared(at=at)
    only = team.pk if team else None
    late, slow = (visible(part, user, team=only) for part in (found.late, found.slow))
    tickets = Ticket.objects.filter(pk__in=[e.ticket for e in late])
    words = {pk: rest for pk, *rest in tickets.values_list("pk", "number", "team__slug")}
    score = trials.record()
    return {
        "as_of": moment_of(found.at),
        "until": moment_of(found.until),
        "count": len(late),
        "slow_count": len(slow),
        "late": [
            {
                "number": words[e.ticket][0], "team": words[e.ticket][1],
                "promise": e.kind.value, "due_at": moment_of(e.due),
                "expected_at": moment_or_none(e.done), "why": e.why.value,
            }
            for e in late
        ],
        "trust": None if score is None else score._asdict(),
    }  # fmt: skip
