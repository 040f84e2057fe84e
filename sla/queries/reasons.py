"""The reasons for holds as their page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from common.translated import translated
from sla import rules
from sla.choices import Metric
from sla.queries.policy import Policy, ReasonTerms


@dataclass(frozen=True, slots=True)
class Column:
    """An agreement in force: its short name leads to its page."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """A reason with the words of the clocks it stops, one cell for each agreement."""

    reason: ReasonTerms
    cells: Sequence[str]


@dataclass(frozen=True, slots=True)
class Page:
    """Reasons one can choose, those of the past, and which clocks each stops."""

    offered: Sequence[ReasonTerms]
    retired: Sequence[ReasonTerms]
    columns: Sequence[Column]
    matrix: Sequence[Line]


def page(known: Policy, *, at: datetime) -> Page:
    """Return all reasons in their order, with the agreements that are in force at `at`."""
    every = list(known.reasons.values())
    found = [
        agreement
        for agreements in known.agreements.values()
        for agreement in agreements
        if rules.is_valid(agreement, at)
    ]
    return Page(
        offered=[reason for reason in every if reason.is_active],
        retired=[reason for reason in every if not reason.is_active],
        columns=[Column(agreement.slug, translated(agreement.names)) for agreement in found],
        matrix=[
            Line(reason, [_stopped(agreement, reason.slug) for agreement in found])
            for reason in every
            if reason.is_active
        ],
    )


def _stopped(agreement: rules.AgreementTerms, reason: str) -> str:
    return ", ".join(
        str(Metric(target.metric).label)
        for target in agreement.targets
        if reason in target.pause_reasons
    )
