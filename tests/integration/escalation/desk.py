"""What the tests of routing do to the desk: ask for skills, send somebody away, sweep."""

from datetime import timedelta

from accounts.models import Duty, Skill
from catalog import actions as catalog
from escalation import actions as escalation
from tests import factories
from tests.factories import system
from tests.moments import MONDAY_9

LATE = MONDAY_9 + timedelta(minutes=5)


def required(category, slug, level):
    """Ask for a new skill in a category."""
    skill = Skill(name=slug.title(), slug=slug)
    factories.accounts.save(skill, origin=system())
    catalog.require_skill(category, skill, level, origin=system())
    return skill


def stands_in(person, *, of):
    """Send somebody away for two days, with a substitute."""
    away = Duty(
        person=of, kind="absent", starts_at=MONDAY_9, substitute=person,
        ends_at=MONDAY_9 + timedelta(days=2),
    )  # fmt: skip
    factories.accounts.save(away, origin=system())


def swept(ticket):
    """Let five minutes go by: what was due is carried out."""
    escalation.sweep(at=LATE)
    ticket.refresh_from_db()
    return ticket
