"""Service level agreements: what is promised to whom, in order; the first that fits counts."""

from dataclasses import dataclass
from typing import Any

from common.origin import Origin
from setup.demo.base import LONG_AGO, names
from setup.demo.places import Places
from sla import actions as sla
from sla.choices import Metric, StepAction
from sla.models import Agreement, Step, Target

MINUTE, HOUR = 60, 3600
FIVE = tuple[int, int, int, int, int]
PAUSES = ("requester", "scheduled")
# Where a part or an approval is the usual thing to wait for, it is agreed that it counts.
PAUSES_OF_REQUESTS = (*PAUSES, "approval", "part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An agreement as written below; calendar "" counts by the caller's site."""

    slug: str
    names: tuple[str, str, str, str]
    conditions: dict[str, list[Any]]
    response: FIVE | None
    resolution: FIVE
    calendar: str = ""
    pauses: tuple[str, ...] = PAUSES


def _hours(*hours: float) -> FIVE:
    one, two, three, four, five = (int(h * HOUR) for h in hours)
    return one, two, three, four, five


AGREEMENTS = (
    Promise(
        slug="live-demo", conditions={"category": ["live-demo"]}, calendar="24x7",
        names=("Live demo", "Démonstration", "Live-Demo", "Dimostrazione"),
        response=None, resolution=(20, 20, 20, 20, 20),
    ),
    Promise(
        slug="major", conditions={"kind": ["incident"], "priority": [1]}, calendar="24x7",
        names=("Everything stands still", "Tout est à l'arrêt", "Alles steht still",
               "Tutto è fermo"),
        response=_hours(.25, .25, .25, .25, .25), resolution=_hours(4, 4, 4, 4, 4),
    ),
    Promise(
        slug="clinical", conditions={"kind": ["incident"], "service": ["clinical"]},
        calendar="24x7",
        names=("Clinical applications, day and night", "Applications cliniques, jour et nuit",
               "Klinische Anwendungen, Tag und Nacht", "Applicazioni cliniche, giorno e notte"),
        response=_hours(.25, .5, 1, 2, 4), resolution=_hours(2, 4, 8, 16, 24),
    ),
    Promise(
        slug="vip", conditions={"kind": ["incident"], "vip": [True]},
        names=("Management", "Direction", "Geschäftsleitung", "Direzione"),
        response=_hours(.25, .25, .5, 1, 1), resolution=_hours(2, 4, 4, 8, 8),
    ),
    Promise(
        slug="incident", conditions={"kind": ["incident"]},
        names=("Incidents", "Incidents", "Störungen", "Incidenti"),
        response=_hours(.25, .5, 1, 2, 4), resolution=_hours(4, 8, 16, 24, 40),
    ),
    Promise(
        slug="request", conditions={"kind": ["request"]}, pauses=PAUSES_OF_REQUESTS,
        names=("Requests", "Demandes", "Anfragen", "Richieste"),
        response=_hours(1, 2, 4, 8, 8), resolution=_hours(8, 16, 24, 40, 40),
    ),
)  # fmt: skip


# Of the reasons that every installation begins with: longest time, and whether the caller is told.
REASONS = (
    ("requester", 80 * HOUR, True), ("supplier", 100 * HOUR, True), ("part", 150 * HOUR, True),
    ("approval", 40 * HOUR, False), ("scheduled", None, True),
)  # fmt: skip


def build(places: Places, origin: Origin) -> None:
    """Build the agreements with their targets and steps, and how long what may be waited for."""
    for slug, longest, tells in REASONS:
        values = {"max_seconds": longest, "needs_message": tells}
        sla.save_reason(slug, values=values, origin=origin)
    for place, promise in enumerate(AGREEMENTS):
        agreement = Agreement(
            slug=promise.slug, names=names(*promise.names), order=10 * (place + 1),
            conditions=promise.conditions, valid_from=LONG_AGO,
        )  # fmt: skip
        sla.save(agreement, origin=origin)
        calendar = places.calendars[promise.calendar] if promise.calendar else None
        if promise.response is not None:
            response = Target(
                agreement=agreement, metric=Metric.FIRST_RESPONSE, calendar=calendar,
                seconds=list(promise.response), pause_reasons=[],
            )  # fmt: skip
            _target(response, "breach_tell_lead", StepAction.WARN, origin)
        resolution = Target(
            agreement=agreement, metric=Metric.RESOLUTION, calendar=calendar,
            seconds=list(promise.resolution), pause_reasons=list(promise.pauses),
        )  # fmt: skip
        _target(resolution, "breach_hand_over", StepAction.HAND_OVER, origin)


def _target(target: Target, late: str, then: StepAction, origin: Origin) -> None:
    sla.save(target, origin=origin)
    warn = Step(
        target=target, milestone="warn_75", percent=75, action=StepAction.WARN, tell=["assignee"]
    )
    sla.save(warn, origin=origin)
    step = Step(target=target, milestone=late, percent=100, action=then, tell=["lead"])
    sla.save(step, origin=origin)
