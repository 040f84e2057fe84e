"""What is sent twice makes one ticket, whatever the door and without anything but the database."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256

from django.db import connection, transaction
from django.utils.translation import gettext as _

from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from tickets.models import Submission, Ticket

LONGEST = 88  # characters of a key: 80 of the sender's, and the word of the door
KEPT = timedelta(days=7)

_CLAIM = """
INSERT INTO tickets_submission (person_id, key, at) VALUES (%s, %s, clock_timestamp())
ON CONFLICT (person_id, key) DO NOTHING RETURNING id
"""


def key_of(door: str, *sent: str) -> str:
    """Return the key of a form: of what was sent, so that other words are another ticket.

    sent: first the key the form was shown with; without one there is no protection.
    """
    if not sent or not sent[0]:
        return ""
    digest = sha256("\0".join(sent).encode(errors="replace")).hexdigest()
    return f"{door}:{digest}"


def once(make: Callable[[], Ticket], *, key: str, origin: Origin) -> Ticket:
    """Make a ticket, or return the one that the same person made under this key.

    Of two at once the second waits for the first; where the first fails, the second makes
    it. An empty key, or no person, is no protection. Raises InvalidInput for a long key.
    """
    if not key or origin.actor is None:
        return make()
    if len(key) > LONGEST or "\0" in key:
        raise InvalidInput(_("Use a key of at most 80 characters."), field="key")
    with transaction.atomic():
        claimed = _claim(origin.actor.pk, key)
        if claimed is None:
            return _made(origin.actor.pk, key)
        ticket = make()
        Submission.objects.filter(pk=claimed).update(ticket=ticket)
    return ticket


def forget_submissions() -> int:
    """Delete submissions nobody will send again; return how many."""
    old = Submission.objects.filter(at__lt=clock.now() - KEPT)
    return old.delete()[0]


def _claim(person_id: int, key: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [person_id, key])
        row: tuple[int] | None = cursor.fetchone()
    return None if row is None else row[0]


def _made(person_id: int, key: str) -> Ticket:
    row = Submission.objects.select_related("ticket").get(person_id=person_id, key=key)
    if row.ticket is None:
        raise LookupError(f"Submission {row.pk} was committed without its ticket.")
    return row.ticket
