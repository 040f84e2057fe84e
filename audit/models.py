from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from common.origin import Channel


class Event(models.Model):
    """One change of one subject: who, when, through which door, each field before and after.

    Append-only: the database refuses to update or delete a row. `seq` counts the events of
    a subject from 1 without a gap; it is taken under the subject's lock.
    """

    subject_type = models.CharField(_("subject type"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    subject_label = models.CharField(_("subject label"), max_length=200)
    seq = models.PositiveIntegerField(_("sequence"))
    verb = models.CharField(_("verb"), max_length=60)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("actor"),
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    at = models.DateTimeField(_("at"))
    trace = models.CharField(_("trace"), max_length=40)
    changes = models.JSONField(_("changes"), default=dict)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "seq"], name="audit_event_seq_once"
            ),
        ]
        indexes = [
            # Asked for by what happened rather than by subject, and rare: the lead's page.
            models.Index(
                fields=["id"],
                condition=models.Q(verb="ticket.major_proposed"),
                name="audit_event_major_proposed",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_label} {self.seq} {self.verb}"
