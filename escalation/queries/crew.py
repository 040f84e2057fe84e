"""Reads of who works where and when: what a replay of the queue has to know of people."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from accounts.models import Team
from catalog.queries import required_skills
from escalation.queries.roster import presences
from escalation.queries.staff import held_skills, memberships
from escalation.queries.ways import UNKNOWN
from escalation.rules import Presence
from escalation.rules.forecast import Crew
from escalation.rules.queueing import Interval
from sla.engine.instants import moment_of, seconds_of
from sla.engine.intervals import merged, without
from sla.queries import Policy

DAYS = 8  # looked through for a day on which a team closes


def crew(rules: Policy, *, at: datetime, until: datetime) -> Crew:
    """Return who works in the active teams between two instants; five statements.

    Duty and absence are those of that time, members and skills those of today: nobody
    writes down since when somebody has belonged to a team.
    """
    teams = list(Team.objects.active().values_list("pk", flat=True))
    members = defaultdict[int, set[int]](set)
    for team, person in memberships(teams).values_list("team_id", "person_id"):
        members[team].add(person)
    people = {person for found in members.values() for person in found}
    window = seconds_of(at), seconds_of(until)
    return Crew(
        members={team: frozenset(members[team]) for team in teams},
        people=_there(people, at, window),
        hours={team: hours_of(rules, team, window) for team in teams},
        skills=held_skills(people),
        required=required_skills(None),
    )


def hours_of(rules: Policy, team: int, window: Interval) -> tuple[Interval, ...]:
    """Return when a team works within a window of seconds; one without a calendar: always."""
    hours = rules.on_duty_hours(team)
    return (window,) if hours is None else tuple(hours.table.pieces(*window))


def end_of_day(rules: Policy, teams: Iterable[int], *, at: datetime) -> datetime:
    """Return when the last team closes today, or on the next day on which any does after `at`.

    A team that never closes does not make the day longer; where none ever closes it ends at
    midnight. Days are those of our own zone.
    """
    zone = timezone.get_default_timezone()
    today = at.astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    known = {id(h): h for team in teams if (h := rules.on_duty_hours(team)) is not None}
    for number in range(DAYS):
        # Midnight of each day by the wall, whatever the clocks did in between.
        end = (today.replace(tzinfo=None) + timedelta(days=number + 1)).replace(tzinfo=zone)
        last = seconds_of(end)
        closings = [
            closes
            for hours in known.values()
            for _opens, closes in hours.table.pieces(seconds_of(at), last)
            if closes < last or not hours.table.is_open(last)
        ]
        if closings:
            return moment_of(max(closings))
    return (today.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone).astimezone(UTC)


def _there(people: set[int], at: datetime, window: Interval) -> dict[int, Sequence[Interval]]:
    """When each person is there: by their shifts, else always, less the times away."""
    known = presences(at)
    return {person: _presence(known.get(person, UNKNOWN), at, window) for person in people}


def _presence(known: Presence, at: datetime, window: Interval) -> tuple[Interval, ...]:
    away = merged((seconds_of(a.starts), seconds_of(a.ends)) for a in known.absences)
    shifts = [(seconds_of(start), seconds_of(end)) for start, end in known.shifts]
    base = merged(shifts) if known.is_rostered(at) else [window]
    return _within(window, without(base, away))


def _within(window: Interval, intervals: list[Interval]) -> tuple[Interval, ...]:
    start, end = window
    cut = ((max(start, begins), min(end, ends)) for begins, ends in intervals)
    return tuple(interval for interval in cut if interval[0] < interval[1])
