"""Reads of persons for others' rows."""

from collections.abc import Iterable, Sequence

from django.db import models

from accounts.models import Person


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
