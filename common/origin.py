from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.contrib.auth.models import AbstractBaseUser
    from django.http import HttpRequest


class Channel(models.TextChoices):
    """The door through which something came in."""

    PHONE = "phone", _("phone")
    EMAIL = "email", _("e-mail")
    PORTAL = "portal", _("portal")
    WALK_IN = "walk_in", _("walk-in")
    API = "api", _("API")
    MONITORING = "monitoring", _("monitoring")
    DESK = "desk", _("desk")
    SYSTEM = "system", _("system")


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a change comes from; built once at the edge and passed down unchanged.

    actor: the person acting, or None when the system acts by itself.
    at:    timezone-aware moment of the change. None at the doors: the funnel takes it from
           the database's clock after it holds the lock. Only seed, replay and tests pass it.
    trace: correlation id, the same in the log line, the audit row and the task.
    """

    actor: AbstractBaseUser | None
    channel: Channel
    trace: str
    at: datetime | None = None

    @classmethod
    def of_request(cls, request: HttpRequest, channel: Channel = Channel.DESK) -> Origin:
        """Return the origin of a change asked for by the person signed in to `request`."""
        user = request.user
        return cls(
            actor=user if user.is_authenticated else None,
            channel=channel,
            trace=getattr(request, "trace", "") or new_trace(),
        )

    @classmethod
    def of_system(cls, *, trace: str = "", at: datetime | None = None) -> Origin:
        """Return the origin of a change the system makes by itself."""
        return cls(actor=None, channel=Channel.SYSTEM, trace=trace or new_trace(), at=at)

    def timed(self, ask: Callable[[], datetime]) -> Origin:
        """Return the same origin at the instant `ask` answers; one with a moment does not ask."""
        return self if self.at is not None else replace(self, at=ask())

    @property
    def moment(self) -> datetime:
        """The moment of the change; ask only after the funnel has timed the origin."""
        if self.at is None:
            raise RuntimeError("This origin has no moment yet: the funnel times it.")
        return self.at


def new_trace() -> str:
    """Return a fresh correlation id of 16 hexadecimal digits."""
    return uuid.uuid4().hex[:16]
