"""Logging a call or a visit: the caller, the ticket and perhaps its solution, all or nothing."""

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import actions as accounts
from accounts.models import Person
from accounts.permissions import is_agent
from catalog.models import Category
from common import clock
from common.errors import InvalidInput, NotAllowed
from common.origin import Channel, Origin
from tickets import rules
from tickets.actions.once import once
from tickets.actions.opening import NewTicket, open_ticket
from tickets.actions.verbs import resolve
from tickets.models import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCaller:
    """Somebody we do not know yet: a name and, if they say it, a number and a site."""

    name: str
    phone: str = ""
    site_id: int | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCall:
    """What the call card holds; caller None: somebody who gives no name.

    text: the caller's words; the first line becomes the title.
    solution: what solved it during the call, or empty.
    """

    caller: Person | NewCaller | None
    text: str
    channel: Channel = Channel.PHONE
    category: Category | None = None
    impact: str | None = None
    urgency: str | None = None
    solution: str = ""


def log_call(call: NewCall, *, origin: Origin, key: str = "") -> Ticket:
    """Open the ticket of a call, for a person made on the spot where need be; or solve it too.

    key: of the card; one that is sent twice makes one ticket.
    Raises InvalidInput (field: name, phone, title, …) or NotAllowed; nothing is written then.
    """
    if origin.actor is None or not is_agent(origin.actor):
        raise NotAllowed(_("Calls are logged by the people of the service desk."))
    title, description = rules.split_text(call.text)
    if not title:
        raise InvalidInput(
            _("Write at least one line about the problem. The first line becomes the title."),
            field="title",
        )
    return once(lambda: _logged(call, title, description, origin), key=key, origin=origin)


def _logged(call: NewCall, title: str, description: str, origin: Origin) -> Ticket:
    with transaction.atomic():
        origin = origin.timed(clock.now)
        ticket = open_ticket(
            NewTicket(
                title=title,
                description=description,
                requester=_caller(call.caller, origin),
                channel=call.channel,
                category=call.category,
                impact=call.impact,
                urgency=call.urgency,
            ),
            origin=origin,
        )
        if call.solution.strip():
            ticket = resolve(ticket.pk, resolution=call.solution, origin=origin)
    return ticket


def _caller(caller: Person | NewCaller | None, origin: Origin) -> Person:
    if caller is None:
        return accounts.anonymous_caller(origin=origin)
    if isinstance(caller, Person):
        return caller
    return accounts.new_caller(
        name=caller.name,
        phone=caller.phone,
        site_id=caller.site_id,
        language=caller.language,
        origin=origin,
    )
