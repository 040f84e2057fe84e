"""Reads of persons for others' rows."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import models

from accounts.choices import DutyKind
from accounts.models import Duty, Person


def attach(*groups: tuple[Iterable[models.Model], Sequence[str]]) -> None:
    """Give rows the persons their foreign keys name, with their sites: one statement.

    groups: rows with the names of their foreign keys. A page names the same few persons in
    every table, and joining them to each costs more than the rest of the page.
    """
    wanted = [(row, name, getattr(row, f"{name}_id")) for rows, names in groups
              for row in rows for name in names]  # fmt: skip
    keys = {key for _row, _name, key in wanted if key is not None}
    people = Person.objects.select_related("site").in_bulk(keys)
    for row, name, key in wanted:
        if key is not None:
            setattr(row, name, people[key])


def standing_in_for(person: Person, *, at: datetime) -> list[Person]:
    """Return who stands in for somebody who is away at an instant; nobody for most."""
    away = Duty.objects.filter(
        person=person, kind=DutyKind.ABSENT, starts_at__lte=at, ends_at__gt=at
    )
    found = Person.objects.active().filter(pk__in=away.values("substitute"))
    return list(found.order_by("pk"))
