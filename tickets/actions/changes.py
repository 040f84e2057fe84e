"""What a verb asks of the funnel, as plain data."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import Enum
from typing import Any, Final

from tickets.choices import EntryKind, Status, WokenBy


class Keep(Enum):
    """The value of a field that a change leaves alone."""

    KEEP = "keep"


KEEP: Final = Keep.KEEP


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHold:
    """A hold to begin; until: the date promised to the caller."""

    reason: str
    note: str = ""
    until: datetime | None = None
    supplier_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry to add to the conversation."""

    kind: EntryKind
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What to change of one ticket; a field that is KEEP stays as it is.

    is_response: this counts as the first response of the desk when there was none.
    is_acceptance: somebody of the team takes it in hand, as any response of the desk does.
    is_question: a message of the requester, which waits for an answer from now on.
    hop: this is a hand-over between teams and is counted.
    woken_by: what ends the open hold, when this change does.
    """

    status: Status | Keep = KEEP
    team_id: int | Keep = KEEP
    level: int | Keep = KEEP
    assignee_id: int | None | Keep = KEEP
    follow_up_id: int | None | Keep = KEEP
    impact: str | Keep = KEEP
    urgency: str | Keep = KEEP
    priority: int | Keep = KEEP
    category_id: int | Keep = KEEP
    resolution: str | Keep = KEEP
    hold: NewHold | None = None
    entry: NewEntry | None = None
    agreed_at: datetime | None | Keep = KEEP
    is_response: bool = False
    is_acceptance: bool = False
    is_question: bool = False
    hop: bool = False
    woken_by: WokenBy = WokenBy.PERSON

    def values(self) -> dict[str, Any]:
        """Return the fields of the ticket this change sets, by attribute name."""
        return {name: value for name in _FIELDS if (value := getattr(self, name)) is not KEEP}


_NO_FIELDS = {
    "hold", "entry", "is_response", "is_acceptance", "is_question", "hop", "woken_by",
}  # fmt: skip
_FIELDS = tuple(f.name for f in fields(Change) if f.name not in _NO_FIELDS)
