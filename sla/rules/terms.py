"""An agreement as plain values: what it promises, whether it is saved or only typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class StepTerms:
    """A step as the sweep needs it: percent of the target, or seconds after it is due."""

    milestone: str
    action: str
    percent: int | None = None
    offset: int | None = None
    team: int | None = None
    tell: frozenset[str] = frozenset()
    persons: tuple[int, ...] = ()
    wakes: bool = False

    def seconds_of(self, target: int) -> int:
        """Return the open seconds since the start after which it comes; never before it."""
        if self.offset is not None:
            return max(target + self.offset, 0)
        return target * (self.percent or 0) // 100


@dataclass(frozen=True, slots=True)
class TargetTerms:
    """A target with its steps; calendar None counts by the caller's site."""

    metric: str
    calendar: int | None
    seconds: tuple[int, ...]
    at_risk_percent: int
    pause_reasons: frozenset[str]
    steps: tuple[StepTerms, ...]


@dataclass(frozen=True, slots=True)
class AgreementTerms:
    """An agreement with its conditions as primary keys and its targets."""

    pk: int
    slug: str
    version: int
    kind: str
    order: int
    names: Mapping[str, str]
    conditions: Mapping[str, frozenset[Any]]
    reopening: str
    valid_from: datetime | None
    valid_until: datetime | None
    targets: tuple[TargetTerms, ...]
