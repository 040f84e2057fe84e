"""/livez and /readyz tell the truth, and to anybody."""

import os
import subprocess
import sys

import pytest
from django.core.cache import caches
from redis import ConnectionError as RedisDown
from redis import Redis

from helpdesk import cache, health, heartbeat

SWEEP = "escalation.tasks.sweep"

pytestmark = pytest.mark.django_db


@pytest.fixture
def no_redis(monkeypatch):
    """Redis refuses every connection, as when its process is gone."""

    def refuse(*_: object, **__: object) -> None:
        raise RedisDown("refused")

    monkeypatch.setattr(Redis, "execute_command", refuse)
    monkeypatch.setattr(cache.TolerantClient, "_silent_until", 0.0)


def test_a_live_process_says_so(client):
    answer = client.get("/livez")

    assert (answer.status_code, answer.content) == (200, b"alive")
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_a_sweep_ran_lately(client):
    heartbeat.beat(SWEEP)

    answer = client.get("/readyz?strict=1")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_a_late_sweep_degrades_and_fails_only_the_strict(client, settings):
    heartbeat.beat(SWEEP)
    settings.HELPDESK_SWEEP_LATE = -1

    assert client.get("/readyz").status_code == 200
    strict = client.get("/readyz?strict=1")

    assert strict.status_code == 503
    assert strict.json()["status"] == "degraded"
    assert strict.json()["checks"]["sweep"].startswith("last ran")


def test_without_redis_pages_go_on(client, no_redis):
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["checks"]["redis"] == "does not answer"


def test_a_table_that_is_not_migrated_is_unavailable(client, monkeypatch):
    from django.db.migrations.executor import MigrationExecutor

    health._check_migrations.cache_clear()  # a process asks until nothing waits
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda *_: [("a migration", False)])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["migrations"] == "1 not applied"


def test_the_tolerant_cache_is_empty_and_the_strict_one_raises(no_redis):
    tolerant, strict = caches["default"], caches["strict"]

    tolerant.set("k", 1)
    assert tolerant.get("k", "fallback") == "fallback"
    assert tolerant.get_many(["k"]) == {}
    assert tolerant.add("k", 1) is True
    with pytest.raises(RedisDown):
        strict.get("k")


def test_the_tolerant_cache_works_while_redis_does():
    tolerant = caches["default"]

    tolerant.set("k", {"a": 1}, 60)

    assert tolerant.get("k") == {"a": 1}
    tolerant.set("n", 1)
    assert tolerant.incr("n") == 2
    tolerant.delete("k")
    assert tolerant.get("k") is None


def test_the_probe_of_the_image_is_answered_under_any_host_name(tmp_path):
    ask = (
        "import django; django.setup(); from django.test import Client; "
        "print(Client().get('/livez', headers={'host': '127.0.0.1:8000'}).status_code)"
    )
    around = os.environ | {
        "HELPDESK_ALLOWED_HOSTS": "desk.example.org", "HELPDESK_DATA": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "helpdesk.settings",
    }  # fmt: skip

    told = subprocess.run(
        [sys.executable, "-c", ask], env=around, capture_output=True, text=True, check=True
    )

    assert told.stdout.strip() == "200"
