"""Giving one mail to the mail server, and saying exactly what is known about it afterwards."""

import smtplib
from dataclasses import dataclass
from enum import Enum

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from common import faults

TIMEOUT = 20  # seconds for one dialogue with the mail server


class Verdict(Enum):
    """What became of one attempt to send."""

    SENT = "sent"
    RETRY = "retry"  # surely not accepted, for a reason that may pass
    REFUSED = "refused"  # surely not accepted, and never will be
    UNKNOWN = "unknown"  # handed over, but the answer never came


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict and, unless it was sent, the reason."""

    verdict: Verdict
    error: str = ""


def send(mail: EmailMessage) -> Outcome:
    """Send one mail; never raises for what a mail server or a network may do."""
    connection = get_connection(timeout=TIMEOUT, fail_silently=False)
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        return Outcome(Verdict.RETRY, f"The mail server is not to be had: {error}")
    try:
        faults.point("before-smtp")
        connection.send_messages([mail])
        faults.point("after-250-before-mark")
    except smtplib.SMTPServerDisconnected as error:
        return Outcome(Verdict.UNKNOWN, f"The mail server hung up: {error}")
    except smtplib.SMTPRecipientsRefused as error:
        return Outcome(*_refused(error))
    except smtplib.SMTPResponseException as error:
        verdict = Verdict.RETRY if 400 <= error.smtp_code < 500 else Verdict.REFUSED
        return Outcome(verdict, f"{error.smtp_code} {error.smtp_error!r}")
    except smtplib.SMTPException as error:
        return Outcome(Verdict.REFUSED, str(error))
    except OSError as error:
        return Outcome(Verdict.UNKNOWN, f"The dialogue broke off: {error}")
    finally:
        _close(connection)
    return Outcome(Verdict.SENT)


def _refused(error: smtplib.SMTPRecipientsRefused) -> tuple[Verdict, str]:
    answers = list(error.recipients.values())
    passing = bool(answers) and all(400 <= code < 500 for code, _text in answers)
    return (Verdict.RETRY if passing else Verdict.REFUSED), str(answers)


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return
