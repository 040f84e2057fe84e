"""Every write of the history; it is called by the code that makes the change."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

from common.origin import Origin

_json = DjangoJSONEncoder().encode

_INSERT = """
INSERT INTO audit_event
  (subject_type, subject_id, subject_label, seq, verb, actor_id, channel, at, trace, changes)
SELECT n.subject_type, n.subject_id, n.subject_label,
       coalesce(n.seq, (SELECT max(e.seq) FROM audit_event e
                         WHERE e.subject_type = n.subject_type AND e.subject_id = n.subject_id), 0)
       + CASE WHEN n.seq IS NULL
              THEN row_number() OVER (PARTITION BY n.subject_type, n.subject_id ORDER BY n.ord)
              ELSE 0 END,
       n.verb, %(actor)s, %(channel)s, %(at)s, %(trace)s, n.changes::jsonb
  FROM unnest(%(types)s::text[], %(ids)s::bigint[], %(labels)s::text[], %(seqs)s::int[],
              %(verbs)s::text[], %(changes)s::text[])
       WITH ORDINALITY
       AS n(subject_type, subject_id, subject_label, seq, verb, changes, ord)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEvent:
    """One event to record.

    seq: the subject's next sequence number when the caller holds it under the subject's
    lock (a ticket's version); None lets the database count, still under that lock.
    """

    subject_type: str
    subject_id: int
    subject_label: str
    verb: str
    changes: dict[str, Any] = field(default_factory=dict)
    seq: int | None = None


def record(
    subject: models.Model, *, verb: str, origin: Origin, changes: dict[str, Any] | None = None
) -> None:
    """Record one event about `subject`, whose row the caller has just written or locked."""
    event = NewEvent(
        subject_type=subject._meta.model_name or "",
        subject_id=subject.pk,
        subject_label=str(subject)[:200],
        verb=verb,
        changes=changes or {},
    )
    record_many([event], origin=origin)


def record_many(events: Sequence[NewEvent], *, origin: Origin) -> None:
    """Record events in one statement; events of one subject get their numbers in this order.

    The caller holds the lock of every subject, in this transaction.
    """
    if not events:
        return
    actor = origin.actor
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "actor": None if actor is None else actor.pk,
                "channel": str(origin.channel),
                "trace": origin.trace[:40],
                "types": [e.subject_type for e in events],
                "ids": [e.subject_id for e in events],
                "labels": [e.subject_label for e in events],
                "seqs": [e.seq for e in events],
                "verbs": [e.verb for e in events],
                "at": origin.moment,
                "changes": [_json(e.changes) for e in events],
            },
        )


def save_reference(row: models.Model, *, origin: Origin) -> bool:
    """Save a row of reference data with the event that says what changed; False: nothing did.

    Called by the actions of the app that owns the row, inside its transaction.
    """
    model = row._meta.model  # not type(row): request.user is a lazy object around the row
    old = model._base_manager.select_for_update().filter(pk=row.pk).first() if row.pk else None
    changes = {
        f.name: [old and _shown(f, old), _shown(f, row)]
        for f in model._meta.concrete_fields
        if not f.generated
        and not f.primary_key
        and (old is None or f.value_from_object(old) != f.value_from_object(row))
    }
    if not changes:
        return False
    row.save()
    past = "changed" if old else "created"
    record(row, verb=f"{model._meta.model_name}.{past}", origin=origin, changes=changes)
    return True


def _shown(field: Any, row: models.Model) -> str:
    # The history is for many eyes and for ever: that a password changed, never its hash.
    return "•••" if field.name == "password" else str(field.value_to_string(row))
