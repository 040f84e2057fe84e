"""What both servers need from the operating system: an account, a port, a tie to the parent."""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import random
import secrets
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Below the range from which systems take the ports of outgoing connections, so that a port
# kept for months is not lost to one of them.
PORTS = range(20000, 30000)
PR_SET_PDEATHSIG = 1


class EmbeddedError(Exception):
    """The embedded servers cannot run here; the text says what to do about it."""


class Account:
    """The account a server runs as.

    PostgreSQL refuses to run as root. As root both servers therefore run as an existing
    account without rights; as anybody else they run as that person.
    """

    def __init__(self) -> None:
        self.uid, self.gid = os.geteuid(), os.getegid()
        self.dropped = self.uid == 0
        if self.dropped:
            self.uid, self.gid = _unprivileged()

    @property
    def popen(self) -> dict[str, Any]:
        """Arguments for `subprocess` that start a program as this account."""
        if not self.dropped:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, folder: Path) -> None:
        """Create `folder` if need be and give it to this account alone."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.dropped:
            os.chown(folder, self.uid, self.gid)
        folder.chmod(0o700)

    def can_reach(self, path: Path) -> bool:
        """Tell whether this account may enter `path`: root's own home is closed to others."""
        if not self.dropped:
            return True
        folders = [folder for folder in (path, *path.parents) if folder.is_dir()]
        return all(self._may_enter(folder.stat()) for folder in folders)

    def _may_enter(self, status: os.stat_result) -> bool:
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def _unprivileged() -> tuple[int, int]:
    wanted = os.environ.get("HELPDESK_RUN_AS")
    for name in [wanted] if wanted else ["postgres", "nobody"]:
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
    raise EmbeddedError(
        "PostgreSQL does not run as root and no account to run it as was found: "
        "set HELPDESK_RUN_AS to an existing account without rights."
    )


def package_folder(name: str) -> Path | None:
    """Return the folder of an installed package without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def is_free(port: int) -> bool:
    """Tell whether a server could listen on `port` of the loopback address now."""
    with socket.socket() as probe:
        # As the servers do; without it a port just given up would count as taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port of the loopback address on which nobody listens."""
    for port in random.sample(PORTS, 200):
        if is_free(port):
            return port
    raise EmbeddedError("No free port between 20000 and 29999 was found.")


def kept(path: Path, make: Callable[[], str]) -> str:
    """Return the text of `path`; made by `make` and stored (0600) when the file is not there.

    Two processes that come at once end with the same text: the first to link wins.
    """
    with contextlib.suppress(FileNotFoundError):
        return path.read_text(encoding="ascii").strip()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(make(), encoding="ascii")
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
    return path.read_text(encoding="ascii").strip()


def die_with_parent(signal_number: int, *, parent: int | None = None) -> Callable[[], None] | None:
    """Return a function for the child that has the kernel signal it when the parent is gone.

    As a `preexec_fn` it runs after the change of account, which would clear the wish.
    `parent` is this process unless given. None where the system cannot do it (only Linux can).
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = parent or os.getpid()

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal_number)
        if os.getppid() != parent:  # it went between fork and here
            os._exit(1)

    return ask
