"""The connection to the broker, when the server goes away in the middle of something."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import kombu
import pytest
from kombu.exceptions import OperationalError

from helpdesk.broker import Connection
from helpdesk.celery import app
from helpdesk.embedded import Redis
from helpdesk.embedded.process import free_port


@pytest.fixture
def server() -> Iterator[Redis]:
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-broker-"))
    folder.chmod(0o755)
    server = Redis(folder, fast=True)
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_server_lost_with_a_message_in_hand_and_a_poll_under_way_ends_nobody(server):
    held: list[object] = []
    lost = Connection(server.url, transport_options=app.conf.broker_transport_options)
    queue, other = (kombu.Queue(name, kombu.Exchange(name), name) for name in ("q", "other"))
    lost.Producer().publish("work", exchange=queue.exchange, routing_key="q", declare=[queue])
    lost.Consumer([queue], on_message=held.append).consume()
    # A worker has a second channel, for remote control.
    lost.Consumer([other], channel=lost.channel(), on_message=held.append).consume()
    with contextlib.suppress(TimeoutError):
        while True:  # the message, and then a poll that finds nothing
            lost.drain_events(timeout=0.3)
    assert len(held) == 1

    server.stop()
    # As Celery's consumer does it.
    lost.collect(socket_timeout=1)
    lost.close()

    assert not lost.connected


def test_attempts_to_connect_are_never_far_apart(monkeypatch):
    monkeypatch.setattr("kombu.utils.functional.sleep", lambda seconds: None)
    pauses: list[float] = []
    nobody = app.connection_for_read(f"redis://127.0.0.1:{free_port()}/0")

    with pytest.raises(OperationalError):
        nobody.ensure_connection(lambda error, pause: pauses.append(pause), 30)

    assert pauses[:5] == [1, 2, 3, 4, 5]
    assert set(pauses[5:]) == {5}
