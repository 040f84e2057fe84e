from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a person is to the desk; leading a team is a membership, not a role."""

    REQUESTER = "requester", _("requester")
    AGENT = "agent", _("agent")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class Language(models.TextChoices):
    """The languages of the product, each in its own words."""

    EN = "en", "English"
    FR = "fr", "Français"
    DE = "de", "Deutsch"
    IT = "it", "Italiano"


class Level(models.IntegerChoices):
    """Support level of a team."""

    FIRST = 1, _("level 1")
    SECOND = 2, _("level 2")
    THIRD = 3, _("level 3")


class OrganisationKind(models.TextChoices):
    """What an organisation is to us."""

    OWN = "own", _("own organisation")
    CUSTOMER = "customer", _("customer")
    SUPPLIER = "supplier", _("supplier")


class MemberRole(models.TextChoices):
    """What a person is in a team."""

    MEMBER = "member", _("member")
    LEAD = "lead", _("lead")


class PhoneKind(models.TextChoices):
    """Where a number rings."""

    DESK = "desk", _("desk phone")
    MOBILE = "mobile", _("mobile")
    OTHER = "other", _("other")


class DutyKind(models.TextChoices):
    """Whether the interval is time on duty, time on call or time away."""

    ON_DUTY = "on_duty", _("on duty")
    ON_CALL = "on_call", _("on call")
    ABSENT = "absent", _("absent")


class Distribution(models.TextChoices):
    """How the work of a team finds a person."""

    SKILL = "skill", _("to who can do it and has the least")
    ROUND_ROBIN = "in_turn", _("in turn")
    PULL = "pull", _("nobody is chosen: the team takes it")


class Theme(models.TextChoices):
    """The colours of the screen."""

    AUTO = "auto", _("like the computer")
    LIGHT = "light", _("light")
    DARK = "dark", _("dark")


ANONYMOUS = "anonymous-caller"  # the login, never usable, of the person for nameless callers
