"""Every write of calendars, agreements and reasons; each makes a new revision of the policy."""

from sla.actions.agreements import (
    Content,
    copy_draft,
    discard_draft,
    make_draft,
    new_draft,
    publish,
    remove_example,
    reorder,
    retire,
    save_draft,
    save_example,
)
from sla.actions.calendars import remove, save_calendar
from sla.actions.holds import move_reason, retire_reason, save_reason
from sla.actions.revision import new_revision, save
from sla.actions.withdrawal import take_back
from sla.actions.zones import note_zone_data

__all__ = [
    "Content",
    "copy_draft",
    "discard_draft",
    "make_draft",
    "move_reason",
    "new_draft",
    "new_revision",
    "publish",
    "remove",
    "remove_example",
    "reorder",
    "retire",
    "retire_reason",
    "save",
    "save_calendar",
    "save_draft",
    "save_example",
    "save_reason",
    "take_back",
    "note_zone_data",
]
