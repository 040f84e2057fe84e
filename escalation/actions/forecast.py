"""What the forecast keeps: handling times learnt from the history, and its own errors."""

from datetime import timedelta

from django.db import transaction

from common import clock
from escalation.models import ForecastTrial, HandlingTime
from escalation.queries import handling, trials
from escalation.rules.handling import Measured
from sla.queries import policy

KEPT = timedelta(days=120)  # trials older than this are forgotten


def learn_handling_times() -> int:
    """Learn anew how long tickets take, in place of what was known; return how many were read.

    Two at once do no harm: each writes the same rows. Teams and categories of which nothing
    is known any more go.
    """
    at = clock.now()
    times = handling.learnt(policy(), at=at)
    found: dict[tuple[int, int | None], Measured] = {
        (team, None): one for team, one in times.by_team.items()
    }
    found.update(times.by_category.items())
    rows = [
        HandlingTime(
            team_id=team, category_id=category, tickets=one.tickets,
            median_seconds=one.span.median, p80_seconds=one.span.p80, learnt_at=at,
        )
        for (team, category), one in sorted(found.items(), key=lambda f: (f[0][0], f[0][1] or 0))
    ]  # fmt: skip
    with transaction.atomic():
        HandlingTime.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["team", "category"],
            update_fields=["tickets", "median_seconds", "p80_seconds", "learnt_at"],
        )
        HandlingTime.objects.filter(learnt_at__lt=at).delete()
    return times.tickets


def try_forecast() -> int:
    """Try the forecast on the last working days that were not tried yet; return how many.

    A day is tried once: what was known then and what came of it does not change any more.
    """
    at = clock.now()
    known = set(ForecastTrial.objects.values_list("day", flat=True))
    rows = [
        ForecastTrial(
            day=trials.local_day(one.morning.at), at=one.morning.at, until=one.morning.until,
            open=len(one.morning.open), named=one.result.named,
            became_late=one.result.became_late, both=one.result.both,
            learnt_from=one.learnt_from,
        )
        for one in trials.tried(at=at, known=known)
    ]  # fmt: skip
    with transaction.atomic():
        ForecastTrial.objects.bulk_create(rows, ignore_conflicts=True)
        ForecastTrial.objects.filter(at__lt=at - KEPT).delete()
    return len(rows)
