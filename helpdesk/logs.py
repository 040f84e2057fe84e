"""One line per event as key=value, with the trace of the request or task it belongs to."""

import logging
import time
from contextvars import ContextVar

# Set by the trace middleware and by Celery's task_prerun; "-" outside of both.
trace: ContextVar[str] = ContextVar("trace", default="-")


class TraceFilter(logging.Filter):
    """Put the current trace on every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.trace = trace.get()
        return True


class KeyValueFormatter(logging.Formatter):
    """Write `time=… level=… logger=… trace=… message="…"`; a traceback follows below."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  the name is logging's
        # Control characters are escaped, so that a line of a person's text cannot forge a line.
        message = record.message.encode("unicode_escape").decode("ascii").replace('"', r"\"")
        return (
            f"time={self.formatTime(record)} level={record.levelname.lower()} "
            f'logger={record.name} trace={getattr(record, "trace", "-")} message="{message}"'
        )
