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
    RESOLUTION = "resolution", _("fix")


class ClockState(models.TextChoices):
    """What a clock reads; the words are those of sla.engine.ClockState."""

    RUNNING = "running", _("on track")
    PAUSED = "paused", _("paused")
    MET = "met", _("met")
    BREACHED = "breached", _("late")
    MISSED = "missed", _("missed")
    CANCELLED = "cancelled", _("cancelled")


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

    WARN = "warn", _("warn")
    HAND_OVER = "hand_over", _("hand over to the next level")


class Weekday(models.IntegerChoices):
    """ISO weekdays."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")
