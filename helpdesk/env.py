"""Strict readers of environment variables: a bad value stops the start, it is never guessed.

Every reader names the variable in its message. Secrets may come from a file instead:
`NAME_FILE` holds its path, as container platforms mount them.
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured


def flag(name: str, *, default: bool) -> bool:
    """Return a boolean; only the words "true" and "false" are accepted."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw not in ("true", "false"):
        raise ImproperlyConfigured(f"{name}={raw!r}: write 'true' or 'false'.")
    return raw == "true"


def number(name: str, *, default: int, at_least: int = 0) -> int:
    """Return a whole number not below `at_least`."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit() or int(raw) < at_least:
        raise ImproperlyConfigured(f"{name}={raw!r}: write a whole number from {at_least} up.")
    return int(raw)


def text(name: str, *, default: str = "") -> str:
    """Return a line of text; empty when neither set nor given a default."""
    return os.environ.get(name, default)


def choice(name: str, *, default: str, choices: Sequence[str]) -> str:
    """Return one of `choices`."""
    raw = os.environ.get(name, default)
    if raw not in choices:
        raise ImproperlyConfigured(f"{name}={raw!r}: write one of {', '.join(choices)}.")
    return raw


def listed(name: str, *, default: Sequence[str] = ()) -> list[str]:
    """Return the parts of a comma-separated value, without blanks and empty parts."""
    raw = os.environ.get(name)
    if raw is None:
        return list(default)
    return [part.strip() for part in raw.split(",") if part.strip()]


def secret(name: str) -> str | None:
    """Return the value of NAME, or the text of the file NAME_FILE; None when neither is set."""
    path = os.environ.get(f"{name}_FILE")
    if not path:
        return os.environ.get(name) or None
    if os.environ.get(name):
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one.")
    try:
        value = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error}.") from error
    if not value:
        raise ImproperlyConfigured(f"{name}_FILE={path!r} is empty.")
    return value


def database(url: str) -> dict[str, Any]:
    """Return Django's connection settings for a PostgreSQL address; other engines are refused."""
    parsed: dict[str, Any] = environ.Env.db_url_config(url)
    if parsed.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://")
    return parsed


def email(url: str) -> dict[str, Any]:
    """Return Django's EMAIL_… settings for an address such as smtp+tls://user:word@host:587."""
    try:
        parsed: dict[str, Any] = environ.Env.email_url_config(url)
    except (KeyError, ValueError) as error:
        raise ImproperlyConfigured("EMAIL_URL is not an address of a mail server.") from error
    return parsed
