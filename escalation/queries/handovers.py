"""Reads of hand-overs: those of a ticket, and where it could go next."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import Team
from escalation.choices import HandoverState
from escalation.models import Handover
from escalation.queries.staff import memberships, open_by, routing
from tickets.models import Ticket


def handovers_of(ticket: Ticket) -> list[Handover]:
    """Return the hand-overs of a ticket, newest first; no statement for one never moved."""
    if not ticket.hop_count:
        return []
    found = Handover.objects.filter(ticket=ticket).order_by("-pk")
    return list(found.select_related("from_team", "to_team", "proposed_by", "answered_by"))


def proposed(ticket: Ticket) -> Handover | None:
    """Return the hand-over of a ticket that waits for an answer."""
    return (
        Handover.objects.filter(ticket=ticket, state=HandoverState.PROPOSED)
        .select_related("from_team", "to_team", "proposed_by")
        .first()
    )


@dataclass(frozen=True, slots=True)
class Destination:
    """A team the hand-over dialog offers, with what helps to choose.

    chosen: who would get it there and why, as a hand-over keeps it.
    """

    team: Team
    serves: bool
    on_duty: list[str]
    open: int
    chosen: dict[str, Any]


def destinations(ticket: Ticket, *, at: datetime) -> list[Destination]:
    """Return the teams a ticket can be handed to, the fitting ones of the next level first."""
    found = routing(category_ids={ticket.category_id}, at=at)
    serving = found.serving.get(ticket.category.service_id, frozenset())
    needs = found.needs(ticket.category, ticket.language)
    open_now = open_by("team_id", {"team__in": found.teams})
    options = [
        Destination(
            team=team,
            serves=team.pk in serving,
            on_duty=[
                person.name for person in found.on_duty(team.pk, is_sensitive=needs.is_sensitive)
            ],
            open=open_now[team.pk],
            chosen=found.look(team, needs).data,
        )
        for team in found.teams.values()
        if team.pk != ticket.team_id
    ]
    return sorted(options, key=lambda o: (not o.serves, o.team.level < ticket.level, o.team.level))


def people_of(options: Iterable[Destination]) -> list[tuple[str, list[tuple[int, str]]]]:
    """Return the agents of the offered teams, under the names of their teams."""
    teams = {option.team.pk: option.team.name for option in options}
    rows = (
        memberships(teams)
        .select_related("person")
        .order_by("person__given_name", "person__family_name")
    )
    found: dict[int, list[tuple[int, str]]] = {pk: [] for pk in teams}
    for row in rows:
        found[row.team_id].append((row.person_id, row.person.name))
    return [(teams[pk], people) for pk, people in found.items() if people]
