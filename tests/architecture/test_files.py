"""Files that machines write or that travel: lock files, catalogues."""

import re

import pytest

from tests.architecture.source import ROOT, tracked

LOCKS = ("requirements/base.txt", "requirements/test.txt")


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_versions_and_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = re.findall(r"^[A-Za-z0-9._-]+(?:\[[^\]]+\])?==", text, re.MULTILINE)

    assert "://" not in text
    assert pins
    assert text.count("--hash=sha256:") >= len(pins)


def test_there_are_not_more_than_thirty_direct_dependencies() -> None:
    text = (ROOT / "requirements/base.in").read_text(encoding="utf-8")
    direct = [line for line in text.splitlines() if re.match(r"^[A-Za-z]", line)]

    assert 0 < len(direct) <= 30


def test_no_source_names_a_place_on_somebodys_machine() -> None:
    pattern = re.compile(r"/(?:home|root|Users|work)/[a-z]")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked(
            "*.py", "*.toml", "*.md", "*.html", "*.js", "*.css", "Makefile", ".ci/*"
        )
        if path.suffix != ".txt"
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1)
        if pattern.search(line) and "architecture/test_files.py" not in str(path)
    ]
    assert found == []
