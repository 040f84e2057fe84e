"""The state folder: everything this installation has written, outside version control."""

import fcntl
import hashlib
import os
import secrets
from pathlib import Path
from typing import IO

from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.process import Account, EmbeddedError, kept
from helpdesk.embedded.redis import Redis

CODE = Path(__file__).resolve().parents[2]


class State:
    """`HELPDESK_DATA`, else `var/` beside the code."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.postgres = Postgres(root / "pg")
        self.redis = Redis(root / "redis")
        self._lock: IO[str] | None = None

    @property
    def secret_key(self) -> str:
        """Return this installation's key for signatures, made on first use (0600)."""
        return kept(self.root / "secret_key", lambda: secrets.token_urlsafe(50))

    def lock(self) -> None:
        """Hold the folder for this process; `EmbeddedError` when another one holds it."""
        self.root.mkdir(parents=True, exist_ok=True)
        handle = (self.root / "lock").open("a+", encoding="ascii")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            handle.close()
            raise EmbeddedError(
                f"Another run uses {self.root} already: stop it, or set HELPDESK_DATA."
            ) from error
        self._lock = handle


def state() -> State:
    """Return this installation's state folder; nothing is started and nothing connected to."""
    return State(_root())


def _root() -> Path:
    if chosen := os.environ.get("HELPDESK_DATA"):
        return Path(chosen).resolve()
    beside = CODE / "var"
    if os.geteuid() != 0 or Account().can_reach(CODE):
        return beside
    # A clone in root's home, which the account of the servers may not enter.
    mark = hashlib.sha256(str(CODE).encode()).hexdigest()[:8]
    return Path("/var/lib/helpdesk") / f"{CODE.name}-{mark}"
