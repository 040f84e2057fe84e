"""Every write of the catalogue."""

from collections.abc import Iterable

from django.db import models, transaction

from accounts.models import Skill, Team
from audit import actions as audit
from catalog.models import Category, CategorySkill, Service
from common import clock
from common.origin import Origin


def save(row: models.Model, *, origin: Origin) -> None:
    """Save a service, a category or a required skill, with its event."""
    with transaction.atomic():
        audit.save_reference(row, origin=origin.timed(clock.now))


def remove(row: models.Model, *, origin: Origin) -> None:
    """Remove a required skill, with its event."""
    with transaction.atomic():
        verb = f"{row._meta.model_name}.removed"
        audit.record(row, verb=verb, origin=origin.timed(clock.now))
        row.delete()


def save_service(service: Service, *, teams: Iterable[Team], origin: Origin) -> Service:
    """Save a service with the teams that serve it."""
    with transaction.atomic():
        origin = origin.timed(clock.now)
        audit.save_reference(service, origin=origin)
        service.teams.set(teams)
        audit.record(
            service,
            verb="service.teams_set",
            origin=origin,
            changes={"teams": [None, sorted(t.slug for t in teams)]},
        )
    return service


def require_skill(category: Category, skill: Skill, level: int, *, origin: Origin) -> None:
    """Make a category require a skill at a level of at least `level`."""
    row = CategorySkill.objects.filter(category=category, skill=skill).first()
    row = row or CategorySkill(category=category, skill=skill)
    row.level = level
    save(row, origin=origin)
