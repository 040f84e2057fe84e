from django.db import models
from django.utils.translation import gettext_lazy as _

from sla.choices import HoldReason as HoldReason


class Status(models.TextChoices):
    """Where a ticket of any kind stands."""

    NEW = "new", _("new")
    IN_PROGRESS = "in_progress", _("in progress")
    ON_HOLD = "on_hold", _("on hold")
    RESOLVED = "resolved", _("resolved")
    CLOSED = "closed", _("closed")
    CANCELLED = "cancelled", _("cancelled")


OPEN = (Status.NEW, Status.IN_PROGRESS, Status.ON_HOLD)


class Priority(models.IntegerChoices):
    """Computed from impact and urgency; P1 is the most urgent."""

    P1 = 1, "P1"
    P2 = 2, "P2"
    P3 = 3, "P3"
    P4 = 4, "P4"
    P5 = 5, "P5"


class EntryKind(models.TextChoices):
    """What an entry of the conversation is, and with that who sees it."""

    REPLY = "reply", _("reply")
    NOTE = "note", _("internal note")
    CALL = "call", _("call")
    SYSTEM = "system", _("by the system")


PUBLIC = (EntryKind.REPLY, EntryKind.CALL)


class WokenBy(models.TextChoices):
    """What ended a hold."""

    PERSON = "person", _("a person")
    ANSWER = "answer", _("an answer of the caller")
    DATE = "date", _("the promised date")
    LIMIT = "limit", _("the longest time allowed")


class Place(models.TextChoices):
    """What a ticket spends its time with; at a level somebody has it in hand."""

    LEVEL_1 = "level_1", _("level 1")
    LEVEL_2 = "level_2", _("level 2")
    LEVEL_3 = "level_3", _("level 3")
    CALLER = "caller", _("waits for the caller")
    SUPPLIER = "supplier", _("waits for a supplier")
    OTHER_HOLD = "other_hold", _("other holds")
    NOBODY = "nobody", _("nobody")
    RESOLVED = "resolved", _("resolved")


class ReplayKind(models.TextChoices):
    """What a replay of many tickets is for."""

    REHEARSAL = "rehearsal", _("rehearsal of a draft")
    RECALCULATION = "recalculation", _("recalculation of open tickets")
    UNDO = "undo", _("taking a recalculation back")
    REPAIR = "repair", _("repair of clocks")


class ReplayState(models.TextChoices):
    """Where a replay of many tickets stands."""

    WAITING = "waiting", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("stopped")
    FAILED = "failed", _("failed")


UNFINISHED = (ReplayState.WAITING, ReplayState.RUNNING)


class Obstacle(models.TextChoices):
    """Why a job over tickets failed, where that can be said in words."""

    GONE = "gone", _("The draft it was for was thrown away.")
    LEFT_OUT = "left_out", _("Tickets were left out, so the version stays in force. Try again.")
    SUPERSEDED = "superseded", _("The version is not in force any more.")
