"""What must hold after any run, fault or input: one function a check, SQL where it can be.

They only read. Each is quick on an empty database and takes seconds on 100,000 tickets.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from common import clock
from setup.invariants import clocks, records, steps
from setup.invariants.finding import MOST, Finding, Scope

__all__ = ["CHECKS", "NOT_APPLICABLE", "Check", "Finding", "findings"]


@dataclass(frozen=True, slots=True)
class Check:
    """A check by its code of reliability.md C4 and the sentence it proves."""

    code: str
    title: str
    run: Callable[[Scope], Iterator[Finding]]


def findings(
    *, now: datetime | None = None, settled: bool = True, sample: int = 25
) -> list[Finding]:
    """Run every check and return what does not hold; an empty list is what one wants.

    now: None asks the database's clock. settled: False where tickets were dated in the past
    and nobody swept since.
    """
    scope = Scope(now=now or clock.now(), settled=settled, sample=sample)
    return [found for check in CHECKS for found in islice(check.run(scope), MOST)]


CHECKS: Sequence[Check] = tuple(
    Check(code, (run.__doc__ or "").partition(": ")[2], run)
    for code, run in (
        ("Q1", steps.missing),
        ("Q2", steps.twice),
        ("Q3", steps.half),
        ("Q4", steps.unannounced),
        ("Q5", steps.early),
        ("Q6", clocks.deadlines),
        ("Q8", records.outbox),
        ("Q9", records.trail),
        ("Q10", records.history),
        ("Q11", records.append_only),
        ("Q13", records.queues),
        ("Q14", records.sessions),
        ("N1", clocks.order),
        ("N2", clocks.holds),
        ("N3", clocks.ends),
        ("N4", steps.remembered),
        ("N5", clocks.told),
    )
)

# The checks of reliability.md C4 whose tables do not exist yet.
NOT_APPLICABLE = {
    "Q7": "Accepted mail and requests against tickets and quarantine: there is no intake yet.",
    "Q12": "Files against their rows: there are no attachments yet.",
}
