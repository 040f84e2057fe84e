from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Skill, Team
from catalog.choices import Impact, Kind, Urgency
from catalog.querysets import CategoryQuerySet
from common.translated import translated, validate_names


class Service(models.Model):
    """Something the organisation offers its people, such as printing or e-mail."""

    slug = models.SlugField(_("short name"), unique=True)
    names = models.JSONField(_("names"), validators=[validate_names])
    teams: "models.ManyToManyField[Team, models.Model]" = models.ManyToManyField(
        Team, related_name="services", blank=True, verbose_name=_("teams")
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return translated(self.names)


class Category(models.Model):
    """What a ticket is about: a leaf under a service, with what follows from it.

    keywords: words of all languages, separated by spaces, by which the desk finds it.
    """

    service = models.ForeignKey(
        Service, models.PROTECT, related_name="categories", verbose_name=_("service")
    )
    slug = models.SlugField(_("short name"), unique=True)
    names = models.JSONField(_("names"), validators=[validate_names])
    keywords = models.TextField(_("keywords"), blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=Kind, default=Kind.INCIDENT)
    team = models.ForeignKey(Team, models.PROTECT, related_name="+", verbose_name=_("team"))
    impact = models.CharField(_("impact"), max_length=8, choices=Impact, default=Impact.PERSON)
    urgency = models.CharField(
        _("urgency"), max_length=8, choices=Urgency, default=Urgency.HINDERED
    )
    is_sensitive = models.BooleanField(_("sensitive"), default=False)
    is_default = models.BooleanField(_("the desk's default"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    skills: "models.ManyToManyField[Skill, CategorySkill]" = models.ManyToManyField(
        Skill, through="catalog.CategorySkill", related_name="+", verbose_name=_("skills")
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["service__order", "order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"],
                condition=models.Q(is_default=True),
                name="category_one_default",
            ),
        ]

    def __str__(self) -> str:
        return translated(self.names)


class CategorySkill(models.Model):
    """A skill, with its least level, that solving this category needs."""

    category = models.ForeignKey(
        Category, models.CASCADE, related_name="required_skills", verbose_name=_("category")
    )
    skill = models.ForeignKey(Skill, models.CASCADE, related_name="+", verbose_name=_("skill"))
    level = models.PositiveSmallIntegerField(_("level"), default=1)

    class Meta:
        verbose_name = _("required skill")
        verbose_name_plural = _("required skills")
        constraints = [
            models.UniqueConstraint(fields=["category", "skill"], name="skill_once_a_category"),
        ]

    def __str__(self) -> str:
        return f"{self.category}: {self.skill} {self.level}"
