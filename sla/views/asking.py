"""What the pages of calendars and reasons share: who may look and change, how one is refused."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from accounts.permissions import can_read_desk, is_administrator
from common import clock
from common.errors import DomainError, InvalidInput
from common.htmx import Request
from sla.models import Calendar
from sla.queries.calendars import today_of

NAV = {"nav": "setup", "part": "calendars"}


def may_look(request: Request) -> None:
    """Raise PermissionDenied for whoever does not work at the desk."""
    if not can_read_desk(request.user):
        raise PermissionDenied(
            _("The setup is for the people of the service desk. Ask them what you want to know.")
        )


def may_change(request: Request) -> None:
    """Raise PermissionDenied for whoever does not administer the desk."""
    may_look(request)
    if not is_administrator(request.user):
        raise PermissionDenied(
            _("Calendars are changed by the administrators. Ask one of them for the change.")
        )


def asked_for(slug: str) -> Calendar:
    """Return a calendar with its versions and exceptions, or 404."""
    found = Calendar.objects.prefetch_related("versions__windows", "exceptions")
    calendar: Calendar = get_object_or_404(found, slug=slug)
    return calendar


def today_in(calendar: Calendar | None) -> date:
    """Return today on the calendar's wall; without one, in our own zone."""
    return today_of(calendar or Calendar(), clock.now())


def done(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Do it, or put the words of the refusal on the field they are about; False: refused."""
    try:
        act()
    except DomainError as error:
        say_why(form, error)
        return False
    return True


def say_why(form: forms.Form, error: DomainError) -> None:
    """Put the words of a refusal on the field they are about, or above the form."""
    name = error.field if isinstance(error, InvalidInput) else ""
    form.add_error(name if name in form.fields else None, str(error))


def only_shows(data: Any) -> bool:
    """Test if a form was sent to be shown again: to copy a day's hours, or to try an example."""
    return data is None or "copy" in data or "try" in data
