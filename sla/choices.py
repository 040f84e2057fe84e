from django.db import models
from django.utils.translation import gettext_lazy as _


class AgreementKind(models.TextChoices):
    """With whom the agreement is made."""

    SLA = "sla", _("service level agreement")
    OLA = "ola", _("operational level agreement")
    UC = "uc", _("underpinning contract")


class Metric(models.TextChoices):
    """What a clock measures."""

    FIRST_RESPONSE = "first_response", _("response")
    NEXT_REPLY = "next_reply", _("next reply")
    RESOLUTION = "resolution", _("fix")
    ACCEPTANCE = "acceptance", _("acceptance by the team")
    TEAM_RESOLUTION = "team_resolution", _("time of the team")
    SUPPLIER = "supplier", _("supplier")


METRICS_OF = {
    AgreementKind.SLA: (Metric.FIRST_RESPONSE, Metric.NEXT_REPLY, Metric.RESOLUTION),
    AgreementKind.OLA: (Metric.ACCEPTANCE, Metric.TEAM_RESOLUTION),
    AgreementKind.UC: (Metric.SUPPLIER,),
}
KIND_OF = {metric: kind for kind, metrics in METRICS_OF.items() for metric in metrics}
# What the one who asked is promised; all else is the desk's own business.
OF_CUSTOMERS = frozenset(METRICS_OF[AgreementKind.SLA])


class Reopening(models.TextChoices):
    """What a reopening does to the clock of the fix."""

    RESUME = "resume", _("goes on with the old clock; the time since the solution does not count")
    NEW_RUN = "new_run", _("gets a new clock; both are reported")


class HoldReason(models.TextChoices):
    """What a ticket on hold waits for: the reasons the product knows by itself."""

    REQUESTER = "requester", _("the caller")
    SUPPLIER = "supplier", _("a supplier")
    PART = "part", _("a part")
    CHANGE = "change", _("a change")
    APPROVAL = "approval", _("an approval")
    SCHEDULED = "scheduled", _("an agreed date")
    PROBLEM = "problem", _("a problem to be solved")
    # Not for people to choose: the time between a resolution and its reopening.
    RESOLVED = "resolved", _("confirmation of the solution")


class ClockState(models.TextChoices):
    """What a clock reads; the words are those of sla.engine.ClockState."""

    RUNNING = "running", _("on track")
    PAUSED = "paused", _("paused")
    MET = "met", _("met")
    BREACHED = "breached", _("late")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", _("cancelled")


# A clock whose time goes by, late or not; and one that is over.
TICKING = frozenset({ClockState.RUNNING, ClockState.BREACHED})
ENDED = frozenset({ClockState.MET, ClockState.MISSED, ClockState.CANCELLED})


class HolidayRule(models.TextChoices):
    """What a holiday closes."""

    DATE = "date", _("the whole date")
    SHIFT_START = "shift_start", _("the shifts that start on it")


class DayKind(models.TextChoices):
    """How a dated exception differs from the week."""

    CLOSED = "closed", _("closed")
    HOURS = "hours", _("other hours")
    BREAK = "break", _("a break")


class StepAction(models.TextChoices):
    """What a step does when its instant has come."""

    WARN = "warn", _("tell")
    HAND_OVER = "hand_over", _("hand over")
    INFORM = "inform", _("inform the superiors")
    RAISE = "raise", _("raise the priority")
    PROPOSE = "propose", _("propose a major incident")


class Audience(models.TextChoices):
    """Who hears of a step, by what they are to the ticket."""

    ASSIGNEE = "assignee", _("the assignee")
    TEAM = "team", _("the team on duty")
    LEAD = "lead", _("the lead of the team")


class Weekday(models.IntegerChoices):
    """ISO weekdays."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")
