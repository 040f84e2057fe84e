"""What the reasons that the product knows by itself must keep: pure."""

from collections.abc import Mapping

from sla.choices import HoldReason

# A reply that waits for the caller uses the first, and the caller is told that an answer ends
# it; an agreed date is nothing without the date.
KEPT: Mapping[str, Mapping[str, bool]] = {
    HoldReason.REQUESTER: {"wakes_on_answer": True, "needs_date": False, "is_active": True},
    HoldReason.SCHEDULED: {"needs_date": True, "wakes_on_date": True},
}


def kept(slug: str) -> Mapping[str, bool]:
    """Return the fields of a reason that nobody may change, with their values."""
    return KEPT.get(slug, {})
