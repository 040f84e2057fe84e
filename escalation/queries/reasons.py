"""Why somebody got a ticket, or nobody did, as plain data that a hand-over keeps.

It names people and skills as they were called then; `escalation.rules.words` makes sentences
of it in the language of whoever reads them. Keys that say nothing are left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from escalation.rules import Ranked, why_not_first

if TYPE_CHECKING:
    from accounts.models import Team
    from escalation.queries.ways import Needs, Routing

RIVALS = 2  # named beside the one who was chosen
LACKING = 3  # named where nobody has the skills
FAR = timedelta(days=6)  # an end of duty beyond that is no reason for anything


def of_choice(
    ways: Routing, team: Team, needs: Needs, found: Sequence[Ranked], *, in_turn: bool = False
) -> dict[str, Any]:
    """Return what spoke for the first of a ranking, and what against the next ones."""
    best = found[0]
    key = ("person", team.pk, best.person, needs)
    data = {**ways.kept(key, lambda: of_person(ways, team, best.person, needs))}
    data["load"] = best.load
    if len(found) > 1:
        data["before"] = [
            {
                "name": ways.persons[rival.person].name,
                "why": why_not_first(rival, best, in_turn=in_turn),
                "load": rival.load,
            }
            for rival in found[1 : 1 + RIVALS]
        ]
    return data


def of_person(ways: Routing, team: Team, person: int, needs: Needs) -> dict[str, Any]:
    """Return what speaks for a person, whatever they have to do: skills, language, duty."""
    skills = skills_of(ways, person, needs)
    data: dict[str, Any] = {
        "person": person,
        "name": ways.persons[person].name,
        "matched": sum(s["held"] >= s["asked"] for s in skills),
        "required": len(skills),
        "languages": list(needs.languages),
        "speaks": ways.languages[person].issuperset(needs.languages),
    }
    if skills:
        data["skills"] = skills
    there = ways.there(team.pk, is_sensitive=needs.is_sensitive)
    if (absent := there.get(person)) is not None:
        data["stands_in_for"] = ways.persons[absent].name
    if person in there:
        until = ways.presence_of(person).until(ways.at, ways.hours(team.pk))
        if until is not None and until - ways.at < FAR:
            data["until"] = until.isoformat()
    return data


def skills_of(ways: Routing, person: int, needs: Needs) -> list[dict[str, Any]]:
    """Return each skill asked for, with the level asked and the level held."""
    held = ways.skills.get(person, {})
    return [
        {"name": ways.skill_names[skill], "asked": level, "held": held.get(skill, 0)}
        for skill, level in needs.skills
    ]


def of_lacking(ways: Routing, team: Team, needs: Needs) -> dict[str, Any]:
    """Return what is asked for, and what those on duty have of it."""

    def made() -> dict[str, Any]:
        there = list(ways.there(team.pk, is_sensitive=needs.is_sensitive))[:LACKING]
        return {
            "asked": [{"name": ways.skill_names[s], "level": level} for s, level in needs.skills],
            "lacking": [
                {"name": ways.persons[p].name, "skills": skills_of(ways, p, needs)} for p in there
            ],
        }

    found: dict[str, Any] = ways.kept(("lacking", team.pk, needs), made)
    return found


def of_closed(ways: Routing, team: Team) -> dict[str, Any]:
    """Return until when nobody of a team is on duty, as far as roster and hours say it."""

    def made() -> dict[str, Any]:
        hours = ways.hours(team.pk)
        members = ways.members.get(team.pk, ())
        known = [ways.presence_of(person).next_there(ways.at, hours) for person in members]
        opens = min((at for at in known if at is not None), default=None)
        return {} if opens is None else {"opens": opens.isoformat()}

    found: dict[str, Any] = ways.kept(("closed", team.pk), made)
    return found
