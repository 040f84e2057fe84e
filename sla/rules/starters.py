"""Agreements to begin with: each becomes a draft that is then made one's own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sla.choices import AgreementKind, Audience, Metric, StepAction
from sla.rules.terms import StepTerms, TargetTerms

HOUR = 3600
PAUSES = frozenset({"requester", "scheduled"})
Five = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Starter:
    """A template: names in four languages, conditions and targets by the caller's site."""

    slug: str
    kind: AgreementKind
    names: Mapping[str, str]
    conditions: Mapping[str, Sequence[Any]]
    targets: tuple[TargetTerms, ...]


def _step(percent: int, action: StepAction, word: str, *tell: Audience) -> StepTerms:
    return StepTerms(word, action, percent=percent, tell=frozenset(tell))


_WARN = _step(75, StepAction.WARN, "warn_75", Audience.ASSIGNEE)
_TELL = _step(100, StepAction.WARN, "breach_tell_lead", Audience.LEAD)
_HAND_OVER = _step(100, StepAction.HAND_OVER, "breach_hand_over", Audience.LEAD)
_INFORM = _step(150, StepAction.INFORM, "late_inform", Audience.LEAD)


def _target(
    metric: Metric, seconds: Five, *steps: StepTerms, pauses: frozenset[str] = frozenset()
) -> TargetTerms:
    return TargetTerms(metric, None, seconds, 75, pauses, steps)


def _hours(*hours: float) -> Five:
    one, two, three, four, five = (int(h * HOUR) for h in hours)
    return one, two, three, four, five


STARTERS = (
    Starter(
        slug="incidents", kind=AgreementKind.SLA, conditions={"kind": ["incident"]},
        names={"en": "Standard incident", "fr": "Incident standard", "de": "Standardstörung",
               "it": "Incidente standard"},
        targets=(
            _target(Metric.FIRST_RESPONSE, _hours(.25, .5, 2, 4, 8), _WARN, _TELL),
            _target(Metric.NEXT_REPLY, _hours(.5, 1, 4, 8, 8), _WARN, _TELL, pauses=PAUSES),
            _target(Metric.RESOLUTION, _hours(4, 4, 8, 24, 40), _WARN, _HAND_OVER, _INFORM,
                    pauses=PAUSES),
        ),
    ),
    Starter(
        slug="requests", kind=AgreementKind.SLA, conditions={"kind": ["request"]},
        names={"en": "Standard request", "fr": "Demande standard", "de": "Standardanfrage",
               "it": "Richiesta standard"},
        targets=(
            _target(Metric.FIRST_RESPONSE, _hours(1, 2, 4, 8, 8), _WARN, _TELL),
            _target(Metric.RESOLUTION, _hours(8, 16, 24, 40, 40), _WARN, _HAND_OVER,
                    pauses=PAUSES | {"approval", "part"}),
        ),
    ),
    Starter(
        slug="urgent", kind=AgreementKind.SLA,
        conditions={"kind": ["incident"], "priority": [1]},
        names={"en": "Everything stands still", "fr": "Tout est à l'arrêt",
               "de": "Alles steht still", "it": "Tutto è fermo"},
        targets=(
            _target(Metric.FIRST_RESPONSE, _hours(.25, .25, .25, .25, .25), _WARN, _TELL),
            _target(Metric.RESOLUTION, _hours(4, 4, 4, 4, 4),
                    _step(50, StepAction.WARN, "warn_50", Audience.ASSIGNEE, Audience.LEAD),
                    _HAND_OVER, _step(100, StepAction.PROPOSE, "breach_propose", Audience.LEAD)),
        ),
    ),
    Starter(
        slug="level", kind=AgreementKind.OLA, conditions={"level": [2]},
        names={"en": "Second level", "fr": "Deuxième niveau", "de": "Zweiter Level",
               "it": "Secondo livello"},
        targets=(
            _target(Metric.ACCEPTANCE, _hours(.25, .5, .5, 1, 2), _WARN, _TELL),
            _target(Metric.TEAM_RESOLUTION, _hours(2, 4, 6, 16, 24), _WARN, _TELL,
                    pauses=PAUSES),
        ),
    ),
    Starter(
        slug="supplier", kind=AgreementKind.UC, conditions={},
        names={"en": "Supplier", "fr": "Fournisseur", "de": "Lieferant", "it": "Fornitore"},
        targets=(_target(Metric.SUPPLIER, _hours(4, 8, 16, 24, 40), _WARN, _TELL),),
    ),
)  # fmt: skip
