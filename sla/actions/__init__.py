"""Every write of calendars, agreements and reasons; each makes a new revision of the policy."""

from sla.actions.calendars import remove, save_calendar
from sla.actions.revision import new_revision, save

__all__ = ["new_revision", "remove", "save", "save_calendar"]
