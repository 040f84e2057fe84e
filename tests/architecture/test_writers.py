"""Who writes: a table by the actions of its own app, and nobody else."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import APPS, kind, modules, place, tree

DOORS = {"views", "api", "tasks", "admin", "forms", "filters", "management", "authentication"}
WRITES = {
    "save", "create", "bulk_create", "bulk_update", "update", "update_or_create",
    "get_or_create", "delete",
}  # fmt: skip
MANAGERS = {"objects", "_base_manager", "_default_manager"}

# What looks like a write of a table and is none, or is one on purpose: each with its reason.
EXEMPT: dict[tuple[str, str], str] = {
    ("audit/actions.py", "save"): "save_reference is how the actions of every app save a row",
    ("common/admin.py", "save"): "formset.save(commit=False) collects; the actions write",
    ("desk/views/calls.py", "delete"): "cache.delete: a counter that no row depends on",
    ("helpdesk/management/commands/messages.py", "update"): "writes catalogues, which are files",
    ("setup/bulk/persons.py", "bulk_create"): "seed --tickets, the one exception (decisions 16)",
}


def doors() -> list[Path]:
    return [p for p in modules() if kind(p) in DOORS or p.parts[-2] == "views"]


def writes(path: Path) -> Iterator[tuple[ast.Call, str, str]]:
    """Yield the calls that may write, with the name of the method and what it is called on."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name, on = node.func.attr, ast.unparse(node.func.value)
            if name in WRITES and (place(path), name) not in EXEMPT:
                yield node, name, on


@pytest.mark.parametrize("path", doors(), ids=place)
def test_doors_do_not_write(path: Path) -> None:
    calls = [f"{place(path)}:{node.lineno} {on}.{name}()" for node, name, on in writes(path)]

    assert calls == []


@pytest.mark.parametrize("app", APPS)
def test_only_actions_write_rows(app: str) -> None:
    """Outside actions nothing is called on a manager, and no row saves itself."""
    calls = [
        f"{place(path)}:{node.lineno} {on}.{name}()"
        for path in modules()
        if path.parts[len(path.parts) - len(Path(place(path)).parts)] == app
        and kind(path) != "actions"
        for node, name, on in writes(path)
        if name not in {"update", "delete", "create", "save"} or _is_of_a_manager(on)
    ]

    assert calls == []


@pytest.mark.parametrize("app", APPS)
def test_actions_write_the_tables_of_their_own_app_only(app: str) -> None:
    calls = []
    for path in modules():
        if Path(place(path)).parts[0] != app or kind(path) != "actions":
            continue
        foreign = _models_of_others(path, app)
        for node, name, on in writes(path):
            root = on.split(".")[0].split("(")[0]
            if root in foreign and (_is_of_a_manager(on) or "(" in on):
                calls.append(f"{place(path)}:{node.lineno} {on}.{name}()")

    assert calls == []


def test_the_guard_sees_what_it_guards_against() -> None:
    """A test that cannot fail is a defect: each shape of a write is found."""
    source = "Ticket.objects.filter(pk=1).update(x=1)\nTicket(title='x').save()\nrow.delete()\n"
    found = [
        node.func.attr
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in WRITES
    ]
    assert sorted(found) == ["delete", "save", "update"]
    assert _is_of_a_manager("Ticket.objects.filter(pk=1)")
    assert len(doors()) > 10


def test_rows_do_not_save_themselves_in_special_ways() -> None:
    """No overridden save or delete, and no signal of our own: a write is where one reads it."""
    found = []
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ClassDef) and kind(path) == "models":
                found += [
                    f"{place(path)}:{m.lineno} {m.name}"
                    for m in node.body
                    if isinstance(m, ast.FunctionDef) and m.name in {"save", "delete"}
                ]
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                ("django.db.models.signals", "django.dispatch")
            ):
                found.append(f"{place(path)}:{node.lineno} signals")

    assert found == []


def _is_of_a_manager(expression: str) -> bool:
    return any(f".{manager}" in expression for manager in MANAGERS)


def _models_of_others(path: Path, app: str) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and (node.module or "").endswith(".models")
        and (node.module or "").split(".")[0] in set(APPS) - {app}
        for alias in node.names
    }
