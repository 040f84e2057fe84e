"""Reads of the teams as they are now: how they hand out work, who is there."""

from dataclasses import dataclass
from datetime import datetime

from accounts.models import Person, Team
from common.translated import translated
from escalation.queries.staff import routing


@dataclass(frozen=True, slots=True)
class TeamNow:
    """A team at one instant: its hours by name ("" for always), who is there and who is not."""

    team: Team
    hours: str
    members: int
    on_duty: list[Person]
    on_call: list[Person]
    absent: list[Person]


def teams_now(at: datetime) -> list[TeamNow]:
    """Return the teams that take work, level by level."""
    ways = routing(category_ids=set(), at=at)
    found = []
    for team in sorted(ways.teams.values(), key=lambda t: (t.level, t.name)):
        calendar = ways.rules.by_team.get(team.pk)
        members = ways.members.get(team.pk, [])
        found.append(
            TeamNow(
                team=team,
                hours=translated(ways.rules.calendar_names[calendar]) if calendar else "",
                members=len(members),
                on_duty=ways.on_duty(team.pk, is_sensitive=False),
                on_call=[ways.persons[p] for p in ways.on_call(team.pk)],
                absent=[ways.persons[p] for p in members if ways.presence_of(p).absence(at)],
            )
        )
    return found
