"""Agreements with customers, between teams, with a supplier; the first that fits counts."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from common.origin import Origin
from setup.demo.base import LONG_AGO, ZURICH, names
from setup.demo.places import Places
from sla import actions as sla
from sla import queries
from sla.choices import AgreementKind, Audience, Metric, StepAction
from sla.models import Agreement, Example, Step, Target

HOUR = 3600
FIVE = tuple[int, int, int, int, int]
PAUSES = ("requester", "scheduled")
# Where a part or an approval is the usual thing to wait for, it is agreed that it counts.
PAUSES_OF_REQUESTS = (*PAUSES, "approval", "part")
# Nobody waits for what only the customer can end, and a hand-over never stops their clock.
NEVER_PAUSED = {Metric.FIRST_RESPONSE, Metric.ACCEPTANCE, Metric.SUPPLIER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An agreement as written below; calendar "" counts by the caller's site."""

    slug: str
    names: tuple[str, str, str, str]
    conditions: dict[str, list[Any]]
    times: dict[Metric, FIVE]
    kind: AgreementKind = AgreementKind.SLA
    calendar: str = ""
    pauses: tuple[str, ...] = PAUSES


def _hours(*hours: float) -> FIVE:
    one, two, three, four, five = (int(h * HOUR) for h in hours)
    return one, two, three, four, five


def _times(response: FIVE, reply: FIVE, resolution: FIVE) -> dict[Metric, FIVE]:
    return {
        Metric.FIRST_RESPONSE: response,
        Metric.NEXT_REPLY: reply,
        Metric.RESOLUTION: resolution,
    }


def _level(level: int, names_: tuple[str, str, str, str], *times: FIVE) -> Promise:
    acceptance, solving = times
    return Promise(
        slug=f"level-{level}", kind=AgreementKind.OLA, conditions={"level": [level]}, names=names_,
        times={Metric.ACCEPTANCE: acceptance, Metric.TEAM_RESOLUTION: solving},
        calendar="service-desk",
    )  # fmt: skip


AGREEMENTS = (
    Promise(
        slug="live-demo", conditions={"category": ["live-demo"]}, calendar="24x7",
        names=("Live demo", "Démonstration", "Live-Demo", "Dimostrazione"),
        times={Metric.RESOLUTION: (20, 20, 20, 20, 20)},
    ),
    Promise(
        slug="major", conditions={"kind": ["incident"], "priority": [1]}, calendar="24x7",
        names=("Everything stands still", "Tout est à l'arrêt", "Alles steht still",
               "Tutto è fermo"),
        times=_times(_hours(.25, .25, .25, .25, .25), _hours(.5, .5, .5, .5, .5),
                     _hours(4, 4, 4, 4, 4)),
    ),
    Promise(
        slug="clinical", conditions={"kind": ["incident"], "service": ["clinical"]},
        calendar="24x7",
        names=("Clinical applications, day and night", "Applications cliniques, jour et nuit",
               "Klinische Anwendungen, Tag und Nacht", "Applicazioni cliniche, giorno e notte"),
        times=_times(_hours(.25, .5, 1, 2, 4), _hours(.5, 1, 2, 4, 8), _hours(2, 4, 8, 16, 24)),
    ),
    Promise(
        slug="vip", conditions={"kind": ["incident"], "vip": [True]},
        names=("Management", "Direction", "Geschäftsleitung", "Direzione"),
        times=_times(_hours(.25, .25, .5, 1, 1), _hours(.5, .5, 1, 2, 2), _hours(2, 4, 4, 8, 8)),
    ),
    Promise(
        slug="incident", conditions={"kind": ["incident"]},
        names=("Incidents", "Incidents", "Störungen", "Incidenti"),
        times=_times(_hours(.25, .5, 1, 2, 4), _hours(.5, 1, 2, 4, 8), _hours(4, 8, 16, 24, 40)),
    ),
    Promise(
        slug="request", conditions={"kind": ["request"]}, pauses=PAUSES_OF_REQUESTS,
        names=("Requests", "Demandes", "Anfragen", "Richieste"),
        times=_times(_hours(1, 2, 4, 8, 8), _hours(2, 4, 8, 8, 16), _hours(8, 16, 24, 40, 40)),
    ),
    _level(1, ("First level", "Premier niveau", "Erster Level", "Primo livello"),
           _hours(.5, 1, 4, 8, 13), _hours(4, 10, 26, 39, 65)),
    _level(2, ("Second level", "Deuxième niveau", "Zweiter Level", "Secondo livello"),
           _hours(.5, .5, .5, .5, .5), _hours(4, 8, 13, 26, 39)),
    _level(3, ("Third level", "Troisième niveau", "Dritter Level", "Terzo livello"),
           _hours(.5, .5, 1, 2, 4), _hours(4, 8, 13, 26, 39)),
    Promise(
        slug="alpenprint", kind=AgreementKind.UC, conditions={"supplier": ["alpenprint"]},
        names=("Alpenprint: repair of printers", "Alpenprint : réparation d'imprimantes",
               "Alpenprint: Reparatur von Druckern", "Alpenprint: riparazione di stampanti"),
        times={Metric.SUPPLIER: _hours(4, 8, 16, 24, 40)}, calendar="service-desk", pauses=(),
    ),
)  # fmt: skip


# Of the reasons that every installation begins with: longest time, and whether the caller is told.
REASONS = (
    ("requester", 80 * HOUR, True), ("supplier", 100 * HOUR, True), ("part", 150 * HOUR, True),
    ("approval", 40 * HOUR, False), ("scheduled", None, True),
)  # fmt: skip


# What happens to a solution beside a warning and a hand-over, by agreement.
MORE: dict[str, tuple[dict[str, Any], ...]] = {
    "major": (
        {"milestone": "propose_50", "percent": 50, "action": StepAction.PROPOSE},
        {"milestone": "breach_inform", "percent": 100, "action": StepAction.INFORM, "wakes": True},
    ),
    "request": (
        {
            "milestone": "raise_120_min_after",
            "offset_seconds": 2 * HOUR,
            "action": StepAction.RAISE,
        },
    ),
}


def build(places: Places, origin: Origin) -> None:
    """Build reasons, agreements with their targets and steps, saved examples and a draft."""
    for slug, longest, tells in REASONS:
        values = {"max_seconds": longest, "needs_message": tells}
        sla.save_reason(slug, values=values, origin=origin)
    for place, promise in enumerate(AGREEMENTS):
        agreement = Agreement(
            slug=promise.slug, names=names(*promise.names), order=10 * (place + 1),
            kind=promise.kind, conditions=promise.conditions, valid_from=LONG_AGO,
        )  # fmt: skip
        sla.save(agreement, origin=origin)
        calendar = places.calendars[promise.calendar] if promise.calendar else None
        for metric, seconds in promise.times.items():
            target = Target(
                agreement=agreement, metric=metric, calendar=calendar, seconds=list(seconds),
                pause_reasons=[] if metric in NEVER_PAUSED else list(promise.pauses),
            )  # fmt: skip
            sla.save(target, origin=origin)
            _steps(target, origin)
    _examples(places, origin)
    _draft(origin)


def _steps(target: Target, origin: Origin) -> None:
    """Warn whoever has it; when it is late hand over a solution, and tell the lead otherwise.

    A solution has the further steps of its agreement.
    """
    hands_over = target.metric == Metric.RESOLUTION
    hears = Audience.TEAM if target.metric == Metric.ACCEPTANCE else Audience.ASSIGNEE
    warn = Step(
        target=target, milestone="warn_75", percent=75, action=StepAction.WARN, tell=[hears]
    )
    late = Step(
        target=target, percent=100, tell=["lead"],
        milestone="breach_hand_over" if hands_over else "breach_tell_lead",
        action=StepAction.HAND_OVER if hands_over else StepAction.WARN,
    )  # fmt: skip
    more = [Step(target=target, **step) for step in MORE.get(target.agreement.slug, ())]
    for step in (warn, late, *(more if hands_over else ())):
        sla.save(step, origin=origin)


def _examples(places: Places, origin: Origin) -> None:
    """Save what the standard promise makes of the days before Easter, here and there."""
    for name, metric, site, due in (
        ("Before Easter in Geneva", Metric.RESOLUTION, "geneve", (2026, 4, 8, 12, 40)),
        ("Before Easter in Lugano", Metric.RESOLUTION, "lugano", (2026, 4, 7, 16, 40)),
        ("Answer before Easter", Metric.FIRST_RESPONSE, "lugano", (2026, 4, 3, 8, 10)),
    ):
        example = Example(
            slug="incident", name=name, metric=metric, priority=3, site=places.sites[site],
            opened_at=datetime(2026, 4, 2, 16, 40, tzinfo=ZURICH),
            expected_due=datetime(*due, tzinfo=ZURICH),
        )  # fmt: skip
        sla.save_example(example, origin=origin)


def _draft(origin: Origin) -> None:
    """Begin what is being discussed: incidents of P3 solved in one day and not in two."""
    draft = sla.make_draft("incident", origin=origin)
    targets = [
        replace(target, seconds=_hours(4, 6, 8, 16, 40))
        if target.metric == Metric.RESOLUTION
        else target
        for target in queries.agreement_terms(draft).targets
    ]
    content = sla.Content(names=draft.names, targets=targets, conditions=draft.conditions)
    sla.save_draft(draft, content, origin=origin)
