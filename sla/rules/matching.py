"""Which agreement applies to a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

CONDITIONS = frozenset(
    {
        "kind",
        "priority",
        "service",
        "category",
        "organisation",
        "site",
        "team",
        "vip",
        "level",
        "supplier",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an agreement may look at: primary keys, kind, priority and whether a VIP asks."""

    kind: str
    priority: int
    category: int | None
    service: int | None
    organisation: int | None
    site: int | None
    team: int
    vip: bool
    level: int = 1
    supplier: int | None = None


class Matchable(Protocol):
    """Something with conditions and a time in which it is valid."""

    @property
    def conditions(self) -> Mapping[str, frozenset[Any]]: ...
    @property
    def valid_from(self) -> datetime | None: ...
    @property
    def valid_until(self) -> datetime | None: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule matched and the first word that did not."""

    matched: bool
    failed_on: str = field(default="")


def judge(rule: Matchable, facts: Facts) -> Verdict:
    """Return whether every condition of `rule` holds, else the first that does not."""
    for word, allowed in rule.conditions.items():
        if getattr(facts, word) not in allowed:
            return Verdict(matched=False, failed_on=word)
    return Verdict(matched=True)


def match(rules: Sequence[Matchable], facts: Facts, *, at: datetime) -> int | None:
    """Return the index of the first rule, in order, that is valid at `at` and matches."""
    for index, rule in enumerate(rules):
        if is_valid(rule, at) and judge(rule, facts).matched:
            return index
    return None


def is_valid(rule: Matchable, at: datetime) -> bool:
    """Say whether a rule is in force at `at`; a draft never is."""
    if rule.valid_from is None or at < rule.valid_from:
        return False
    return rule.valid_until is None or at < rule.valid_until
