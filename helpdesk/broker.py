"""How our processes hold on to the broker: through any outage, and back within seconds."""

from typing import Any, Self

import kombu
from celery.app import amqp

LONGEST_PAUSE = 5  # seconds between two attempts; Celery's own pauses grow to thirty


class Connection(kombu.Connection):
    """A connection that survives the loss of a server at any moment."""

    def maybe_close_channel(self, channel: Any) -> None:
        """Close a channel; again when a server that went away broke the first attempt off.

        With a poll under way kombu 5.7 gives up half done, and with a task in hand Celery's
        next close fails on what is left and ends the worker.
        """
        super().maybe_close_channel(channel)
        if not getattr(channel, "closed", True):
            super().maybe_close_channel(channel)

    def ensure_connection(self, *args: Any, **options: Any) -> Self:
        """Connect; wait 1, 2, 3, 4 and then always 5 seconds between attempts."""
        pauses = {"interval_start": 1, "interval_step": 1, "interval_max": LONGEST_PAUSE}
        super().ensure_connection(*args, **pauses | options)
        return self


class AMQP(amqp.AMQP):
    """What a Celery application makes its connections with."""

    Connection = BrokerConnection = Connection
