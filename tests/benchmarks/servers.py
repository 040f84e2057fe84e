"""What is measured runs as in earnest: servers that write to disk, and the product's processes."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2

from helpdesk.embedded import Postgres, Redis
from helpdesk.embedded.process import free_port
from tests.stack import BASE, Processes

FLOOR = "tests.benchmarks.floor_settings"


@dataclass
class Bench:
    """The two servers, the product's processes, and the floor under the same gunicorn."""

    folder: Path
    postgres: Postgres
    redis: Redis
    product: Processes
    floor: Processes
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        """The port of the product's web server."""
        return int(self.product.environment["PORT"])

    @property
    def floor_port(self) -> int:
        """The port of the floor's web server."""
        return int(self.floor.environment["PORT"])

    def pids(self, processes: Processes, *names: str) -> list[int]:
        """Return the processes of some programs with all their children."""
        roots = [processes.running[name].pid for name in names or processes.running]
        return [pid for root in roots for pid in (root, *_children(root))]


@contextmanager
def bench() -> Iterator[Bench]:
    """Start both servers in a folder of their own and set Django up on them."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-bench-"))
    folder.chmod(0o755)
    postgres, redis = Postgres(folder / "pg"), Redis(folder / "redis")
    try:
        postgres.start()
        _remember_commits(postgres)
        redis.start()
        environment = _environment(folder, postgres, redis)
        os.environ.update(environment)
        _django()
        found = Bench(
            folder=folder, postgres=postgres, redis=redis,
            product=_processes(folder, "product", environment),
            floor=_processes(folder, "floor", environment | {"DJANGO_SETTINGS_MODULE": FLOOR}),
        )  # fmt: skip
        try:
            yield found
        finally:
            found.product.stop()
            found.floor.stop()
    finally:
        redis.stop()
        postgres.stop()
        shutil.rmtree(folder, ignore_errors=True)


def cpu_seconds(pids: list[int]) -> float:
    """Return the processor time that all threads of some processes have used."""
    total = 0
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total / 1e9


def memory_mib(pids: list[int]) -> tuple[float, float]:
    """Return the sums of RSS and PSS of some processes, in MiB."""
    sums = {"Rss": 0, "Pss": 0}
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
            name, _colon, rest = line.partition(":")
            if name in sums:
                sums[name] += int(rest.split()[0])
    return sums["Rss"] / 1024, sums["Pss"] / 1024


def _remember_commits(postgres: Postgres) -> None:
    """Let the server keep the instant of each commit: latencies end there, not at a write."""
    connection = psycopg2.connect(postgres.url_of("postgres"))
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    connection.close()
    postgres.stop()
    postgres.start()


def _environment(folder: Path, postgres: Postgres, redis: Redis) -> dict[str, str]:
    return {
        "HELPDESK_DATA": str(folder),
        "DATABASE_URL": postgres.url,
        "REDIS_URL": redis.url,
        "HELPDESK_DEMO": "true",
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
        "PYTHONPATH": str(BASE),
    }


def _processes(folder: Path, name: str, environment: dict[str, str]) -> Processes:
    logs = folder / name
    logs.mkdir()
    return Processes(os.environ | environment | {"PORT": str(free_port())}, logs)


def _django() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    # In a process of its own: what it imports is no part of what is measured here.
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0", "--skip-checks"],
        check=True,
        cwd=BASE,
    )


def _children(pid: int) -> list[int]:
    found: list[int] = []
    path = Path(f"/proc/{pid}/task/{pid}/children")
    for child in path.read_text(encoding="ascii").split():
        found += [int(child), *_children(int(child))]
    return found


def versions() -> dict[str, str]:
    """Return what ran: Python, Django, PostgreSQL, the commit, the machine."""
    import platform

    import django
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        server = cursor.fetchone()[0]
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=BASE,
        capture_output=True,
        text=True,
        check=False,
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    answer: dict[str, Any] = {
        "commit": commit.stdout.strip() or "unknown",
        "Python": platform.python_version(),
        "Django": django.__version__,
        "PostgreSQL": f"{server}, fsync on",
        "machine": f"{_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB",
        "load before the run": f"{os.getloadavg()[0]:.2f}",
    }
    return answer


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unknown processor"
