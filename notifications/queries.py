"""Reads of the outbox: a message as its recipient gets it."""

import hashlib
import re

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation

from notifications.models import Message


def message_id(key: str) -> str:
    """Return the Message-ID of a message: the same for the same promise, always."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:32]}@{settings.HELPDESK_MAIL_DOMAIN}>"


def compose(message: Message) -> EmailMultiAlternatives:
    """Return the mail, in the language and the time zone of the recipient."""
    person = message.recipient
    context = {
        "m": message.data,
        "person": person,
        "base_url": settings.HELPDESK_BASE_URL,
        "desk_phone": settings.HELPDESK_PHONE,
    }
    base = f"notifications/email/{message.template}"
    with translation.override(person.language), timezone.override(person.time_zone):
        subject = " ".join(render_to_string(f"{base}.subject", context).split())
        text = re.sub(r"\n{3,}", "\n\n", render_to_string(f"{base}.txt", context)).lstrip()
        html = render_to_string(f"{base}.html", context)
    mail = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[person.email or ""],
        headers={"Message-ID": message_id(message.key), "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(html, "text/html")
    mail.message()  # raises here, not half-way through a dialogue, when a header is impossible
    return mail
