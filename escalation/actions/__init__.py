"""Every write of firings and hand-overs; the ticket itself goes through its own funnel."""

from escalation.actions.due import sweep_all
from escalation.actions.forecast import learn_handling_times, try_forecast
from escalation.actions.handover import Card, accept, hand_back, hand_over, refuse
from escalation.actions.sweep import BATCH, sweep
from escalation.actions.wake import wake, wake_all

__all__ = [
    "BATCH",
    "Card",
    "accept",
    "hand_back",
    "hand_over",
    "learn_handling_times",
    "refuse",
    "sweep",
    "sweep_all",
    "try_forecast",
    "wake",
    "wake_all",
]
