"""What the product takes as a whole: memory of its processes, and the time of a second start."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from helpdesk.embedded.process import free_port
from tests.benchmarks.servers import Bench, memory_mib
from tests.stack import BASE

PROGRAMS = ("web", "sweeper", "worker", "beat")


def memory(bench: Bench) -> dict[str, tuple[float, float]]:
    """Return RSS and PSS in MiB of each of the product's programs, after the load."""
    bench.product.start("sweeper", "worker", "beat")
    time.sleep(5)
    found = {name: memory_mib(bench.pids(bench.product, name)) for name in PROGRAMS}
    bench.product.stop("beat", "sweeper", "worker")
    return found


def starts() -> tuple[float, float]:
    """Return the seconds from `make run` to the first page: on an empty folder, and again."""
    folder = Path(tempfile.mkdtemp(prefix="helpdesk-start-"))
    folder.chmod(0o755)
    try:
        return _start(folder), _start(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(folder: Path) -> float:
    port = free_port()
    ours = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    environment = {k: v for k, v in os.environ.items() if k not in ours}
    environment |= {"HELPDESK_DATA": str(folder), "PORT": str(port)}
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "up"], cwd=BASE, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        while not _answers(f"http://127.0.0.1:{port}/auth/login/"):
            if process.poll() is not None or time.perf_counter() - begin > 300:
                raise RuntimeError("The product did not start.")
            time.sleep(0.02)
        return time.perf_counter() - begin
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - ours
            return bool(answer.status == 200)
    except urllib.error.HTTPError as error:
        return error.code == 404  # a page that is not built yet; the server is there
    except OSError:
        return False
