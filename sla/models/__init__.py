from sla.models.agreements import PRIORITIES, Agreement, Example, Step, Target, validate_conditions
from sla.models.calendars import (
    BEGINNING,
    Calendar,
    CalendarVersion,
    DayException,
    SiteCalendar,
    TeamCalendar,
    Window,
)
from sla.models.clocks import AbstractClock, PolicyRevision
from sla.models.holds import PauseReason

__all__ = [
    "BEGINNING",
    "PRIORITIES",
    "AbstractClock",
    "Agreement",
    "Calendar",
    "CalendarVersion",
    "DayException",
    "Example",
    "PauseReason",
    "PolicyRevision",
    "SiteCalendar",
    "Step",
    "Target",
    "TeamCalendar",
    "Window",
    "validate_conditions",
]
