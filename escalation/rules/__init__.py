"""Who gets a ticket next, and what a step does: pure."""

from escalation.rules.ranking import (
    HOPS_TO_TELL_THE_LEAD,
    Candidate,
    Ranked,
    TeamOption,
    next_team,
    rank,
)

__all__ = ["HOPS_TO_TELL_THE_LEAD", "Candidate", "Ranked", "TeamOption", "next_team", "rank"]
