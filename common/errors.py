from collections.abc import Iterable

from django.core.exceptions import ObjectDoesNotExist
from django.db import DataError, IntegrityError
from django.utils.translation import gettext as _


class DomainError(Exception):
    """A rule refuses what was asked; its text is written for the person who asked."""

    code = "domain_error"
    status = 409


class NotAllowed(DomainError):
    """The person may not do this."""

    code = "not_allowed"
    status = 403


class InvalidInput(DomainError):
    """What was given cannot be used; `field` names the input it belongs to, or is empty."""

    code = "invalid_input"
    status = 422

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class StaleRecord(DomainError):
    """Somebody else changed the same fields since the caller looked.

    fields: the names of the fields both wanted to change.
    """

    code = "stale_record"

    def __init__(self, label: str, fields: Iterable[str] = ()) -> None:
        self.fields = tuple(fields)
        super().__init__(
            _("%(record)s was changed in the meantime. Look at it again, then decide.")
            % {"record": label}
        )


# What a row that cannot be understood raises; a database that is away is another matter.
UNREADABLE = (
    ArithmeticError, AttributeError, LookupError, TypeError, ValueError, DataError,
    IntegrityError, ObjectDoesNotExist, DomainError,
)  # fmt: skip
