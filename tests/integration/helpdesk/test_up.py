"""`manage.py up`: the whole installation as its user starts, breaks and stops it."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import redis

from helpdesk.embedded import Redis
from helpdesk.embedded.process import free_port
from tests.stack import BASE, wait_until

pytestmark = pytest.mark.slow

AS_INSTALLED = re.compile(r"^(HELPDESK_(?!PG_BINDIR|REDIS_BIN|RUN_AS)|DATABASE_URL|REDIS_URL)")


@dataclass
class Up:
    """One running `manage.py up` with a data folder and a port of its own."""

    process: subprocess.Popen[bytes]
    port: int
    output: Path

    @classmethod
    def start(cls, data: Path, *, port: int | None = None, **extra: str) -> "Up":
        port = port or free_port()
        usual = {name: value for name, value in os.environ.items() if not AS_INSTALLED.match(name)}
        environment = usual | {
            "HELPDESK_DATA": str(data),
            "HELPDESK_DEMO": "false",
            "HELPDESK_STATIC_FROM_SOURCE": "true",
            "PORT": str(port),
        }
        output = data.with_suffix(f".{port}.output")
        with output.open("wb") as lines:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=BASE,
                env=environment | extra,
                stdout=lines,
                stderr=lines,
                start_new_session=True,
            )
        return cls(process, port, output)

    def said(self) -> str:
        return self.output.read_text(encoding="utf-8")

    def wait_until_announced(self) -> None:
        wait_until(lambda: "runs at" in self.said() or self._ended(), seconds=120)

    def answers(self) -> bool:
        address = f"http://127.0.0.1:{self.port}/livez"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2) as page:
            return bool(page.status == 200)
        return False

    def ready(self) -> bool:
        """Everything works: database, Redis, and a sweep that ran lately."""
        address = f"http://127.0.0.1:{self.port}/readyz?strict=1"
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5) as page:
            return bool(page.status == 200)
        return False

    def family(self) -> dict[int, str]:
        """Return the command line of every process below the supervisor."""
        found = {}
        for child in psutil.Process(self.process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                found[child.pid] = " ".join(child.cmdline()) or child.name()
        return found

    def pid_of(self, word: str) -> int | None:
        """Return the direct child whose command line contains `word`, if it is there."""
        for child in psutil.Process(self.process.pid).children():
            if word in " ".join(child.cmdline()):
                return int(child.pid)
        return None

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    def _ended(self) -> bool:
        if self.process.poll() is None:
            return False
        pytest.fail(f"up ended:\n{self.said()}")


def alive(pids: dict[int, str]) -> dict[int, str]:
    """Return those still there; a zombie nobody has collected yet is not."""
    found = {}
    for pid, command in pids.items():
        with contextlib.suppress(psutil.NoSuchProcess):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found[pid] = command
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="helpdesk-up-", ignore_cleanup_errors=True) as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def up(folder: Path) -> Iterator[Up]:
    running = Up.start(folder / "data")
    try:
        running.wait_until_announced()
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()


def test_every_killed_child_comes_back_and_ctrl_c_ends_them_all(up, folder):
    wait_until(up.ready, seconds=60)
    for word in ("gunicorn", "-Q sweep", "-Q default", " beat ", "valkey-server", "postgres"):
        killed = up.pid_of(word)
        assert killed, word
        told = up.said().count("ended unexpectedly")

        os.kill(killed, signal.SIGKILL)

        wait_until(lambda: up.said().count("ended unexpectedly") > told, seconds=3)  # noqa: B023
        wait_until(lambda: up.pid_of(word) not in (killed, None), seconds=20)  # noqa: B023
    # The heartbeat so far is forgotten: only a sweep that runs again makes it ready.
    wait_until(lambda: flushed(folder / "data" / "redis"), seconds=10)
    wait_until(up.ready, seconds=60)
    family = up.family()

    assert up.stop() == 0

    assert len(family) > 8
    assert alive(family) == {}
    assert not up.answers()


def flushed(folder: Path) -> bool:
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(Redis(folder).url) as client:
        return bool(client.flushall())
    return False


def test_a_killed_supervisor_leaves_nobody_behind(up, folder):
    wait_until(up.ready, seconds=60)
    family = up.family()

    up.process.kill()
    up.process.wait()

    wait_until(lambda: not alive(family), seconds=20)
    again = Up.start(folder / "data", port=up.port)
    again.wait_until_announced()
    assert again.stop() == 0


def test_two_run_side_by_side_and_one_folder_serves_one(up, folder):
    other = Up.start(folder / "other")
    try:
        other.wait_until_announced()
        wait_until(up.answers)
        wait_until(other.answers)
        refused = Up.start(folder / "data")
        assert refused.process.wait(30) == 1
        assert "uses" in refused.said()
        assert "Traceback" not in refused.said()
    finally:
        other.stop()


def test_a_taken_port_is_one_clear_line(folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = Up.start(folder / "data", port=port)
        code = refused.process.wait(30)

    assert code == 1
    assert refused.said().strip() == (
        f"CommandError: Port {port} is taken. Choose another one: make run PORT={port + 1}"
    )


def test_a_reader_that_went_away_does_not_spoil_the_stop(folder):
    environment = os.environ | {
        "HELPDESK_DATA": str(folder / "data"),
        "HELPDESK_DEMO": "false",
        "PORT": str(free_port()),
    }
    del environment["DATABASE_URL"], environment["REDIS_URL"]
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up", "--services-only"],
        cwd=BASE,
        env=environment,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    family = {child.pid: child.name() for child in psutil.Process(process.pid).children(True)}

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    time.sleep(0.2)
    assert family
    assert alive(family) == {}


def test_given_servers_are_used_and_none_is_started(folder):
    running = Up.start(
        folder / "data",
        DATABASE_URL=os.environ["DATABASE_URL"],
        REDIS_URL=os.environ["REDIS_URL"],
    )
    running.wait_until_announced()
    family = running.family()

    assert running.stop() == 0

    assert not [command for command in family.values() if "postgres" in command.split("/")]
    assert not any("valkey" in command for command in family.values())
    assert not (folder / "data" / "pg").exists()
