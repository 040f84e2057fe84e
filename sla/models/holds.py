from django.db import models
from django.utils.translation import gettext_lazy as _

from common.translated import translated, validate_names


class PauseReason(models.Model):
    """What a ticket on hold may wait for, as the administrators word it.

    Which clocks a reason stops is written in the targets of the agreements. slug: one of
    sla.choices.HoldReason, or a new one. needs_date: the caller is promised a date. needs_message:
    the caller is told when it begins. max_seconds: open seconds after which the ticket wakes.
    """

    slug = models.SlugField(_("short name"), max_length=20, unique=True)
    names = models.JSONField(_("names"), validators=[validate_names])
    needs_date = models.BooleanField(_("needs a promised date"), default=False)
    needs_message = models.BooleanField(_("the caller is to be told"), default=False)
    wakes_on_answer = models.BooleanField(_("an answer of the caller wakes it"), default=False)
    wakes_on_date = models.BooleanField(_("the promised date wakes it"), default=True)
    max_seconds = models.PositiveIntegerField(
        _("longest, seconds of opening hours"), null=True, blank=True
    )
    order = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("may be chosen"), default=True)

    class Meta:
        verbose_name = _("reason for a hold")
        verbose_name_plural = _("reasons for holds")
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return translated(self.names)
