"""Delivery through a real mail server on the loopback: at most once, and never in silence."""

import socket
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.utils import timezone

from notifications import actions, queries
from notifications.actions import NewMessage
from notifications.models import Message
from tests import factories
from tests.factories import LONG_AGO

DATA = {"number": "26-01837", "title": "VPN drops", "link": "/my/26-01837/", "body": "Hello."}


class Server:
    """Takes mails, and answers the end of each with what `answer` says."""

    def __init__(self) -> None:
        self.answer: str | Callable[[], str] = "250 taken"
        self.got: list[bytes] = []

    async def handle_DATA(self, server, session, envelope):
        self.got.append(envelope.original_content)
        if self.answer == "hang up":
            server.transport.abort()
            return "250 nobody hears this"
        return self.answer

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.answer == "550 no such mailbox":
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def ids(self) -> list[str]:
        lines = b"\n".join(self.got).splitlines()
        return [line.split()[1].decode() for line in lines if line.startswith(b"Message-ID:")]


@pytest.fixture
def server(settings):
    handler = Server()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    try:
        yield handler
    finally:
        controller.stop()


@pytest.fixture
def promised(world):
    """A function that promises messages to Sylvie and returns them."""

    def make(*keys: str, **more: object) -> list[Message]:
        values = {
            "template": "ticket_replied", "recipient_id": world.sylvie.pk,
            "subject_type": "ticket", "subject_id": 1, "data": DATA, **more,
        }  # fmt: skip
        with transaction.atomic():
            actions.enqueue([NewMessage(key=key, **values) for key in keys], at=LONG_AGO)
        return list(Message.objects.filter(key__in=keys).order_by("pk"))

    return make


def test_a_message_leaves_once_under_the_id_of_its_promise(server, promised):
    (message,) = promised("one")

    assert actions.deliver_due() == 1
    assert actions.deliver_due() == 0

    message.refresh_from_db()
    assert (message.status, message.attempts, message.error) == ("sent", 1, "")
    assert message.sent_at is not None
    assert server.ids() == [queries.message_id("one")]


def test_not_now_is_tried_again_later_under_the_same_id(server, promised):
    (message,) = promised("one")
    server.answer = "451 not now"

    assert actions.deliver_due() == 0
    message.refresh_from_db()
    assert (message.status, message.attempts) == ("pending", 1)
    assert "451" in message.error
    assert actions.deliver_due() == 0, "it waits before it tries again"
    assert len(server.got) == 1

    server.answer = "250 taken"
    Message.objects.update(not_before=LONG_AGO)
    assert actions.deliver_due() == 1
    assert server.ids() == [queries.message_id("one")] * 2


def test_not_now_for_ever_ends_as_failed(server, promised):
    (message,) = promised("one")
    server.answer = "451 not now"

    for _attempt in range(actions.MAX_ATTEMPTS + 2):
        Message.objects.update(not_before=LONG_AGO)
        actions.deliver_due()

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("failed", actions.MAX_ATTEMPTS)


@pytest.mark.parametrize("answer", ["554 never", "550 no such mailbox"])
def test_a_refusal_for_good_is_failed_and_never_tried_again(server, promised, answer):
    (message,) = promised("one")
    server.answer = answer

    actions.deliver_due()
    message.refresh_from_db()
    assert message.status == "failed"
    assert answer[:3] in message.error
    server.answer = "250 taken"
    Message.objects.update(not_before=LONG_AGO)
    assert actions.deliver_due() == 0


def test_a_server_that_hangs_up_after_the_text_may_have_taken_it(server, promised):
    (message,) = promised("one")
    server.answer = "hang up"

    actions.deliver_due()
    message.refresh_from_db()
    assert message.status == "unknown"
    server.answer = "250 taken"
    Message.objects.update(not_before=LONG_AGO)
    assert actions.deliver_due() == 0
    assert len(server.got) == 1


def test_without_a_server_the_message_waits(settings, promised):
    (message,) = promised("one")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert actions.deliver_due() == 0

    message.refresh_from_db()
    assert (message.status, message.attempts) == ("pending", 1)


def test_what_a_dead_worker_was_sending_becomes_unknown_and_is_not_sent_again(server, promised):
    old, young = promised("old", "young")
    now = timezone.now()
    Message.objects.filter(pk=old.pk).update(
        status="sending", claimed_at=now - actions.LEASE - timedelta(seconds=5)
    )
    Message.objects.filter(pk=young.pk).update(status="sending", claimed_at=now)

    assert actions.give_up_orphans() == 1

    old.refresh_from_db()
    young.refresh_from_db()
    assert (old.status, young.status) == ("unknown", "sending")
    assert actions.deliver_due() == 0
    assert server.got == []


def test_one_message_that_cannot_be_written_fails_and_the_next_one_leaves(server, promised):
    (broken,) = promised("broken", template="no_such_template")
    (impossible,) = promised("impossible", data=DATA | {"due_at": "no instant"},
                             template="ticket_at_risk")  # fmt: skip
    (good,) = promised("good")

    assert actions.deliver_due() == 1

    for message in (broken, impossible, good):
        message.refresh_from_db()
    assert (broken.status, impossible.status, good.status) == ("failed", "failed", "sent")
    assert "no_such_template" in broken.error
    assert "no instant" in impossible.error


def test_somebody_without_an_address_gets_nothing_and_it_is_said(server, promised, world):
    (message,) = promised("one")
    world.sylvie.email = ""
    world.sylvie.save(update_fields=["email"])

    actions.deliver_due()

    message.refresh_from_db()
    assert message.status == "failed"
    assert "no e-mail address" in message.error


def test_a_message_is_not_sent_before_its_time(server, promised):
    promised("later", not_before=timezone.now() + timedelta(hours=1))

    assert actions.deliver_due() == 0


@contextmanager
def _in_threads(count: int, work: Callable[[], None]):
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    yield
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_two_deliverers_at_once_send_every_message_once(server):
    sylvie = factories.person("sylvie")
    keys = [f"key-{n}" for n in range(30)]
    with transaction.atomic():
        actions.enqueue(
            [
                NewMessage(
                    key=key, template="ticket_replied", recipient_id=sylvie.pk,
                    subject_type="ticket", subject_id=1, data=DATA,
                )
                for key in keys
            ],
            at=LONG_AGO,
        )  # fmt: skip

    with _in_threads(2, lambda: actions.deliver_due() and None):
        pass

    assert sorted(server.ids()) == sorted(queries.message_id(key) for key in keys)
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
