"""Who gets a ticket next, and who is there to get it: pure."""

from escalation.rules.presence import ROSTERED, Absence, Presence, quiet_until
from escalation.rules.ranking import (
    HOPS_TO_TELL_THE_LEAD,
    Candidate,
    Ranked,
    TeamOption,
    judged,
    next_team,
    rank,
    rank_on_call,
    why_not_first,
)
from escalation.rules.steps import is_late

__all__ = [
    "HOPS_TO_TELL_THE_LEAD",
    "ROSTERED",
    "Absence",
    "Candidate",
    "Presence",
    "Ranked",
    "TeamOption",
    "is_late",
    "judged",
    "next_team",
    "quiet_until",
    "rank",
    "rank_on_call",
    "why_not_first",
]
