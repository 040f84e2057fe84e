"""Saved examples: what they are due by an agreement as it is now, and as a draft would have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from sla.engine import Terms, Timeline, evaluate
from sla.models import Agreement, Example
from sla.queries.policy import Policy, Promise, agreement_terms, policy
from sla.rules import AgreementTerms

Pause = tuple[datetime, datetime, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """A saved example with the due instant that some terms give it; None is "never"."""

    example: Example
    due: datetime | None

    @property
    def is_kept(self) -> bool:
        """Say whether it is due when it was expected to be."""
        return self.due == self.example.expected_due


def broken_examples(draft: Agreement) -> list[Checked]:
    """Return the saved examples of an agreement that publishing `draft` would change."""
    return [c for c in checked_examples(agreement_terms(draft)) if not c.is_kept]


def checked_examples(terms: AgreementTerms, rules: Policy | None = None) -> list[Checked]:
    """Return every saved example of an agreement with what these terms make of it.

    rules: whose calendars count; None: those in force.
    """
    rules = rules or policy().with_draft(terms, at=timezone.now())
    return [
        Checked(row, due_of(row, terms, rules)) for row in Example.objects.filter(slug=terms.slug)
    ]


def due_of(example: Example, terms: AgreementTerms, rules: Policy) -> datetime | None:
    """Return when an example is due; None: never, or nobody promises its metric."""
    promises = rules.promised_by(terms, priority=example.priority, site=example.site_id)
    promise = next((p for p in promises if p.metric == example.metric), None)
    if promise is None:
        return None
    return due_at(promise, example.opened_at, pauses_of(example))


def pauses_of(example: Example) -> list[Pause]:
    """Return the holds of an example as instants, each with what it waits for."""
    return [
        (datetime.fromisoformat(begins), datetime.fromisoformat(ends), reason)
        for begins, ends, reason in example.pauses
    ]


def timeline(promise: Promise, opened_at: datetime, pauses: Sequence[Pause]) -> Timeline:
    """Return what the engine replays: only the holds that stop this promise."""
    counting = tuple((a, b) for a, b, reason in pauses if reason in promise.pause_reasons)
    return Timeline(started_at=opened_at, pauses=counting)


def known_at(opened_at: datetime, pauses: Sequence[Pause]) -> datetime:
    """Return an instant at which everything a person typed has happened."""
    return max(opened_at, *(ends for _, ends, _ in pauses)) if pauses else opened_at


def due_at(promise: Promise, opened_at: datetime, pauses: Sequence[Pause]) -> datetime | None:
    """Return when a promise of a ticket opened then, with these holds, is due; None: never."""
    terms: Terms = promise.terms
    line = timeline(promise, opened_at, pauses)
    return evaluate(terms, line, known_at(opened_at, pauses)).due_at
