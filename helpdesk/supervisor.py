"""Start programs in order, watch them, restart what ends, stop in the reverse order.

For `manage.py up` alone: production leaves this to systemd or a container platform.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from helpdesk.embedded.process import die_with_parent

LOOK_SECONDS = 0.2
LONGEST_PAUSE = 30.0
# A program that ran this long and then ended is started again without a pause.
STEADY_SECONDS = 10.0
LOG_LIMIT = 10_000_000  # bytes; a longer log is put aside at the start, one generation is kept


class Child(Protocol):
    """What the supervisor needs to know about anything it keeps running."""

    @property
    def name(self) -> str: ...
    def start(self) -> None: ...
    def stop(self) -> None: ...
    def is_running(self) -> bool: ...


class Program:
    """One child process in a process group of its own, its output in a log file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        dies_by: signal.Signals = signal.SIGKILL,
        grace: float = 15.0,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self.grace = grace
        self._dies_by = dies_by
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603  our own programs
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the supervisor only
                preexec_fn=die_with_parent(self._dies_by),
            )

    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def ask_to_stop(self) -> None:
        if self._process is not None and self.is_running():
            self._process.terminate()

    def stop(self) -> None:
        """Ask, wait for the grace, then end what is left of the group."""
        if self._process is None:
            return
        self.ask_to_stop()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(self.grace)
        self.kill()

    def kill(self) -> None:
        """End the group at once; also what a killed parent left behind in it."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


@dataclass
class _Watched:
    child: Child
    started: float
    pause: float = 0.0
    next_try: float | None = None


@dataclass
class Supervisor:
    """The running children; they stop in the reverse order of this list."""

    say: Callable[[str], None]
    _watched: list[_Watched] = field(default_factory=list)

    def add(self, child: Child, *, below: str | None = None) -> None:
        """Start `child` and keep it running; it stops after the child named `below`."""
        names = [watched.child.name for watched in self._watched]
        position = names.index(below) if below else len(names)
        # Listed first: what an interrupted start left is then stopped too.
        self._watched.insert(position, _Watched(child, started=time.monotonic()))
        child.start()

    def watch(self) -> None:
        """Restart what ends, until a signal raises out of here."""
        while True:
            for watched in self._watched:
                self._look_after(watched)
            time.sleep(LOOK_SECONDS)

    def stop(self) -> None:
        """Stop all, the last in the list first."""
        while self._watched:
            child = self._watched[-1].child
            try:
                child.stop()
            except Exception as error:  # noqa: BLE001  one that resists must not save the others
                self.say(f"{child.name} did not stop: {error}")
            self._watched.pop()

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.next_try is None:
            if watched.child.is_running():
                return
            steady = now - watched.started > STEADY_SECONDS
            watched.pause = 0.0 if steady else min(max(0.5, watched.pause * 2), LONGEST_PAUSE)
            watched.next_try = now + watched.pause
            self.say(f"{watched.child.name} ended unexpectedly; starting it again.")
        if now < watched.next_try:
            return
        watched.started, watched.next_try = now, None
        try:
            watched.child.stop()  # of a killed parent, whatever it left
            watched.child.start()
        except Exception as error:  # noqa: BLE001  the next look tries again
            self.say(f"{watched.child.name} did not start: {error}")
