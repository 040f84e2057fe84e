"""Which agreement would apply? Every one that was asked, with the first thing that kept it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from sla.choices import AgreementKind
from sla.models import Agreement
from sla.queries.policy import Policy, Promise
from sla.queries.words import Vocabulary, or_list, word_label
from sla.rules import AgreementTerms, Facts, is_valid, judge


@dataclass(frozen=True, slots=True)
class Asked:
    """An agreement that was asked: whether it applies, and in words why or why not."""

    agreement: AgreementTerms
    applies: bool
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one kind: those asked in their order, the last of which may apply."""

    kind: AgreementKind
    asked: tuple[Asked, ...]
    promises: tuple[Promise, ...]

    @property
    def applies(self) -> AgreementTerms | None:
        """The agreement that applies."""
        last = self.asked[-1] if self.asked else None
        return last.agreement if last and last.applies else None


def test(facts: Facts, rules: Policy, names: Vocabulary, *, at: datetime) -> list[Answer]:
    """Ask the agreements of each kind in order, as a ticket with these facts would at `at`.

    Those that are not in force then are not asked; after the one that applies nobody is.
    """
    return [_answer(kind, facts, rules, names, at) for kind in AgreementKind]


def _answer(
    kind: AgreementKind, facts: Facts, rules: Policy, names: Vocabulary, at: datetime
) -> Answer:
    found = [a for a in rules.agreements.get(kind, ()) if is_valid(a, at)]
    pks = [a.pk for a in found]
    written = dict(Agreement.objects.filter(pk__in=pks).values_list("pk", "conditions"))
    asked: list[Asked] = []
    for agreement in found:
        verdict = judge(agreement, facts)
        said = written.get(agreement.pk, {})
        why = _why(said) if verdict.matched else _why_not(verdict.failed_on, said, facts, names)
        asked.append(Asked(agreement, verdict.matched, why))
        if verdict.matched:
            break
    promises = rules.promises(facts, at=at, kind=kind)
    return Answer(kind, tuple(asked), tuple(promises))


def _why(said: Mapping[str, list[Any]]) -> str:
    if not said:
        return _("no condition, so every ticket that comes this far.")
    words = ", ".join(word_label(word) for word in said)
    return _("everything it asks for is so (%(words)s).") % {"words": words}


def _why_not(word: str, said: Mapping[str, list[Any]], facts: Facts, names: Vocabulary) -> str:
    return _("%(word)s is %(fact)s, it asks for %(values)s.") % {
        "word": word_label(word),
        "fact": names.by_key(word, getattr(facts, word)),
        "values": or_list([names.name(word, value) for value in said.get(word, ())]),
    }
