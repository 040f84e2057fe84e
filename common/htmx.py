"""The request as django-htmx's middleware and sign-in leave it, for the type checker."""

from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails


class Request(HttpRequest):
    """A request of somebody who has signed in; `htmx` is true for a fragment."""

    htmx: "HtmxDetails"
    user: Any
