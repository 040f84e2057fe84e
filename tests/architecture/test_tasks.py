"""Tasks are named, not imported: each name must be a task that exists."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

from helpdesk import schedule
from helpdesk.celery import app
from tests.architecture.source import modules, place, tree


def woken() -> list[tuple[str, str]]:
    """Return every name given to wake(), with its place."""
    return [
        (f"{place(path)}:{node.lineno}", node.args[0].value)
        for path in modules()
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "wake"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


@pytest.fixture(scope="module")
def known() -> set[str]:
    app.loader.import_default_modules()
    return set(app.tasks)


def test_every_name_that_is_woken_is_a_task(known: set[str]) -> None:
    assert woken()
    assert [pair for pair in woken() if pair[1] not in known] == []


def test_every_periodic_task_exists_and_expires(known: set[str]) -> None:
    for name, entry in schedule.SCHEDULE.items():
        assert entry["task"] in known, name
        assert entry["options"]["expires"] > 0, name  # type: ignore[index]


def test_every_task_with_a_queue_of_its_own_exists(known: set[str]) -> None:
    assert set(schedule.ROUTES) | set(schedule.WATCHED) <= known


def test_every_task_of_ours_accepts_what_a_later_version_sends(known: set[str]) -> None:
    """Old and new code run together while a version changes."""
    import inspect

    ours = [t for t in known if not t.startswith("celery.")]
    assert ours
    for name in ours:
        parameters = inspect.signature(app.tasks[name].run).parameters.values()
        assert any(p.kind == p.VAR_KEYWORD for p in parameters), name


def test_tasks_are_never_eager() -> None:
    """An eager task shares the caller's transaction and hides what on_commit prevents."""
    assert not app.conf.task_always_eager
    assert not hasattr(settings, "CELERY_TASK_ALWAYS_EAGER")
    word = "task_always" + "_eager"
    root = Path(__file__).resolve().parents[1]
    users = [
        path.name
        for path in root.rglob("*.py")
        if word in path.read_text(encoding="utf-8").lower() and path != Path(__file__)
    ]
    assert users == []
