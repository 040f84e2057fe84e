from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notifications.choices import MessageStatus


class Message(models.Model):
    """One promised message to one person: a row of the outbox.

    Written in the transaction of the change it tells of. `key` makes each (subject, event,
    recipient) at most one message; the Message-ID is derived from it. `data` is plain: words
    already in the recipient's language, instants as ISO, links as paths.
    """

    key = models.CharField(_("key"), max_length=160)
    template = models.CharField(_("template"), max_length=40)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="+",
        db_index=False,
        verbose_name=_("recipient"),
    )
    subject_type = models.CharField(_("subject type"), max_length=40)
    subject_id = models.BigIntegerField(_("subject"))
    data = models.JSONField(_("data"), default=dict)
    status = models.CharField(
        _("status"), max_length=8, choices=MessageStatus, default=MessageStatus.PENDING
    )
    created_at = models.DateTimeField(_("made"))
    not_before = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    claimed_at = models.DateTimeField(_("claimed"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    error = models.CharField(_("error"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["key"], name="message_key_once")]
        indexes = [
            models.Index(
                fields=["not_before"],
                condition=models.Q(status=MessageStatus.PENDING),
                name="message_pending",
            ),
            models.Index(
                fields=["claimed_at"],
                condition=models.Q(status=MessageStatus.SENDING),
                name="message_sending",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="message_subject"),
        ]

    def __str__(self) -> str:
        return self.key
