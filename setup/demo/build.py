"""Making the whole demo, all of it or nothing."""

from datetime import timedelta
from random import Random

from django.db import transaction

from common import clock, wake
from common.origin import Origin
from escalation import actions as escalation
from notifications import actions as notifications
from setup.demo import lives, people, reference
from setup.demo.plans import DAYS, Planner
from setup.demo.stage import Stage, Tell, cast, utc
from tickets.models import Ticket

SEED = 2026


def build(*, tell: Tell, seed: int = SEED) -> int:
    """Fill an empty database through the product's own actions; return the tickets made.

    The same seed rolls the same dice; the instants hang on now, so that there is always
    something due within the hour. Nothing of this past is mailed.
    """
    with transaction.atomic(), wake.quietly():
        now = utc(clock.now())
        begun = Origin.of_system(trace="demo", at=now - timedelta(days=DAYS + 15))
        with clock.frozen(begun.moment):
            built = reference.build(begun)
        people.absences(built.people, Origin.of_system(trace="demo", at=now))
        stage = Stage(Random(seed), cast(), now=now)  # noqa: S311 - dice, not secrets
        stage.play(lives.lives(stage, Planner(stage, built).all()), tell=tell)
        with clock.frozen(now):
            escalation.learn_handling_times()
            escalation.try_forecast()
        notifications.withhold(reason="Demo data: this is a past that was only told.")
        return Ticket.objects.count()
