"""Small pieces: a file fits a head, a function fits a screen."""

import ast
import statistics
import warnings
from pathlib import Path

import pytest

from tests.architecture.source import modules, place, tracked, tree

FILE, FUNCTION = 600, 60
WARN_FILE, WARN_FUNCTION = 400, 40
# Settings are one table of contents in one order (house.md 3.8): long, and read by sections.
LONG_FILES = {"helpdesk/settings.py"}


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def functions(path: Path) -> list[tuple[str, int]]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        (f"{place(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1)
        for node in ast.walk(tree(path))
        if isinstance(node, kinds)
    ]


def test_no_file_and_no_function_is_too_long() -> None:
    files = {place(p): lines(p) for p in modules()}
    spans = dict(pair for p in modules() for pair in functions(p))

    assert {name: n for name, n in files.items() if n > FILE} == {}
    assert {name: n for name, n in spans.items() if n > FUNCTION} == {}
    assert statistics.median(n for n in files.values() if n > 5) <= 120
    assert statistics.median(spans.values()) <= 8

    long = [f"{n} lines: {name}" for name, n in files.items() if n > WARN_FILE]
    long += [f"{n} lines: {name}" for name, n in spans.items() if n > WARN_FUNCTION]
    if long := [entry for entry in long if not any(name in entry for name in LONG_FILES)]:
        warnings.warn("long pieces:\n" + "\n".join(sorted(long)), stacklevel=1)


@pytest.mark.parametrize(
    "pattern", ["templates/**/*.html", "static/js/*.js", "static/css/**/*.css"]
)
def test_no_template_script_or_sheet_is_too_long(pattern: str) -> None:
    assert {place(p): lines(p) for p in tracked(pattern) if lines(p) > FILE} == {}


def test_no_test_file_is_too_long() -> None:
    assert {place(p): lines(p) for p in tracked("tests/*.py") if lines(p) > FILE} == {}
