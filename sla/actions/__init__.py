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
from sla.actions.calendars import (
    NewWeek,
    bring_back_calendar,
    change_calendar,
    create_calendar,
    remove_week,
    retire_calendar,
    save_calendar,
    set_week,
)
from sla.actions.days import NewDay, add_days, change_day, remove_day, take_holidays
from sla.actions.holds import move_reason, retire_reason, save_reason
from sla.actions.revision import new_revision, save
from sla.actions.withdrawal import take_back
from sla.actions.zones import note_zone_data

__all__ = [
    "Content",
    "NewDay",
    "NewWeek",
    "add_days",
    "bring_back_calendar",
    "change_calendar",
    "change_day",
    "copy_draft",
    "create_calendar",
    "discard_draft",
    "make_draft",
    "move_reason",
    "new_draft",
    "new_revision",
    "note_zone_data",
    "publish",
    "remove_day",
    "remove_example",
    "remove_week",
    "reorder",
    "retire",
    "retire_calendar",
    "retire_reason",
    "save",
    "save_calendar",
    "save_draft",
    "save_example",
    "save_reason",
    "set_week",
    "take_back",
    "take_holidays",
]
