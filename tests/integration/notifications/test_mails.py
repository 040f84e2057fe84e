"""What people read in their mail: every template, in four languages, with hostile data."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import transaction

from notifications import queries
from notifications.actions import NewMessage, enqueue
from notifications.models import Message
from tests.factories import LONG_AGO

FOLDER = Path(settings.BASE_DIR) / "templates/notifications/email"
TEMPLATES = sorted(path.stem for path in FOLDER.glob("*.subject"))
HOSTILE = '<img src=x onerror=alert(1)> & "quoted" {{ 7*7 }}'
DATA = {
    "number": "26-01837", "title": f"{HOSTILE}\r\nBcc: thief@example.org",
    "status": "new", "team": HOSTILE, "priority": "P2", "requester": HOSTILE,
    "link": "/my/26-01837/", "by": HOSTILE, "why": "needs skill", "to_team": HOSTILE,
    "metric": "fix", "due_at": "2026-11-24T16:25:00Z", "respond_by": "2026-11-24T15:05:00Z",
    "resolve_by": "2026-11-26T10:35:00+00:00",
    "is_late": False, "raised": "P2",
    "chosen": {
        "how": "skill", "team": HOSTILE, "at": "2026-11-24T15:05:00+00:00", "person": 0,
        "name": HOSTILE, "languages": ["fr"], "speaks": True, "load": 4,
        "until": "2026-11-24T17:00:00+00:00",
        "skills": [{"name": HOSTILE, "asked": 2, "held": 3}],
        "before": [{"name": HOSTILE, "why": "load", "load": 7}],
    },
    "body": f"Line one {HOSTILE}\nline two\r\n\r\n.\nFrom here", "reason": f"Because\n{HOSTILE}",
}  # fmt: skip


@pytest.fixture
def mail_of(world):
    """A function that composes one message for Sylvie in a language and parses it again."""

    def make(template: str, language: str = "en", data: dict = DATA):
        world.sylvie.language = language
        message = Message(key="k", template=template, recipient=world.sylvie, data=data)
        raw = queries.compose(message).message().as_bytes()
        return message_from_bytes(raw, policy=policy.default)

    return make


def test_every_message_the_product_promises_has_its_three_files():
    sources = [
        "tickets/notices.py", "escalation/actions/handover.py", "escalation/actions/steps.py",
        "escalation/notices.py",
    ]  # fmt: skip
    code = "".join((Path(settings.BASE_DIR) / name).read_text() for name in sources)
    promised = set(re.findall(r'"(ticket_[a-z_]+)"', code))

    for ending in ("subject", "txt", "html"):
        there = {path.stem for path in FOLDER.glob(f"ticket_*.{ending}")}
        assert there == promised - {"ticket_id"}


@pytest.mark.parametrize("language", ["en", "fr", "de", "it"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_a_mail_says_the_same_twice_and_lets_nothing_of_users_act(mail_of, template, language):
    mail = mail_of(template, language)

    assert mail["Subject"].lstrip().startswith("[26-01837] ")
    assert "\n" not in mail["Subject"]
    assert mail["Bcc"] is None
    assert mail["To"] == "sylvie@example.org"
    text = mail.get_body(("plain",)).get_content()
    html = mail.get_body(("html",)).get_content()
    assert f'<html lang="{language}-CH">' in html
    assert "<img" not in html
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; &#34;quoted&#34; {{ 7*7 }}" in html
    assert "&lt;" not in text
    assert "&#3" not in text
    assert f"{settings.HELPDESK_BASE_URL}/my/26-01837/" in text
    assert f'href="{settings.HELPDESK_BASE_URL}/my/26-01837/"' in html
    assert "\n\n\n" not in text
    assert "None" not in text
    assert "None" not in html


def test_a_body_is_quoted_line_by_line_in_the_text_and_in_paragraphs_in_the_html(mail_of):
    mail = mail_of("ticket_replied")

    text = mail.get_body(("plain",)).get_content()
    assert "> line two\n>\n> .\n> From here\n" in text
    html = mail.get_body(("html",)).get_content()
    assert re.search(r"<br>line two</p>\s*<p[^>]*>\.<br>From here</p>", html)


def test_the_confirmation_gives_number_and_promise_in_the_zone_of_the_reader(mail_of):
    text = mail_of("ticket_opened").get_body(("plain",)).get_content()

    assert "We have it. Your number is 26-01837." in text
    promise = next(line for line in text.splitlines() if "hear from us" in line)
    assert "16:05" in promise
    assert "11:35" in promise


def test_a_confirmation_without_a_promise_makes_none(mail_of):
    data = DATA | {"respond_by": None, "resolve_by": None}
    mail = mail_of("ticket_opened", data=data)

    assert "hear from us" not in mail.get_body(("plain",)).get_content()
    assert "latest" not in mail.get_body(("html",)).get_content()


def test_a_ticket_just_opened_is_confirmed_with_what_was_written(new_ticket):
    ticket = new_ticket(description="Since nine o’clock.\nAlways.")
    message = Message.objects.get(template="ticket_opened", subject_id=ticket.pk)

    mail = queries.compose(message)

    assert f"[{ticket.number}] " in mail.subject
    assert "> Since nine o’clock.\n> Always." in mail.body


def test_the_message_id_is_made_of_the_promise_alone():
    assert queries.message_id("a") == queries.message_id("a") != queries.message_id("b")
    assert queries.message_id("a").endswith("@example.org>")


def test_a_promise_is_kept_once_however_often_it_is_made(world):
    one = NewMessage(
        key="same", template="ticket_opened", recipient_id=world.sylvie.pk,
        subject_type="ticket", subject_id=1, data=DATA,
    )  # fmt: skip

    with transaction.atomic():
        assert enqueue([one, one], at=LONG_AGO) == 1
        assert enqueue([one], at=LONG_AGO) == 0
    assert Message.objects.filter(key="same").count() == 1
