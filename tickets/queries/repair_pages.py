"""Differences of clocks as a page shows them: in words, and only of tickets one may see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Team
from common.formats import date_time, duration
from common.translated import translated
from sla.choices import ClockState, Metric
from sla.queries import Policy, policy
from tickets.models import Replay, Ticket

_FIELDS: Mapping[str, Any] = {
    "state": gettext_lazy("state"),
    "agreement_id": gettext_lazy("agreement"),
    "calendar_id": gettext_lazy("calendar"),
    "target_seconds": gettext_lazy("target"),
    "terms_since": gettext_lazy("terms since"),
    "started_at": gettext_lazy("begins"),
    "due_at": gettext_lazy("due"),
    "at_risk_at": gettext_lazy("at risk from"),
    "breached_at": gettext_lazy("late since"),
    "stopped_at": gettext_lazy("stopped"),
    "next_action_at": gettext_lazy("next look"),
    "next_due_at": gettext_lazy("earliest due time"),
    "team_id": gettext_lazy("team"),
    "fired": gettext_lazy("steps taken"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One difference in words."""

    number: str
    href: str
    clock: str
    what: str
    stored: str
    replayed: str


@dataclass(frozen=True, slots=True)
class Shown:
    """Differences for a reader. known: how many there were to show; hidden: out of sight."""

    rows: Sequence[Row]
    known: int
    hidden: int
    fields: Sequence[tuple[str, str]] = ()


def shown(found: Sequence[Mapping[str, Any]], user: Any, most: int = 200) -> Shown:
    """Word differences given as plain data; those of tickets `user` may not see are counted."""
    numbers = {one["number"] for one in found}
    seen = Ticket.objects.visible_to(user).filter(number__in=numbers).only("number")
    hrefs = {ticket.number: ticket.get_absolute_url() for ticket in seen}
    teams = {team.pk: str(team) for team in Team.objects.all()}
    rules = policy()
    mine = [one for one in found if one["number"] in hrefs]
    rows = [_row(one, hrefs[one["number"]], teams, rules) for one in mine[:most]]
    return Shown(rows, len(found), len(found) - len(rows))


def of_job(replay: Replay, user: Any) -> Shown:
    """Return what a repair in the background found, and its selection as fields of the form."""
    found = shown(replay.result.get("found_rows", ()), user)
    words = replay.result.get("selection", {})
    fields = [
        ("numbers", " ".join(words.get("numbers", ()))), ("team", words.get("team") or ""),
        ("agreement", words.get("agreement", "")), ("opened_from", _day(words, "opened_from")),
        ("opened_until", _day(words, "opened_until")),
    ]  # fmt: skip
    fields += [("open_only", "on")] if words.get("is_open") else []
    return Shown(found.rows, found.known, found.hidden, fields)


def _day(words: Mapping[str, Any], name: str) -> str:
    return (words.get(name) or "")[:10]


def _row(one: Mapping[str, Any], href: str, teams: Mapping[int, str], rules: Policy) -> Row:
    clock = _("the ticket")
    if one["metric"]:
        clock = f"{capfirst(str(Metric(one['metric']).label))} {one['run']}"
    field = one["field"]
    return Row(
        number=one["number"],
        href=href,
        clock=clock,
        what=str(_FIELDS.get(field, field)),
        stored=_word(field, one["stored"], teams, rules),
        replayed=_word(field, one["replayed"], teams, rules),
    )


def _word(field: str, value: Any, teams: Mapping[int, str], rules: Policy) -> str:
    if value is None or value == []:
        return "–"
    if field.endswith(("_at", "_since")):
        return date_time(datetime.fromisoformat(value))
    if field == "state":
        return str(ClockState(value).label)
    if field == "team_id":
        return teams.get(value, str(value))
    if field == "calendar_id":
        return translated(rules.calendar_names.get(value, {}))
    if field == "agreement_id":
        terms = rules.terms_of(value)
        return f"{translated(terms.names)} {terms.version}" if terms else str(value)
    if field == "target_seconds":
        return duration(value, get_language() or "en")
    return ", ".join(value) if isinstance(value, list) else str(value)
