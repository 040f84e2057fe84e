"""pytest plugin: fixtures with the product's real processes.

`live_stack`  sweeper, worker and beat on the database of the test run
`live_web`    the address of a real gunicorn on the database of the test run
`own_stack`   the same processes on a PostgreSQL and Valkey of the test's own, which it may stop,
              kill and restart; Django in the test process works on them too
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from helpdesk.embedded import Postgres, Redis
from helpdesk.embedded.process import free_port

BASE = Path(__file__).resolve().parent.parent
CELERY = [sys.executable, "-m", "celery", "--skip-checks", "-A"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
COMMANDS = {
    "web": [sys.executable, "-m", "gunicorn", "-c", "python:helpdesk.gunicorn_conf"],
    "beat": [*CELERY, "helpdesk.beat", "beat", "-l", "INFO", "--pidfile="],
    "sweeper": [*CELERY, "helpdesk", "worker", "--pool=solo", "-Q", "sweep", *QUIET],
    "worker": [
        *CELERY,
        "helpdesk",
        "worker",
        "--pool=threads",
        "-c",
        "2",
        "-Q",
        "default",
        *QUIET,
    ],
}


def wait_until(condition: Callable[[], Any], *, seconds: float = 20.0) -> Any:
    """Return the first true answer of `condition`; fail when there is none in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if answer := condition():
            return answer
        time.sleep(0.05)
    pytest.fail(f"not within {seconds} s: {getattr(condition, '__name__', condition)}")


@dataclass
class Processes:
    """The product's processes, each by the name it has under `manage.py up`."""

    environment: dict[str, str]
    logs: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, *names: str) -> None:
        """Start processes by name; a Celery worker is waited for until it takes tasks."""
        for name in names:
            command = list(COMMANDS[name])
            if name in ("sweeper", "worker"):
                command += ["-n", f"{name}-{secrets.token_hex(4)}@%h"]
            with (self.logs / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    command,
                    cwd=BASE,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for name in names:
            self._wait_for(name)

    def log_of(self, name: str) -> str:
        return (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")

    def kill(self, name: str) -> None:
        """End a process and all it started, as `kill -9` would."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self, *names: str) -> None:
        """End processes in order; all of them when none is named."""
        chosen = names or tuple(self.running)
        for name in chosen:
            self.running[name].terminate()
        for name in chosen:
            process = self.running.pop(name)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def ended(self) -> list[str]:
        """Return the names of the processes that have ended by themselves."""
        return [name for name, process in self.running.items() if process.poll() is not None]

    def _wait_for(self, name: str) -> None:
        if name == "web":
            address = f"http://127.0.0.1:{self.environment['PORT']}/livez"
            wait_until(lambda: _answers(address), seconds=60)
        if name in ("sweeper", "worker"):
            wait_until(lambda: " ready." in self.log_of(name) or self._ended(name), seconds=60)

    def _ended(self, name: str) -> bool:
        if self.running[name].poll() is None:
            return False
        pytest.fail(f"{name} ended:\n{self.log_of(name)[-3000:]}")


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def _environment(database_url: str, redis_url: str) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "PORT": str(free_port()),
        "PYTHONPATH": str(BASE),
    }


def _url_of_test_database() -> str:
    from django.db import connection

    parts = connection.settings_dict
    login = f"{quote(parts['USER'], safe='')}:{quote(parts['PASSWORD'], safe='')}"
    return f"postgresql://{login}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"


@pytest.fixture
def processes(transactional_db: None, tmp_path: Path) -> Iterator[Processes]:
    """The product's processes on the database of the test run; none is started yet."""
    from django.conf import settings

    found = Processes(_environment(_url_of_test_database(), settings.REDIS_URL), tmp_path)
    _forget_queued_tasks()
    try:
        yield found
    finally:
        found.stop()
        _forget_queued_tasks()


@pytest.fixture
def live_stack(processes: Processes) -> Processes:
    """A real sweeper, worker and beat; what the test commits, they see."""
    processes.start("sweeper", "worker", "beat")
    return processes


@pytest.fixture
def live_web(processes: Processes) -> str:
    """Return the address of a real web server; what the test commits, it sees."""
    processes.start("web")
    return f"http://127.0.0.1:{processes.environment['PORT']}"


def _forget_queued_tasks() -> None:
    """Empty the Redis database of this run (or of this xdist worker)."""
    import redis
    from django.conf import settings

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@dataclass
class OwnStack(Processes):
    """Processes and the two servers below them, all of this test alone."""

    postgres: Postgres = field(kw_only=True)
    redis: Redis = field(kw_only=True)


@pytest.fixture
def own_stack(tmp_path: Path, django_db_blocker: Any) -> Iterator[OwnStack]:
    """A migrated PostgreSQL and a Valkey the test may break; no process is started yet.

    Rows are not rolled back, the servers are thrown away.
    """
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-own-"))
    folder.chmod(0o755)
    # Not fast: a crash must be survived as in earnest.
    postgres, redis = Postgres(folder / "pg"), Redis(folder / "redis")
    environment = _environment("", "")
    stack = OwnStack(environment, tmp_path, postgres=postgres, redis=redis)
    try:
        postgres.start()
        redis.start()
        environment |= {"DATABASE_URL": postgres.url, "REDIS_URL": redis.url}
        manage = [sys.executable, str(BASE / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0", "--skip-checks"], check=True, env=environment)
        with django_db_blocker.unblock(), _django_on(postgres, redis):
            yield stack
            stack.stop()
    finally:
        stack.stop()
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _django_on(postgres: Postgres, redis: Redis) -> Iterator[None]:
    """Let Django and Celery of the test process use these servers."""
    from django.db import connections

    usual = connections["default"]
    own = connections.create_connection("default")
    own.settings_dict = usual.settings_dict | {
        "NAME": "helpdesk",
        "PORT": postgres.port,
        "PASSWORD": postgres.password,
    }
    connections["default"] = own
    with _publishing_to(redis.url):
        try:
            yield
        finally:
            own.close()
            connections["default"] = usual


@contextmanager
def _publishing_to(url: str) -> Iterator[None]:
    from helpdesk.celery import app

    usual = app.conf.broker_url
    try:
        _point(app, url)
        yield
    finally:
        _point(app, usual)


def _point(app: Any, url: str) -> None:
    app.conf.broker_url = url
    app.conf.broker_write_url = app.conf.broker_read_url = url
    if app._pool is not None:
        app._pool.force_close_all()
    app._pool = app.amqp._producer_pool = None
