"""DomainError to HTTP, in one place."""

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from common.errors import DomainError, InvalidInput, StaleRecord


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer for an error an API view raised; None lets Django answer 500."""
    if not isinstance(error, DomainError):
        return exception_handler(error, context)
    body: dict[str, Any] = {"detail": str(error), "code": error.code}
    if isinstance(error, StaleRecord):
        body["fields"] = list(error.fields)
    if isinstance(error, InvalidInput) and error.field:
        body["field"] = error.field
    # To a program a body that cannot be used is a bad request, as it is to the framework.
    status = 400 if error.status == 422 else error.status
    return Response(body, status=status)
