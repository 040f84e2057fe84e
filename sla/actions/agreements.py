"""Every write of agreements: drafts are written freely, what is published is never edited."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from audit import actions as audit
from common import clock
from common.errors import InvalidInput, StaleRecord
from common.origin import Origin
from sla import queries
from sla.actions.revision import new_revision
from sla.choices import AgreementKind, Reopening
from sla.models import Agreement, Example, Step, Target, validate_conditions
from sla.queries import Checked
from sla.rules import TargetTerms

RESERVED = {"new", "drafts"}  # addresses of pages beside those of the agreements


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is written in a draft.

    place: among the agreements of its kind, from 1; None leaves it where it stands.
    conditions: each word with its values as in sla.models.Agreement.
    """

    names: Mapping[str, str]
    targets: Sequence[TargetTerms]
    conditions: Mapping[str, Sequence[Any]]
    reopening: str = Reopening.RESUME
    place: int | None = None


def new_draft(
    content: Content, *, origin: Origin, kind: str = AgreementKind.SLA, slug: str = ""
) -> Agreement:
    """Write the draft of a new agreement at the end of its kind, or at its place.

    slug: "" makes one of the English name.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        last = Agreement.objects.filter(kind=kind).aggregate(last=Max("order"))["last"] or 0
        draft = Agreement(
            slug=slug or _free_slug(content.names.get("en", "")), kind=kind,
            names=dict(content.names), order=last + queries.STEP,
        )  # fmt: skip
        audit.save_reference(draft, origin=origin)
        return _write(draft, content, origin)


def copy_draft(slug: str, *, origin: Origin) -> Agreement:
    """Write the draft of a new agreement that says what the last version of another does."""
    with transaction.atomic():
        versions = _locked(slug)
        if not versions:
            raise InvalidInput(_("There is no such agreement."))
        last = versions[-1]
        content = Content(
            names=last.names, targets=queries.agreement_terms(last).targets,
            conditions=last.conditions, reopening=last.reopening,
        )  # fmt: skip
        return new_draft(content, origin=origin, kind=last.kind)


def make_draft(slug: str, *, origin: Origin) -> Agreement:
    """Return the draft of an agreement, made from its last version when there is none yet.

    Raises InvalidInput when nothing is known by that name.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        versions = _locked(slug)
        if not versions:
            raise InvalidInput(_("There is no such agreement."))
        last = versions[-1]
        if last.valid_from is None:
            return last
        draft = Agreement(
            slug=slug, version=last.version + 1, names=last.names, kind=last.kind,
            order=last.order, conditions=last.conditions, reopening=last.reopening,
        )  # fmt: skip
        audit.save_reference(draft, origin=origin)
        _set_targets(draft, queries.agreement_terms(last).targets)
        return draft


def save_draft(
    draft: Agreement, content: Content, *, origin: Origin, seen: int | None = None
) -> Agreement:
    """Write a draft whole: names, conditions, place, targets and steps.

    seen: the last event its writer has seen (sla.queries.last_change); None does not ask.
    Raises StaleRecord when somebody wrote it since, and InvalidInput when it is published.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        row = _draft_locked(draft)
        if seen is not None and seen != queries.last_change(row):
            raise StaleRecord(str(row))
        return _write(row, content, origin)


def discard_draft(draft: Agreement, *, origin: Origin) -> None:
    """Throw a draft away; the version in force stays as it is."""
    with transaction.atomic():
        origin = origin.timed(clock.now)
        row = _draft_locked(draft)
        audit.record(row, verb="agreement.discarded", origin=origin)
        row.delete()


def reorder(slug: str, *, place: int, origin: Origin) -> Agreement:
    """Let an agreement stand at another place, in its draft; publishing puts it there."""
    with transaction.atomic():
        origin = origin.timed(clock.now)
        draft = make_draft(slug, origin=origin)
        draft.order = _order_at(draft, place, origin)
        audit.save_reference(draft, origin=origin)
        return draft


def publish(
    draft: Agreement,
    *,
    origin: Origin,
    confirmed: Collection[int] = (),
    at: datetime | None = None,
) -> Agreement:
    """Put a draft in force and end the version before it at the same instant.

    confirmed: keys of saved examples that may change; they are expected to be due as the
    draft says from now on. at: from when on, not in the past; None: at once. Tickets opened
    before keep the version they have (decisions S6, S7).

    Raises InvalidInput for a draft with faults, and, naming them, when saved examples
    change that nobody has confirmed.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        row = _draft_locked(draft)
        at = max(at or origin.moment, origin.moment)
        refuse_faults(row, at)
        _keep_or_confirm(row, confirmed, origin)
        _end(row.slug, at, origin)
        row.valid_from = at
        row.save(update_fields=["valid_from"])
        changes = {"valid_from": [None, at.isoformat()], "version": [None, row.version]}
        audit.record(row, verb="agreement.published", origin=origin, changes=changes)
        new_revision()
    return row


def retire(slug: str, *, origin: Origin) -> None:
    """End an agreement: tickets opened from now on are looked for in the others.

    Raises InvalidInput when it is not in force.
    """
    with transaction.atomic():
        origin = origin.timed(clock.now)
        _locked(slug)
        if not _end(slug, origin.moment, origin, verb="agreement.retired"):
            raise InvalidInput(_("This agreement is not in force."))
        new_revision()


def save_example(example: Example, *, origin: Origin) -> Example:
    """Keep an example; publishing has to keep what it says."""
    with transaction.atomic():
        audit.save_reference(example, origin=origin.timed(clock.now))
    return example


def remove_example(example: Example, *, origin: Origin) -> None:
    """Forget an example."""
    with transaction.atomic():
        audit.record(example, verb="example.removed", origin=origin.timed(clock.now))
        example.delete()


def refuse_faults(draft: Agreement, at: datetime) -> None:
    """Raise InvalidInput with every fault of a draft in words."""
    found = queries.faults_of(queries.agreement_terms(draft), queries.policy(), at)
    if found:
        raise InvalidInput(" ".join(fault.text for fault in found), field=found[0].field)


def _locked(slug: str) -> list[Agreement]:
    """Lock every version of an agreement; the draft, if any, is the last."""
    rows = Agreement.objects.select_for_update(no_key=True)
    return list(rows.filter(slug=slug).order_by("version"))


def _draft_locked(draft: Agreement) -> Agreement:
    row = next((v for v in _locked(draft.slug) if v.pk == draft.pk), None)
    if row is None:
        raise StaleRecord(str(draft))
    if row.valid_from is not None:
        raise InvalidInput(
            _("Version %(version)s is published and stays as it is. Make a new draft.")
            % {"version": row.version}
        )
    return row


def _write(draft: Agreement, content: Content, origin: Origin) -> Agreement:
    try:
        validate_conditions(content.conditions)
    except ValidationError as error:
        raise InvalidInput(" ".join(error.messages), field="conditions") from error
    before = queries.agreement_terms(draft).targets
    draft.names = dict(content.names)
    draft.conditions = {word: list(values) for word, values in content.conditions.items()}
    draft.reopening = content.reopening
    if content.place is not None:
        draft.order = _order_at(draft, content.place, origin)
    audit.save_reference(draft, origin=origin)
    if before != tuple(content.targets):
        _set_targets(draft, content.targets)
        changes = {"targets": [_told(before), _told(content.targets)]}
        audit.record(draft, verb="agreement.targets_set", origin=origin, changes=changes)
    return draft


def _set_targets(draft: Agreement, targets: Sequence[TargetTerms]) -> None:
    draft.targets.all().delete()
    for terms in targets:
        target = Target.objects.create(
            agreement=draft, metric=terms.metric, calendar_id=terms.calendar,
            seconds=list(terms.seconds), at_risk_percent=terms.at_risk_percent,
            pause_reasons=sorted(terms.pause_reasons),
        )  # fmt: skip
        for step in terms.steps:
            row = Step.objects.create(
                target=target, milestone=step.milestone, percent=step.percent,
                offset_seconds=step.offset, action=step.action, team_id=step.team,
                tell=sorted(step.tell), wakes=step.wakes,
            )  # fmt: skip
            row.persons.set(step.persons)


def _told(targets: Sequence[TargetTerms]) -> dict[str, Any]:
    """Return targets for the history: seconds by metric, and the words of the steps."""
    return {
        target.metric: {
            "seconds": list(target.seconds),
            "at_risk_percent": target.at_risk_percent,
            "pauses": sorted(target.pause_reasons),
            "steps": [step.milestone for step in target.steps],
        }
        for target in targets
    }


def _order_at(draft: Agreement, place: int, origin: Origin) -> int:
    """Return an order that puts a draft at a place of its kind, making room when there is none."""
    for _attempt in range(2):
        others = queries.others_in_order(draft.kind, draft.slug, timezone.now())
        if place == queries.place_of(draft, others):
            return draft.order
        index = min(max(place, 1), len(others) + 1) - 1
        low = others[index - 1].order if index else -1
        high = others[index].order if index < len(others) else low + 2 * queries.STEP
        if high - low > 1:
            return low + (high - low) // 2
        _make_room(draft.kind, origin)
    raise InvalidInput(_("There is no room left at this place."), field="place")


def _make_room(kind: str, origin: Origin) -> None:
    """Number the agreements of a kind anew, further apart; which one comes first stays."""
    rows = list(Agreement.objects.select_for_update(no_key=True).filter(kind=kind))
    before = {row.pk: row.order for row in rows}
    orders = sorted(set(before.values()))
    for row in rows:
        row.order = queries.STEP * (orders.index(row.order) + 1)
    Agreement.objects.bulk_update(rows, ["order"])
    for row in rows:
        # Nothing is said of drafts: whoever writes one has not to look at it again for this.
        if row.valid_from is not None and row.order != before[row.pk]:
            changes = {"order": [str(before[row.pk]), str(row.order)]}
            audit.record(row, verb="agreement.changed", origin=origin, changes=changes)
    new_revision()


def _keep_or_confirm(draft: Agreement, confirmed: Collection[int], origin: Origin) -> None:
    broken = queries.broken_examples(draft)
    left = [one for one in broken if one.example.pk not in confirmed]
    if left:
        raise InvalidInput(
            _("These saved examples change and nobody has confirmed it: %(names)s.")
            % {"names": ", ".join(one.example.name for one in left)},
            field="examples",
        )
    for one in broken:
        _expect(one, origin)


def _expect(one: Checked, origin: Origin) -> None:
    one.example.expected_due = one.due
    audit.save_reference(one.example, origin=origin)


def _end(
    slug: str, at: datetime, origin: Origin, *, verb: str = "agreement.ended"
) -> list[Agreement]:
    """End the versions in force at an instant; the caller holds their locks."""
    found = Agreement.objects.filter(slug=slug, valid_from__isnull=False, valid_until__isnull=True)
    ended = list(found)
    for row in ended:
        row.valid_until = at
        row.save(update_fields=["valid_until"])
        changes = {"valid_until": [None, at.isoformat()]}
        audit.record(row, verb=verb, origin=origin, changes=changes)
    return ended


def _free_slug(name: str) -> str:
    wanted = slugify(name)[:40] or "agreement"
    taken = set(Agreement.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    taken |= RESERVED
    names = [wanted, *(f"{wanted}-{n}" for n in range(2, 1000))]
    return next(name for name in names if name not in taken)
