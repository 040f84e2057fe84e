"""System checks: what this installation needs and what would be dangerous in earnest."""

from collections.abc import Sequence
from typing import Any

import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import Error as DatabaseError
from django.db import connections

OLDEST_POSTGRES = 15


@register(Tags.database)
def check_postgres(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """PostgreSQL is new enough and pg_trgm can be created there."""
    found: list[CheckMessage] = []
    for alias in databases or []:
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                cursor.execute("SHOW server_version_num")
                major = int(cursor.fetchone()[0]) // 10_000
                cursor.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm'")
                has_trigrams = cursor.fetchone() is not None
        except DatabaseError as error:
            found.append(Error(f"The database does not answer: {error}", id="helpdesk.E001"))
            continue
        if major < OLDEST_POSTGRES:
            text = f"PostgreSQL {major} is too old; {OLDEST_POSTGRES} or newer is needed."
            found.append(Error(text, id="helpdesk.E002"))
        if not has_trigrams:
            text = "PostgreSQL lacks the extension pg_trgm (Debian: postgresql-contrib)."
            found.append(Error(text, id="helpdesk.E003"))
    return found


@register(Tags.database)
def check_redis(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Redis or Valkey answers; pages work without it, escalation and mail do not."""
    if not databases:
        return []
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        with client:
            client.ping()
    except redis.RedisError as error:
        text = (
            f"Redis does not answer ({type(error).__name__}): nothing escalates, no mail leaves."
        )
        return [Warning(text, id="helpdesk.W001")]
    return []


@register(Tags.security, deploy=True)
def check_deployment(**_: Any) -> list[CheckMessage]:
    """Settings that are right for a try-out and wrong where real people work."""
    found: list[CheckMessage] = []
    if settings.HELPDESK_DEMO:
        text = "HELPDESK_DEMO is true: persons with a published password can sign in."
        found.append(Warning(text, id="helpdesk.W002"))
    if settings.KEY_FROM_STATE_FOLDER:
        text = "Set HELPDESK_SECRET_KEY: the key of the state folder is this machine's alone."
        found.append(Warning(text, id="helpdesk.W003"))
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        text = "Set EMAIL_URL: mails are only written to files."
        found.append(Warning(text, id="helpdesk.W004"))
    if "*" in settings.ALLOWED_HOSTS:
        text = "HELPDESK_ALLOWED_HOSTS contains '*': links in mails could point anywhere."
        found.append(Warning(text, id="helpdesk.W005"))
    return found
