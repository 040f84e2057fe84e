"""Every write of the outbox: promise, claim, outcome."""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from audit import actions as audit
from common import clock, mailer
from common.origin import Origin
from common.wake import wake
from notifications import queries
from notifications.choices import MessageStatus
from notifications.models import Message

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # a message being sent for longer was lost with its worker
MAX_ATTEMPTS = 8
BATCH = 50  # messages of one task
MOST_TASKS = 8  # of one change: a sweep promises a thousand messages, and publishing takes time

_INSERT = """
INSERT INTO notifications_message
  (key, template, recipient_id, subject_type, subject_id, data, status,
   created_at, not_before, attempts, error)
SELECT n.key, n.template, n.recipient, n.subject_type, n.subject_id, n.data::jsonb, 'pending',
       %(at)s, coalesce(n.not_before, %(at)s), 0, ''
  FROM unnest(%(keys)s::text[], %(templates)s::text[], %(recipients)s::bigint[],
              %(types)s::text[], %(subjects)s::bigint[], %(data)s::text[],
              %(befores)s::timestamptz[])
       AS n(key, template, recipient, subject_type, subject_id, data, not_before)
ON CONFLICT (key) DO NOTHING RETURNING id
"""


_json = DjangoJSONEncoder().encode


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """A message to promise; see the model for the fields. not_before None: at once."""

    key: str
    template: str
    recipient_id: int
    subject_type: str
    subject_id: int
    data: dict[str, Any] = field(default_factory=dict)
    not_before: datetime | None = None


def enqueue(messages: Sequence[NewMessage], *, at: datetime) -> int:
    """Promise messages in one statement and wake the delivery; return how many were new.

    A message whose key exists was promised before and is left alone.
    """
    if not messages:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "at": at,
                "keys": [m.key for m in messages],
                "templates": [m.template for m in messages],
                "recipients": [m.recipient_id for m in messages],
                "types": [m.subject_type for m in messages],
                "subjects": [m.subject_id for m in messages],
                "data": [_json(m.data) for m in messages],
                "befores": [m.not_before for m in messages],
            },
        )
        ids = [row[0] for row in cursor.fetchall()]
    _wake_delivery(ids)
    return len(ids)


def deliver_due(*, ids: Sequence[int] | None = None, limit: int = BATCH) -> int:
    """Send messages that are due, of `ids` or the oldest ones; return how many left.

    A message is claimed and committed as "sending" before the server is spoken to, so a
    worker that dies in between can never send it a second time by itself. They are claimed
    one by one: what a slow server or a dead worker keeps waiting is one message, not fifty.
    """
    sent = 0
    for _turn in range(limit if ids is None else len(ids)):
        message = _claim(ids)
        if message is None:
            break
        sent += _settle(message, _send(message)) == MessageStatus.SENT
    return sent


def drain(*, seconds: float) -> int:
    """Send whatever is due for so many seconds, the oldest first; return how many left.

    After an outage thousands wait whose wake-ups were lost: a few at each turn is too slow.
    """
    sent, end = 0, time.monotonic() + seconds
    while time.monotonic() < end and (message := _claim(None)) is not None:
        sent += _settle(message, _send(message)) == MessageStatus.SENT
    return sent


def give_up_orphans() -> int:
    """Mark messages whose worker died while sending as unknown; a person decides on them."""
    with transaction.atomic():
        return Message.objects.filter(
            status=MessageStatus.SENDING, claimed_at__lt=clock.now() - LEASE
        ).update(status=MessageStatus.UNKNOWN, error="The worker ended while sending.")


def send_again(ids: Sequence[int], *, origin: Origin) -> int:
    """Send messages that failed, or of which nobody knows, once more; return how many.

    A person decides that: whoever got an unknown one gets it twice, with the same Message-ID.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        stuck = Message.objects.select_for_update().filter(
            pk__in=ids, status__in=[MessageStatus.FAILED, MessageStatus.UNKNOWN]
        )
        found = list(stuck)
        for message in found:
            audit.record(
                message, verb="message.sent_again", origin=origin,
                changes={"status": [message.status, MessageStatus.PENDING]},
            )  # fmt: skip
        chosen = [message.pk for message in found]
        Message.objects.filter(pk__in=chosen).update(
            status=MessageStatus.PENDING, attempts=0, not_before=origin.moment, error=""
        )
        _wake_delivery(chosen)
    return len(found)


def withhold(*, reason: str) -> int:
    """Take every waiting message out of the outbox, for a reason; return how many.

    For demo data alone: what it promised lies in a past that is only told.
    """
    return Message.objects.filter(status=MessageStatus.PENDING).update(
        status=MessageStatus.WITHHELD, error=reason[:300]
    )


def _wake_delivery(ids: Sequence[int]) -> None:
    size = max(BATCH, -(-len(ids) // MOST_TASKS))
    for start in range(0, len(ids), size):
        wake("notifications.tasks.deliver", ids=ids[start : start + size])


def _claim(ids: Sequence[int] | None) -> Message | None:
    with transaction.atomic():
        now = clock.now()
        due = Message.objects.filter(status=MessageStatus.PENDING, not_before__lte=now)
        if ids is not None:
            due = due.filter(pk__in=ids)
        # of=("self",): without it the recipient's row would be locked, and two messages
        # to one person would skip each other.
        message = (
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("recipient")
            .order_by("not_before", "pk")
            .first()
        )
        if message is not None:
            Message.objects.filter(pk=message.pk).update(
                status=MessageStatus.SENDING, claimed_at=now
            )
    return message


def _send(message: Message) -> mailer.Outcome:
    if not message.recipient.email:
        return mailer.Outcome(mailer.Verdict.REFUSED, "The recipient has no e-mail address.")
    # One broken template or address must neither stop the queue nor stay "being sent".
    try:
        mail = queries.compose(message)
    except Exception as error:  # noqa: BLE001 - nothing was given to the server yet
        return mailer.Outcome(mailer.Verdict.REFUSED, f"It cannot be written: {error!r}")
    try:
        return mailer.send(mail)
    except Exception as error:  # noqa: BLE001 - how far the dialogue came is not known
        return mailer.Outcome(mailer.Verdict.UNKNOWN, f"Sending broke off: {error!r}")


def _settle(message: Message, outcome: mailer.Outcome) -> MessageStatus:
    now, attempts = clock.now(), message.attempts + 1
    status = _AFTER[outcome.verdict]
    if status == MessageStatus.PENDING and attempts >= MAX_ATTEMPTS:
        status = MessageStatus.FAILED
    Message.objects.filter(pk=message.pk, status=MessageStatus.SENDING).update(
        status=status,
        attempts=attempts,
        sent_at=now if status == MessageStatus.SENT else None,
        not_before=now + timedelta(seconds=min(30 * 2**attempts, 3600)),
        error=outcome.error[:300],
    )
    if status != MessageStatus.SENT:
        logger.warning("message %s is %s: %s", message.key, status, outcome.error)
    return status


_AFTER = {
    mailer.Verdict.SENT: MessageStatus.SENT,
    mailer.Verdict.RETRY: MessageStatus.PENDING,
    mailer.Verdict.REFUSED: MessageStatus.FAILED,
    mailer.Verdict.UNKNOWN: MessageStatus.UNKNOWN,
}
