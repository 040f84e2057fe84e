"""What is wrong with an agreement as it is written, in words for who wrote it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.durations import exact
from common.translated import LANGUAGES
from sla.choices import METRICS_OF, AgreementKind, Audience, Metric, StepAction
from sla.rules.matching import CONDITIONS
from sla.rules.terms import AgreementTerms, StepTerms, TargetTerms

MOST_PERCENT = 1000
# The first of each may not be longer than the second: it would come when all is over.
ORDERED = (
    (Metric.FIRST_RESPONSE, Metric.RESOLUTION),
    (Metric.NEXT_REPLY, Metric.RESOLUTION),
    (Metric.ACCEPTANCE, Metric.TEAM_RESOLUTION),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to correct: the name of the input it belongs to ("" for none) and the words."""

    field: str
    text: str


def faults(terms: AgreementTerms) -> list[Fault]:
    """Return everything that keeps an agreement from being published, in reading order."""
    return [
        *_of_names(terms),
        *_of_conditions(terms),
        *_of_targets(terms),
        *(fault for target in terms.targets for fault in _of_target(target)),
        *_of_order(terms),
        *(fault for target in terms.targets for fault in _of_steps(target)),
    ]


def step_field(metric: str, place: int) -> str:
    """Return the name by which a fault speaks of a step of a target, counted from 0."""
    return f"{metric}-step-{place}"


def _of_names(terms: AgreementTerms) -> Iterator[Fault]:
    for language in LANGUAGES:
        if not terms.names.get(language, "").strip():
            yield Fault(
                f"name_{language}", _("Give a name in English, French, German and Italian.")
            )


def _of_conditions(terms: AgreementTerms) -> Iterator[Fault]:
    for word, values in terms.conditions.items():
        if word not in CONDITIONS:
            yield Fault("conditions", _("Nothing is known as “%(word)s”.") % {"word": word})
        elif not values:
            yield Fault(
                f"on_{word}",
                _("Choose at least one value, or remove the condition: it would match nothing."),
            )
        elif 0 in values:
            yield Fault(f"on_{word}", _("One of these values does not exist any more."))


def _of_targets(terms: AgreementTerms) -> Iterator[Fault]:
    known = METRICS_OF[AgreementKind(terms.kind)]
    if not terms.targets:
        yield Fault(f"{known[0]}-p1", _("Promise at least one thing: nothing has a target yet."))
    for target in terms.targets:
        if target.metric not in known:
            yield Fault(
                "kind",
                _("“%(metric)s” does not belong into this kind of agreement.")
                % {"metric": Metric(target.metric).label},
            )


def _of_target(target: TargetTerms) -> Iterator[Fault]:
    for priority, seconds in enumerate(target.seconds, start=1):
        if seconds <= 0:
            yield Fault(
                f"{target.metric}-p{priority}",
                _("P%(priority)s %(metric)s is nothing at all: nobody could keep it.")
                % {"priority": priority, "metric": Metric(target.metric).label},
            )
    if not 1 <= target.at_risk_percent <= 100:
        yield Fault(f"{target.metric}-at_risk", _("Write a percentage from 1 to 100."))


def _of_order(terms: AgreementTerms) -> Iterator[Fault]:
    by_metric = {target.metric: target for target in terms.targets}
    language = get_language() or "en"
    for first, last in ORDERED:
        if first not in by_metric or last not in by_metric:
            continue
        pairs = zip(by_metric[first].seconds, by_metric[last].seconds, strict=True)
        for priority, (short, long) in enumerate(pairs, start=1):
            if short > long:
                yield Fault(
                    f"{first}-p{priority}",
                    _("P%(priority)s %(first)s (%(short)s) is longer than %(last)s (%(long)s).")
                    % {
                        "priority": priority,
                        "first": first.label,
                        "short": exact(short, language),
                        "last": last.label,
                        "long": exact(long, language),
                    },
                )


def _of_steps(target: TargetTerms) -> Iterator[Fault]:
    words = Counter(step.milestone for step in target.steps)
    for place, step in enumerate(target.steps):
        field = step_field(target.metric, place)
        if words[step.milestone] > 1:
            yield Fault(
                field,
                _("“%(word)s” stands here twice; each step of a target has its own word.")
                % {"word": step.milestone},
            )
        yield from (Fault(field, text) for text in _of_step(step))
    yield from _late_hand_over(target)


def _of_step(step: StepTerms) -> Iterator[str]:
    if (step.percent is None) == (step.offset is None):
        yield _("Say when: either a percentage, or a time before or after it is due.")
    if step.percent is not None and not 1 <= step.percent <= MOST_PERCENT:
        yield _("Write a percentage from 1 to %(most)s.") % {"most": MOST_PERCENT}
    if step.action not in StepAction.values or not step.tell <= set(Audience.values):
        yield _("Nothing is known as “%(word)s”.") % {"word": step.action}
    if step.action == StepAction.WARN and not (step.tell or step.persons):
        yield _("This step tells nobody. Choose who hears of it.")
    if step.team is not None and step.action != StepAction.HAND_OVER:
        yield _("Only a step that hands over goes to a team.")


def _late_hand_over(target: TargetTerms) -> Iterator[Fault]:
    """A second hand-over may come after due; when it is the first, nobody is sent in time."""
    places = [n for n, s in enumerate(target.steps) if s.action == StepAction.HAND_OVER]
    if places and all(_is_after_due(target.steps[n]) for n in places):
        yield Fault(
            step_field(target.metric, places[0]),
            _(
                "This hands over only when the time is up already. Hand over when it is due, or "
                "before; a second step may come later."
            ),
        )


def _is_after_due(step: StepTerms) -> bool:
    if step.offset is not None:
        return step.offset > 0
    return (step.percent or 0) > 100
