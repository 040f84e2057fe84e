from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The ITIL type of a ticket."""

    INCIDENT = "incident", _("incident")
    REQUEST = "request", _("request")
    PROBLEM = "problem", _("problem")
    CHANGE = "change", _("change")


class Impact(models.TextChoices):
    """How many are hit."""

    PERSON = "person", _("just one person")
    GROUP = "group", _("a few")
    SITE = "site", _("the site")
    EVERYONE = "everyone", _("everyone")


class Urgency(models.TextChoices):
    """Whether people can work meanwhile."""

    CAN_WORK = "can_work", _("yes")
    HINDERED = "hindered", _("with difficulty")
    BLOCKED = "blocked", _("no")
