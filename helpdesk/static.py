"""When static files are collected."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.core.management import call_command


def collect_if_changed() -> None:
    """Collect the static files unless those collected last are of the same sources."""
    root: Path = settings.STATIC_ROOT
    stamp = root / ".sources"
    sources = _fingerprint()
    if stamp.exists() and stamp.read_text(encoding="ascii") == sources:
        return
    call_command("collectstatic", interactive=False, clear=root.exists(), verbosity=0)
    stamp.write_text(sources, encoding="ascii")


def _fingerprint() -> str:
    # Ours by name, size and time; those of libraries by the lock of their versions.
    lock = settings.BASE_DIR / "requirements" / "base.txt"
    digest = hashlib.sha256(lock.read_bytes() if lock.exists() else b"")
    for folder in settings.STATICFILES_DIRS:
        for path in sorted(Path(folder).rglob("*")):
            status = path.stat()
            digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
