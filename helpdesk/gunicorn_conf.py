"""gunicorn's configuration, the same under `make run` and in the image."""

import gc
import os
import signal
from typing import Any

from helpdesk.embedded.process import die_with_parent

bind = f"{os.environ.get('HELPDESK_BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("HELPDESK_WEB_WORKERS", "2"))
threads = int(os.environ.get("HELPDESK_WEB_THREADS", "8"))
preload_app = True  # the workers share the memory of the loaded application
timeout = 60
graceful_timeout = 5
keepalive = 5
max_requests = 10_000
max_requests_jitter = 1_000
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: S108  a heartbeat
accesslog = None
errorlog = "-"
control_socket_disable = True
wsgi_app = "helpdesk.wsgi:application"


def when_ready(server: Any) -> None:
    """Keep the collector away from what is loaded, or each worker copies those pages."""
    gc.collect()
    gc.freeze()


def post_fork(server: Any, worker: Any) -> None:
    """Tie the worker to its master: a killed master leaves nobody on the port."""
    if ask := die_with_parent(signal.SIGTERM, parent=server.pid):
        ask()
