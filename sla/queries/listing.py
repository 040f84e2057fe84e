"""The pages of agreements: the list in its order, and one agreement with its history."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from audit.models import Event
from sla.choices import AgreementKind, Metric
from sla.models import Agreement
from sla.queries.agreements import drafts, in_force, place_of
from sla.queries.policy import agreement_terms, keys_of_words
from sla.queries.words import Vocabulary, condition_words, target_words
from sla.rules import AgreementTerms, TargetTerms

PUBLISHED = ("agreement.published", "agreement.created")


@dataclass(frozen=True, slots=True)
class Listed:
    """An agreement as the list shows it; place: among its kind, from 1.

    moves_to: the place its draft would have, when that is another one.
    """

    row: Agreement
    terms: AgreementTerms
    place: int
    conditions: Sequence[tuple[str, str]]
    targets: Sequence[tuple[str, str]]
    services: int
    draft: Agreement | None = None
    moves_to: int | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The agreements of one kind in their order, and the drafts of new ones."""

    kind: AgreementKind
    rows: list[Listed] = field(default_factory=list)
    new: list[Agreement] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Version:
    """A published version: who published it, and when."""

    row: Agreement
    by: str
    at: datetime | None


def listing(names: Vocabulary, *, at: datetime) -> list[Group]:
    """Return every agreement in force or to come, by kind and order, with its draft."""
    keys = keys_of_words()
    written = {draft.slug: draft for draft in drafts()}
    rows = list(in_force(at).prefetch_related("targets__steps__persons"))
    groups = []
    for kind in AgreementKind:
        group = Group(kind)
        own = [row for row in rows if row.kind == kind]
        for place, row in enumerate(own, start=1):
            draft = written.get(row.slug)
            group.rows.append(
                _listed(row, place, agreement_terms(row, keys), names, draft, _moved(draft, own))
            )
        live = {row.slug for row in own}
        group.new.extend(d for d in written.values() if d.kind == kind and d.slug not in live)
        groups.append(group)
    return groups


def _moved(draft: Agreement | None, rows: Sequence[Agreement]) -> int | None:
    if draft is None:
        return None
    return place_of(draft, [row for row in rows if row.slug != draft.slug])


def _listed(
    row: Agreement,
    place: int,
    terms: AgreementTerms,
    names: Vocabulary,
    draft: Agreement | None,
    moved: int | None,
) -> Listed:
    return Listed(
        row=row, terms=terms, place=place,
        conditions=condition_words(row.conditions, names),
        targets=[(str(Metric(t.metric).label), target_words(t)) for t in sorted_targets(terms)],
        services=services_of(terms, names), draft=draft,
        moves_to=moved if moved != place else None,
    )  # fmt: skip


def sorted_targets(terms: AgreementTerms) -> list[TargetTerms]:
    """Return the targets in the order of their metrics."""
    order = [metric.value for metric in Metric]
    return sorted(terms.targets, key=lambda target: order.index(target.metric))


def services_of(terms: AgreementTerms, names: Vocabulary) -> int:
    """Return how many services have a category whose tickets this agreement could be for."""
    return len(
        {
            category.service_id
            for category in names.categories
            if category.is_active and _could_be_for(terms.conditions, category)
        }
    )


def _could_be_for(conditions: Mapping[str, frozenset[Any]], category: Any) -> bool:
    known = {"kind": category.kind, "category": category.pk, "service": category.service_id}
    return all(known[word] in conditions[word] for word in known if word in conditions)


def history(versions: Iterable[Agreement]) -> list[Version]:
    """Return the versions with who put each in force; "" where nobody did it by hand."""
    rows = list(versions)
    events = (
        Event.objects.filter(
            subject_type="agreement", subject_id__in=[row.pk for row in rows], verb__in=PUBLISHED
        )
        .select_related("actor")
        .order_by("seq")
    )
    last = {event.subject_id: event for event in events}
    return [
        Version(
            row,
            str(last[row.pk].actor or "") if row.pk in last else "",
            last[row.pk].at if row.pk in last else row.valid_from,
        )
        for row in rows
    ]
