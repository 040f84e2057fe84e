from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """Whether others are to work on it, or a superior is to know of it."""

    FUNCTIONAL = "functional", _("hand-over")
    HIERARCHICAL = "hierarchical", _("information of the lead")


class Trigger(models.TextChoices):
    """Why a ticket changed hands."""

    BREACH = "breach", _("the time is up")
    WARNING = "warning", _("the time is nearly up")
    SKILL = "skill", _("needs skill")
    RIGHTS = "rights", _("needs rights")
    TOOL = "tool", _("needs a tool")
    SCOPE = "scope", _("belongs elsewhere")
    REQUESTER = "requester", _("the caller asks for it")
    RULE = "rule", _("by rule")


CHOOSABLE = (
    Trigger.SKILL, Trigger.RIGHTS, Trigger.TOOL, Trigger.SCOPE, Trigger.REQUESTER,
)  # fmt: skip


class HandoverState(models.TextChoices):
    """Where a hand-over stands."""

    PROPOSED = "proposed", _("proposed")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")
    RETURNED = "returned", _("handed back")
    RECALLED = "recalled", _("overtaken")


class WhyLate(models.TextChoices):
    """Why a ticket is expected to be late."""

    LOAD = "load", _("only because of load")
    HOLD = "hold", _("on hold")
    SKILL = "skill", _("needs skill")
    ABSENT = "absent", _("nobody is there")
    TIME = "time", _("too little time left")


class How(models.TextChoices):
    """How it was decided who gets a ticket that comes to a team."""

    SKILL = "skill", _("by skill, language and load")
    IN_TURN = "in_turn", _("in turn")
    ON_CALL = "on_call", _("on call")
    NAMED = "named", _("named by whoever handed it over")
    PULL = "pull", _("the team takes it itself")
    NOBODY_FITS = "nobody_fits", _("nobody on duty has the skills")
    NOBODY_THERE = "nobody_there", _("nobody is on duty")
