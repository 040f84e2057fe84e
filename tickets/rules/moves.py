"""Which moves are allowed, what follows from impact and urgency, how a text is split."""

from collections.abc import Mapping

from catalog.choices import Impact, Urgency
from tickets.choices import Status
from tickets.errors import MoveNotPossible

# decisions.md 14; buttons, API and checks read it.
MOVES: Mapping[str, frozenset[str]] = {
    Status.NEW: frozenset({Status.IN_PROGRESS, Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.ON_HOLD, Status.RESOLVED, Status.CANCELLED}),
    Status.ON_HOLD: frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.CANCELLED}),
    Status.RESOLVED: frozenset({Status.IN_PROGRESS, Status.CLOSED}),
    Status.CLOSED: frozenset(),
    Status.CANCELLED: frozenset(),
}

# ITIL 4 impact × urgency, in the order can_work, hindered, blocked.
_MATRIX: Mapping[str, tuple[int, int, int]] = {
    Impact.PERSON: (5, 4, 3),
    Impact.GROUP: (4, 3, 2),
    Impact.SITE: (3, 2, 1),
    Impact.EVERYONE: (3, 2, 1),
}
_URGENCIES = (Urgency.CAN_WORK, Urgency.HINDERED, Urgency.BLOCKED)


def check_move(old: str, new: str) -> None:
    """Raise MoveNotPossible unless a ticket may go from `old` to `new`."""
    if new != old and new not in MOVES[old]:
        raise MoveNotPossible(Status(old).label, Status(new).label)


def default_priority(impact: str, urgency: str) -> int:
    """Return the priority the matrix starts with, 1 to 5."""
    return _MATRIX[impact][_URGENCIES.index(Urgency(urgency))]


def split_text(text: str) -> tuple[str, str]:
    """Return title and description: the first line, and everything after it."""
    first, _line, rest = text.strip().partition("\n")
    title = first.strip()
    if len(title) <= 200:
        return title, rest.strip()
    return title[:197].rstrip() + "…", text.strip()
