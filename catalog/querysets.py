from typing import TYPE_CHECKING, Self

from django.db.models import QuerySet

if TYPE_CHECKING:
    from catalog.models import Category  # noqa: F401 - named in a string below


class CategoryQuerySet(QuerySet["Category"]):
    """Reads of categories."""

    def active(self) -> Self:
        """Return the categories a new ticket may have."""
        return self.filter(is_active=True, service__is_active=True)
