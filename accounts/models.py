from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, PermissionsMixin, UserManager
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.choices import (
    Distribution,
    DutyKind,
    Language,
    Level,
    MemberRole,
    OrganisationKind,
    PhoneKind,
    Role,
    Theme,
)
from accounts.querysets import PersonQuerySet, TeamQuerySet
from search.folding import FoldedText

E164 = RegexValidator(r"^\+[1-9]\d{6,14}$", _("Write the number as +41215554127."))


class Organisation(models.Model):
    """A company or office: our own, a customer, or a supplier."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=OrganisationKind)

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """A place where people work; its canton picks the holiday calendar."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="sites", verbose_name=_("organisation")
    )
    address = models.CharField(_("address"), max_length=200, blank=True)
    city = models.CharField(_("city"), max_length=80)
    canton = models.CharField(_("canton"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich")

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")

    def __str__(self) -> str:
        return self.name


class Skill(models.Model):
    """Something an agent can do and a category may require."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), unique=True)

    class Meta:
        verbose_name = _("skill")
        verbose_name_plural = _("skills")

    def __str__(self) -> str:
        return self.name


class PersonManager(UserManager.from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Creates persons by hand from the command line (`createsuperuser`)."""

    use_in_migrations = False


class Person(AbstractBaseUser, PermissionsMixin):
    """Everyone: requester, agent, lead, administrator.

    Someone who only ever called is a Person without a usable password. `needle` is what
    the caller search compares: name, e-mail, login, department and room, folded.
    """

    username = models.CharField(_("login"), max_length=60, unique=True, null=True, blank=True)
    given_name = models.CharField(_("given name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language, default=Language.EN)
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Zurich")
    theme = models.CharField(_("theme"), max_length=5, choices=Theme, default=Theme.AUTO)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, verbose_name=_("organisation")
    )
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, verbose_name=_("site"))
    department = models.CharField(_("department"), max_length=80, blank=True)
    room = models.CharField(_("room"), max_length=20, blank=True)
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("manager"),
    )
    is_vip = models.BooleanField(_("VIP"), default=False)
    role = models.CharField(_("role"), max_length=14, choices=Role, default=Role.REQUESTER)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the administration"), default=False)
    skills: "models.ManyToManyField[Skill, PersonSkill]" = models.ManyToManyField(
        Skill, through="accounts.PersonSkill", related_name="+", verbose_name=_("skills")
    )
    needle = models.GeneratedField(
        expression=FoldedText(
            "family_name", "given_name", "family_name", "email",
            models.functions.Coalesce("username", models.Value("")), "department", "room",
        ),
        output_field=models.TextField(),
        db_persist=True,
    )  # fmt: skip

    objects = PersonManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["family_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")
        constraints = [
            models.UniqueConstraint(
                models.functions.Lower("email"),
                condition=~models.Q(email=""),
                name="person_email_once",
            ),
        ]
        indexes = [
            GinIndex(fields=["needle"], opclasses=["gin_trgm_ops"], name="person_needle_trgm"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Given name and family name, as people say it."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def is_agent(self) -> bool:
        """Whether the person works at the desk (administrators can, too)."""
        return self.is_active and self.role in {Role.AGENT, Role.ADMINISTRATOR}


class PhoneNumber(models.Model):
    """One number of one person, in E.164; a number may belong to several persons."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="phones", verbose_name=_("person")
    )
    e164 = models.CharField(_("number"), max_length=16, validators=[E164])
    kind = models.CharField(_("kind"), max_length=8, choices=PhoneKind, default=PhoneKind.DESK)

    class Meta:
        verbose_name = _("telephone number")
        verbose_name_plural = _("telephone numbers")
        constraints = [
            models.UniqueConstraint(fields=["person", "e164"], name="phone_once_a_person"),
            models.CheckConstraint(
                condition=models.Q(e164__regex=r"^\+[1-9][0-9]{6,14}$"), name="phone_is_e164"
            ),
        ]
        indexes = [GinIndex(fields=["e164"], opclasses=["gin_trgm_ops"], name="phone_e164_trgm")]

    def __str__(self) -> str:
        return self.e164


class Team(models.Model):
    """A support group with a level; every ticket always belongs to one."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    slug = models.SlugField(_("short name"), unique=True)
    level = models.PositiveSmallIntegerField(_("level"), choices=Level)
    email = models.EmailField(_("e-mail"), blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    distribution = models.CharField(
        _("who gets the work"), max_length=8, choices=Distribution, default=Distribution.SKILL
    )
    members: "models.ManyToManyField[Person, Membership]" = models.ManyToManyField(
        Person, through="accounts.Membership", related_name="teams", verbose_name=_("members")
    )

    objects = TeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person's place in a team."""

    team = models.ForeignKey(
        Team, models.CASCADE, related_name="memberships", verbose_name=_("team")
    )
    person = models.ForeignKey(
        Person, models.CASCADE, related_name="memberships", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=8, choices=MemberRole, default=MemberRole.MEMBER)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["team", "person"], name="member_once_a_team"),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.person}"


class PersonSkill(models.Model):
    """How well a person knows a skill: 1 knows, 2 works with it, 3 teaches it."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="held_skills", verbose_name=_("person")
    )
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), default=1)

    class Meta:
        verbose_name = _("skill of a person")
        verbose_name_plural = _("skills of persons")
        constraints = [
            models.UniqueConstraint(fields=["person", "skill"], name="skill_once_a_person"),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=3), name="skill_level_1_to_3"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.skill} {self.level}"


class Duty(models.Model):
    """An interval in which a person is on duty or away, [starts_at, ends_at)."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="duties", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=DutyKind)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("until"))
    substitute = models.ForeignKey(
        Person, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("substitute"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("duty")
        verbose_name_plural = _("duties")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="duty_ends_later"
            ),
        ]
        indexes = [models.Index(fields=["person", "ends_at"], name="duty_of_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.kind} {self.starts_at:%Y-%m-%d %H:%M}"


class ApiToken(models.Model):
    """A key for a program that acts as a person; only its SHA-256 is stored."""

    person = models.ForeignKey(
        Person, models.CASCADE, related_name="api_tokens", verbose_name=_("person")
    )
    prefix = models.CharField(_("prefix"), max_length=8)
    digest = models.CharField(_("digest"), max_length=64, unique=True)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        verbose_name = _("API token")
        verbose_name_plural = _("API tokens")

    def __str__(self) -> str:
        return f"{self.prefix}…"
