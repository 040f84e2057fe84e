"""Every write of the reasons for holds. None is deleted: holds of the past are called by them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock
from common.errors import InvalidInput
from common.origin import Origin
from common.translated import LANGUAGES
from sla.actions.revision import new_revision
from sla.choices import HoldReason
from sla.models import PauseReason
from sla.queries import BUILT_IN
from sla.rules.reasons import kept

STEP = 10  # between two places of the order


def save_reason(slug: str | None, *, values: Mapping[str, Any], origin: Origin) -> PauseReason:
    """Change a reason, or make a new one (None), which comes last; the short name stays.

    values: fields of PauseReason by name. Raises InvalidInput with the field for what a reason
    of the product cannot lose, and PauseReason.DoesNotExist.
    """
    with transaction.atomic():
        rows = _locked()
        if slug is None:
            last = max((row.order for row in rows.values()), default=0)
            row = PauseReason(slug=_free(values["names"]["en"], rows), order=last + STEP)
        else:
            row = _row(slug, rows)
        for name, value in values.items():
            if name in kept(row.slug) and value != kept(row.slug)[name]:
                raise InvalidInput(
                    _("This is what the reason is for; it cannot be changed."), field=name
                )
            setattr(row, name, value)
        if audit.save_reference(row, origin=origin.timed(clock.now)):
            new_revision()
    return row


def retire_reason(slug: str, *, retire: bool, origin: Origin) -> PauseReason:
    """Offer a reason no more, or again; tickets that wait for it go on waiting.

    Raises InvalidInput for the reason that every reply may use.
    """
    if retire and kept(slug).get("is_active"):
        raise InvalidInput(_("Replies wait for this reason. It cannot be retired."))
    return save_reason(slug, values={"is_active": not retire}, origin=origin)


def move_reason(slug: str, *, up: bool, origin: Origin) -> None:
    """Put a reason one place up or down among those that may be chosen; the ends stay."""
    with transaction.atomic():
        origin = origin.timed(clock.now)
        rows = _locked()
        _row(slug, rows)
        line = [row for row in rows.values() if row.is_active]
        place = next((n for n, row in enumerate(line) if row.slug == slug), None)
        other = None if place is None else place + (-1 if up else 1)
        if place is None or other is None or not 0 <= other < len(line):
            return
        line[place], line[other] = line[other], line[place]
        retired = [row for row in rows.values() if not row.is_active]
        for number, row in enumerate([*line, *retired], start=1):
            row.order = number * STEP
            audit.save_reference(row, origin=origin)
        new_revision()


def _locked() -> dict[str, PauseReason]:
    """Lock all reasons, in their order: whoever moves one moves its neighbour."""
    return {row.slug: row for row in PauseReason.objects.select_for_update()}


def _row(slug: str, rows: Mapping[str, PauseReason]) -> PauseReason:
    if slug in rows:
        return rows[slug]
    built = BUILT_IN.get(HoldReason(slug)) if slug in HoldReason.values else None
    if built is None:
        raise PauseReason.DoesNotExist
    # Known by the product, and nobody has worded it yet.
    return PauseReason(
        slug=slug, names={language: built.name_in(language) for language in LANGUAGES},
        needs_date=built.needs_date, wakes_on_answer=built.wakes_on_answer,
    )  # fmt: skip


def _free(name: str, rows: Mapping[str, PauseReason]) -> str:
    """Make a short name of the English one that no reason has, ours included."""
    with translation.override("en"):
        base = slugify(name)[:16].strip("-") or "reason"
    taken = {*rows, *HoldReason.values}
    tries = [base, *(f"{base}-{number}" for number in range(2, 1000))]
    return next(word for word in tries if word not in taken)
