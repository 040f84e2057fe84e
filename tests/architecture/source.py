"""The product's own source, as the architecture tests read it."""

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]
APPS: tuple[str, ...] = tuple(_LINTER["root_packages"])


def layers() -> dict[str, int]:
    """Return the height of each app, lowest 0, as the import linter has it."""
    rows = next(c for c in _LINTER["contracts"] if c["name"].startswith("Apps"))["layers"]
    return {
        name.strip(" ()"): height
        for height, row in enumerate(reversed(rows))
        for name in row.split("|")
    }


@cache
def modules(*, migrations: bool = False) -> tuple[Path, ...]:
    """Return every Python file of the product."""
    found = (path for app in APPS for path in (ROOT / app).rglob("*.py"))
    return tuple(sorted(p for p in found if migrations or "migrations" not in p.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path) -> str:
    return str(path.relative_to(ROOT))


def kind(path: Path) -> str:
    """Return what a file of an app is: "views", "actions", … also for one in a folder of it."""
    return path.relative_to(ROOT).parts[1].removesuffix(".py")


@cache
def tracked(*patterns: str) -> tuple[Path, ...]:
    """Return the files under version control that match; none of them generated."""
    out = subprocess.run(
        ["git", "ls-files", "--", *patterns], cwd=ROOT, capture_output=True, text=True, check=False
    )
    found = [ROOT / name for name in out.stdout.splitlines()]
    return tuple(p for p in found if p.exists()) or tuple(
        p for pattern in patterns for p in ROOT.glob(pattern)
    )
