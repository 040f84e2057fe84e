from django.db import models
from django.utils.translation import gettext_lazy as _


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


class HoldReason(models.TextChoices):
    """What a ticket on hold waits for."""

    REQUESTER = "requester", _("the caller")
    SUPPLIER = "supplier", _("a supplier")
    PART = "part", _("a part")
    CHANGE = "change", _("a change")
    APPROVAL = "approval", _("an approval")
    SCHEDULED = "scheduled", _("an agreed date")
    PROBLEM = "problem", _("a problem to be solved")
    # Not for people to choose: the time between a resolution and its reopening.
    RESOLVED = "resolved", _("confirmation of the solution")


DATED = frozenset({HoldReason.SUPPLIER, HoldReason.PART, HoldReason.SCHEDULED})


class EntryKind(models.TextChoices):
    """What an entry of the conversation is, and with that who sees it."""

    REPLY = "reply", _("reply")
    NOTE = "note", _("internal note")
    CALL = "call", _("call")
    SYSTEM = "system", _("by the system")


PUBLIC = (EntryKind.REPLY, EntryKind.CALL)
