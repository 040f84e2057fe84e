"""Reads of the catalogue."""

from collections.abc import Sequence

from catalog import rules
from catalog.models import Category, CategorySkill


def active() -> list[Category]:
    """Return the categories a new ticket may have, in order, with service and team."""
    return list(Category.objects.active().select_related("service", "team"))


def suggest(
    text: str, categories: Sequence[Category] | None = None
) -> tuple[Category | None, bool]:
    """Return the category the words suggest and whether they did; else the desk's default.

    categories: what `active` returned, for a caller who has it already.
    """
    categories = active() if categories is None else categories
    known = [
        rules.candidate(c.pk, [*c.names.values(), *c.service.names.values()], c.keywords)
        for c in categories
    ]
    found = rules.best(text, known)
    for category in categories:
        if category.pk == found:
            return category, True
    return next((c for c in categories if c.is_default), None), False


def default_category() -> Category | None:
    """Return the category of a ticket nobody has classified."""
    found: Category | None = (
        Category.objects.active().select_related("team").filter(is_default=True).first()
    )
    return found


def grouped(
    categories: Sequence[Category] | None = None,
) -> list[tuple[str, list[Category]]]:
    """Return the active categories under the names of their services, for a choice."""
    groups: dict[str, list[Category]] = {}
    for category in active() if categories is None else categories:
        groups.setdefault(str(category.service), []).append(category)
    return list(groups.items())


def required_skills(category_ids: set[int] | None) -> dict[int, list[tuple[int, int]]]:
    """Return (skill, least level) pairs for each of the categories (None: all) that need any."""
    found: dict[int, list[tuple[int, int]]] = {}
    rows = CategorySkill.objects.all()
    if category_ids is not None:
        rows = rows.filter(category_id__in=category_ids)
    for category_id, skill_id, level in rows.values_list("category_id", "skill_id", "level"):
        found.setdefault(category_id, []).append((skill_id, level))
    return found
