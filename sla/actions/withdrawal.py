"""A version of an agreement that was published and is taken back."""

from datetime import datetime

from django.db import transaction

from audit import actions as audit
from audit.models import Event
from common import clock
from common.errors import StaleRecord
from common.origin import Origin
from sla.actions.revision import new_revision
from sla.models import Agreement, Example


def take_back(agreement: Agreement, *, origin: Origin) -> None:
    """Let a version have been valid at no instant, and the one before it go on without a gap.

    Tickets that were opened under it meanwhile are then read by the version that goes on, and
    saved examples that were confirmed to change expect again what they did. Raises StaleRecord
    when the version is not in force any more: a later one was published, or it was retired.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        rows = Agreement.objects.select_for_update(no_key=True)
        taken = rows.get(pk=agreement.pk)
        if taken.valid_until is not None:
            raise StaleRecord(str(taken))
        versions = rows.filter(slug=taken.slug, valid_until=taken.valid_from)
        before = versions.exclude(pk=taken.pk).order_by("-version").first()
        taken.valid_until = taken.valid_from
        audit.save_reference(taken, origin=origin)
        if before is not None:
            before.valid_until = None
            audit.save_reference(before, origin=origin)
        if taken.valid_from is not None:
            _expect_as_before(taken, taken.valid_from, origin)
        audit.record(taken, verb="agreement.taken_back", origin=origin)
        new_revision()


def _expect_as_before(taken: Agreement, published: datetime, origin: Origin) -> None:
    """Give examples back what the publishing had them expect, unless somebody set it since."""
    examples = {example.pk: example for example in Example.objects.filter(slug=taken.slug)}
    told = Event.objects.filter(
        subject_type="example", subject_id__in=examples, verb="example.changed",
        at=published,
    )  # fmt: skip
    for event in told:
        example, (before, after) = examples[event.subject_id], event.changes["expected_due"]
        if example.expected_due == _instant(after):
            example.expected_due = _instant(before)
            audit.save_reference(example, origin=origin)


def _instant(text: str) -> datetime | None:
    """Read an instant as the history writes it; "None" and nothing are "never"."""
    return None if text in {"", "None"} else datetime.fromisoformat(text)
