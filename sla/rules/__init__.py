"""Which agreement applies, and what an agreement may say: pure."""

from sla.rules.faults import Fault, faults, step_field
from sla.rules.matching import CONDITIONS, Facts, Verdict, is_valid, judge, match
from sla.rules.terms import AgreementTerms, StepTerms, TargetTerms

__all__ = [
    "CONDITIONS",
    "AgreementTerms",
    "Facts",
    "Fault",
    "StepTerms",
    "TargetTerms",
    "Verdict",
    "faults",
    "is_valid",
    "judge",
    "match",
    "step_field",
]
