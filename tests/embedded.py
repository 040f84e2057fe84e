"""pytest plugin: a throw-away PostgreSQL and Valkey for one test run.

It works at import, because pytest-django reads the settings before any hook or conftest of
ours. What the environment says about the installation is put aside first: a test run never
touches a database it has not made. CI with servers of its own names them in
HELPDESK_TEST_DATABASE_URL and HELPDESK_TEST_REDIS_URL.
"""

import os
import re
import shutil
import tempfile
from pathlib import Path

import pytest

from helpdesk import messages
from helpdesk.embedded import EmbeddedError, Postgres, Redis

BASE = Path(__file__).resolve().parent.parent
OURS = re.compile(
    r"^(HELPDESK_(?!TEST_|PG_BINDIR|REDIS_BIN|RUN_AS)|DATABASE_URL|REDIS_URL|EMAIL_URL|PORT$)"
)

_servers: list[Postgres | Redis] = []
_folder: Path | None = None


def _boot() -> None:
    """Start both servers in the process that leads the run; its workers inherit the addresses."""
    global _folder
    for name in [name for name in os.environ if OURS.match(name)]:
        del os.environ[name]
    _folder = Path(tempfile.mkdtemp(prefix="helpdesk-test-"))
    _folder.chmod(0o755)  # the account the servers run as must get in
    os.environ["HELPDESK_DATA"] = str(_folder)
    os.environ["HELPDESK_STATIC_FROM_SOURCE"] = "true"
    os.environ["HELPDESK_FROM_EMAIL"] = "Service Desk <service-desk@example.org>"
    database, redis = Postgres(_folder / "pg", fast=True), Redis(_folder / "redis", fast=True)
    for server, name in ((database, "DATABASE_URL"), (redis, "REDIS_URL")):
        if chosen := os.environ.get(f"HELPDESK_TEST_{name}"):
            os.environ[name] = chosen
            continue
        server.start()
        _servers.append(server)
        os.environ[name] = server.url
    messages.compile_stale([BASE / "locale"])


def _take_own_redis_database() -> None:
    """Give each xdist worker its own numbered database of the one server."""
    number = int(os.environ["PYTEST_XDIST_WORKER"].removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = re.sub(r"/\d+$", f"/{number}", os.environ["REDIS_URL"])


def _end() -> None:
    while _servers:
        _servers.pop().stop()
    if _folder is not None:
        shutil.rmtree(_folder, ignore_errors=True)


if "PYTEST_XDIST_WORKER" in os.environ:
    _take_own_redis_database()
else:
    try:
        _boot()
    except EmbeddedError as error:
        _end()
        raise pytest.UsageError(f"The servers of the test run do not start: {error}") from error


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    from django.conf import settings

    # The real hashers are slow on purpose. This one's hashes are verified by the real one,
    # so a web server in another process accepts them.
    settings.PASSWORD_HASHERS = ["tests.hashers.FastHasher", *settings.PASSWORD_HASHERS]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    _end()
