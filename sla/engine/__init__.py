"""Business time and clock readings: pure arithmetic, no rows, no requests, no waiting."""

from sla.engine.calendar import BusinessCalendar
from sla.engine.clock import ClockState, Reading, Terms, Timeline, evaluate
from sla.engine.countdown import Countdown
from sla.engine.explain import Segment, explain
from sla.errors import CalendarError

__all__ = [
    "BusinessCalendar",
    "CalendarError",
    "ClockState",
    "Countdown",
    "Reading",
    "Segment",
    "Terms",
    "Timeline",
    "evaluate",
    "explain",
]
