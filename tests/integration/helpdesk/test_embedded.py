"""The embedded servers: start, stop, crash, a leftover, a folder nobody else may read."""

import contextlib
import os
import shutil
import socket
import stat
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg2
import pytest
import redis

from helpdesk.embedded import EmbeddedError, Postgres, Redis, State
from helpdesk.embedded.process import free_port, is_free, kept


@pytest.fixture
def folder() -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix="helpdesk-emb-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def postgres(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "pg")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey(folder: Path) -> Iterator[Redis]:
    server = Redis(folder / "redis")
    server.start()
    yield server
    server.stop()


def ask(server: Postgres, statement: str) -> object:
    with contextlib.closing(psycopg2.connect(server.url)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None


def test_postgres_keeps_rows_port_and_password_over_a_restart(postgres):
    ask(postgres, "CREATE TABLE t AS SELECT 7 AS n")
    before = postgres.url

    postgres.stop()
    postgres.start()

    assert postgres.url == before
    assert ask(postgres, "SELECT n FROM t") == 7


def test_postgres_keeps_what_was_committed_when_it_crashes(postgres):
    ask(postgres, "CREATE TABLE t AS SELECT generate_series(1, 5000) AS n")

    postgres.stop(at_once=True)
    postgres.start()

    assert ask(postgres, "SELECT count(*) FROM t") == 5000


def test_postgres_wants_the_password_and_has_what_the_product_needs(postgres):
    with pytest.raises(psycopg2.OperationalError, match="password"):
        psycopg2.connect(postgres.url.replace(postgres.password, "guess"))

    assert ask(postgres, "SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'") == 1
    assert ask(postgres, "SELECT lower('ÄÖÜ') = 'äöü'") is True
    assert int(str(ask(postgres, "SHOW server_version_num"))) >= 150000


def test_a_postgres_without_a_supervisor_is_ended_and_started_anew(postgres):
    ask(postgres, "CREATE TABLE t AS SELECT 7 AS n")
    leftover = postgres.process
    assert leftover is not None
    again = Postgres(postgres.root)

    again.start()

    try:
        assert leftover.wait(10) == 0
        assert again.process is not None
        assert again.process.pid != leftover.pid
        assert ask(again, "SELECT n FROM t") == 7
    finally:
        again.stop()


def test_a_data_folder_of_another_version_is_refused(postgres):
    postgres.stop()
    (postgres.data / "PG_VERSION").write_text("9\n", encoding="ascii")

    with pytest.raises(EmbeddedError, match="another PostgreSQL"):
        postgres.start()


def test_an_interrupted_initialisation_is_done_again(folder):
    server = Postgres(folder / "pg", fast=True)
    (folder / "pg" / "data" / "base").mkdir(parents=True)

    server.start()

    server.stop()


def test_a_path_too_long_for_a_socket_serves_tcp(folder):
    server = Postgres(folder / ("x" * 60) / ("y" * 60), fast=True)

    server.start()

    assert ask(server, "SHOW unix_socket_directories") == ""
    server.stop()


def test_a_taken_port_is_given_up_and_ones_own_is_not(postgres, folder):
    assert postgres.move_off_a_taken_port() is False
    other = Postgres(folder / "other")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", other.port))
        taken.listen()
        old = other.port

        assert other.move_off_a_taken_port() is True

        assert other.port != old


def test_valkey_keeps_a_key_when_it_stops(valkey):
    with redis.Redis.from_url(valkey.url) as client:
        client.set("k", "v")
    valkey.stop()

    valkey.start()

    with redis.Redis.from_url(valkey.url, decode_responses=True) as client:
        assert client.get("k") == "v"
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=valkey.port).ping()


def test_a_valkey_without_a_supervisor_is_ended_and_started_anew(valkey):
    leftover = valkey.process
    again = Redis(valkey.root)

    again.start()

    assert leftover.wait(10) == 0
    assert again.is_running()
    again.stop()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")
def test_as_root_both_servers_run_without_rights(postgres, valkey):
    for server in (postgres, valkey):
        status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
        user = next(line for line in status.splitlines() if line.startswith("Uid:"))

        assert "0" not in user.split()[1:]


def test_secrets_are_readable_by_their_owner_alone_and_never_arguments(postgres, valkey):
    for server in (postgres, valkey):
        password = server.root / "password"
        command = Path(f"/proc/{server.process.pid}/cmdline").read_bytes()

        assert stat.S_IMODE(password.stat().st_mode) == 0o600
        assert server.password.encode() not in command


def test_many_at_once_agree_on_what_is_kept(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(lambda n: kept(tmp_path / "f", lambda: f"v{n}"), range(64)))

    assert len(answers) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["f"]


def test_one_folder_has_one_holder(tmp_path):
    first, second = State(tmp_path), State(tmp_path)
    first.lock()

    with pytest.raises(EmbeddedError, match="HELPDESK_DATA"):
        second.lock()


def test_a_free_port_is_free():
    assert is_free(free_port())
