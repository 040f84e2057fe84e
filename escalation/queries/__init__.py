"""Reads of escalation that are more than one QuerySet."""

from escalation.queries.handovers import (
    Destination,
    destinations,
    handovers_of,
    people_of,
    proposed,
)
from escalation.queries.staff import routing
from escalation.queries.ways import Routing

__all__ = [
    "Destination",
    "Routing",
    "destinations",
    "handovers_of",
    "people_of",
    "proposed",
    "routing",
]
