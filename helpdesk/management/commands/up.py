"""The whole service desk on one machine, under one supervisor."""

import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from helpdesk import embedded, messages, static
from helpdesk.supervisor import Program, Supervisor

WEB_SECONDS = 60
DEMO_PERSONS = "nadia, reto, chiara, sylvie, beat"
DEMO_PASSWORD = "helpdesk-demo"  # noqa: S105  published, and refused where HELPDESK_DEMO is off


class Command(BaseCommand):
    help = (
        "Start PostgreSQL, Valkey, the web server, the workers and beat, and keep them running "
        "until Ctrl-C. With DATABASE_URL or REDIS_URL set, that server is used and not started."
    )
    # The database is only about to start.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--services-only",
            action="store_true",
            help="only PostgreSQL and Valkey, for work with other commands beside",
        )

    def handle(self, *, services_only: bool, **options: Any) -> None:
        self.began = time.monotonic()
        self.supervisor = Supervisor(self.say)
        self.services_only = services_only
        _listen_for_the_end()
        try:
            settings.STATE.lock()
            self.start_all()
            self.supervisor.watch()
        except KeyboardInterrupt:
            self.say("Stopping …")
        except embedded.EmbeddedError as error:
            raise CommandError(str(error)) from error
        finally:
            self.stop_all()

    def say(self, text: str) -> None:
        """Write a line; a reader that went away (`make run | head`) must not stop the work."""
        try:
            self.stdout.write(text)
            self.stdout.flush()
        except (BrokenPipeError, ValueError):
            # From now on into nothing, so that the interpreter's last flush is quiet too.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

    def start_all(self) -> None:
        if not self.services_only:
            _refuse_a_taken_port(_port())
        self.start_services()
        if self.services_only:
            self.say("PostgreSQL and Valkey are running. Ctrl-C stops them.")
            return
        self.prepare()
        self.start_web()
        self.start_jobs()
        self.announce()

    def start_services(self) -> None:
        servers: list[embedded.Postgres | embedded.Redis] = []
        if settings.EMBEDDED_DATABASE:
            servers.append(settings.STATE.postgres)
        if settings.EMBEDDED_REDIS:
            servers.append(settings.STATE.redis)
        # Every server is asked, also after one has moved.
        moved = [server for server in servers if server.move_off_a_taken_port()]
        if moved:
            self.say("Another program took a port of ours; starting with a new one.")
            # The settings hold the old port, here and in whatever read them.
            os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606
        for server in servers:
            self.supervisor.add(server)
        if servers:
            names = " and ".join(server.name for server in servers)
            self.say(f"{names} started ({self.elapsed()}).")

    def prepare(self) -> None:
        """Bring tables, translations and static files up to date; skip what already is."""
        with connection.cursor() as cursor:
            # Of this connection alone. A crash now loses the last steps, never half of one, and
            # the next start does them again.
            cursor.execute("SET synchronous_commit TO off; SET statement_timeout TO 0")
        if _has_open_migrations():
            self.say("Migrating the database …")
            call_command("migrate", interactive=False, verbosity=0)
        messages.compile_stale(settings.LOCALE_PATHS)
        if not settings.STATIC_FROM_SOURCE:
            static.collect_if_changed()
        if settings.HELPDESK_DEMO:
            self.fill_demo()
        connection.close()

    def fill_demo(self) -> None:
        from django.contrib.auth import get_user_model

        unfinished = settings.STATE.root / "demo-unfinished"
        if unfinished.exists():
            self.say(f"The demo data is incomplete; to begin anew, delete {settings.STATE.root}")
        if "seed_demo" not in get_commands() or get_user_model()._default_manager.exists():
            return
        self.say("Filling in the demo hospital, once …")
        unfinished.touch()
        call_command("seed_demo", verbosity=0)
        unfinished.unlink()

    def start_web(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "-c", "python:helpdesk.gunicorn_conf"]
        self.supervisor.add(self.program("web", command, dies_by=signal.SIGTERM, grace=10.0))
        self.wait_for_web()

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + WEB_SECONDS
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{_address()}/livez", timeout=2):  # noqa: S310
                    return
            except urllib.error.HTTPError:
                return  # it answers, whatever it says
            except OSError:
                time.sleep(0.05)
        raise CommandError(f"The web server does not answer; read {self.logs}/web.log")

    def start_jobs(self) -> None:
        celery = [sys.executable, "-m", "celery", "--skip-checks", "-A"]
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "INFO"]
        beat = [*celery, "helpdesk.beat", "beat", "-l", "WARNING", "--pidfile="]
        workers = [*celery, "helpdesk", "worker", *quiet]
        sweeper = [*workers, "--pool=solo", "-Q", "sweep", "-n", "sweeper@%h"]
        worker = [*workers, "--pool=threads", "-c", "4", "-Q", "default", "-n", "worker@%h"]
        # The web server is started first, for the first page, and stops first as well.
        self.supervisor.add(self.program("beat", beat), below="web")
        self.supervisor.add(self.program("sweeper", sweeper), below="web")
        self.supervisor.add(self.program("worker", worker), below="web")

    def program(self, name: str, command: list[str], **options: Any) -> Program:
        return Program(name, command, log=self.logs / f"{name}.log", **options)

    @property
    def logs(self) -> Path:
        path: Path = settings.STATE.root / "logs"
        return path

    def announce(self) -> None:
        self.say(f"\n  The service desk runs at {_address()}  ({self.elapsed()})\n")
        if settings.HELPDESK_DEMO:
            self.say(f"  Sign in as {DEMO_PERSONS}; the password is {DEMO_PASSWORD}")
        if settings.EMBEDDED_DATABASE or settings.EMBEDDED_REDIS:
            self.say("  The built-in servers are for evaluation, development and tests only.")
        self.say(f"  Logs: {self.logs}   Stop: Ctrl-C\n")

    def stop_all(self) -> None:
        # A second Ctrl-C must not leave half of them behind; each stop has its own time limit.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        self.supervisor.stop()

    def elapsed(self) -> str:
        return f"{time.monotonic() - self.began:.1f} s"


def _listen_for_the_end() -> None:
    # A script that starts us in the background passes SIGINT on as ignored; we listen anyway.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup keeps us running
        signal.signal(signal.SIGHUP, _interrupt)


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _port() -> int:
    port: int = settings.PORT
    return port


def _address() -> str:
    return f"http://127.0.0.1:{_port()}"


def _refuse_a_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is taken. Choose another one: make run PORT={port + 1}"
            ) from error


def _has_open_migrations() -> bool:
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
