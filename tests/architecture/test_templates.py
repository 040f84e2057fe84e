"""Templates keep the strict content policy, say what they need, and are found by their names."""

import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, place, tracked

PAGES = [p for p in (ROOT / "templates").rglob("*.html") if "email" not in p.parts]
PARTIALS = [p for p in PAGES if p.parent.name in {"partials", "components"}]
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>|\sstyle=|\son[a-z]+=\"|javascript:|hx-on",
    re.IGNORECASE,
)


def without_comments(path: Path) -> str:
    return re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", PAGES, ids=place)
def test_nothing_inline_that_the_content_policy_would_refuse(path: Path) -> None:
    assert INLINE.findall(without_comments(path)) == []


@pytest.mark.parametrize("path", PARTIALS, ids=place)
def test_a_partial_says_in_its_first_line_what_it_needs(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("{# Needs")


def test_the_guard_sees_inline_code() -> None:
    for bad in (
        "<script>x</script>",
        '<p style="x">',
        '<b onclick="x">',
        '<a href="javascript:x">',
    ):
        assert INLINE.search(bad)
    assert not INLINE.search('<script src="x.js" type="module"></script><p class="style">')


def test_every_included_template_exists() -> None:
    names = {p.relative_to(ROOT / "templates").as_posix() for p in (ROOT / "templates").rglob("*")}
    missing = [
        f"{place(path)}: {name}"
        for path in (ROOT / "templates").rglob("*.html")
        for name in re.findall(
            r'{%-?\s*(?:include|extends|import|from)\s+"([^"]+)"', path.read_text(encoding="utf-8")
        )
        if name not in names
    ]
    assert missing == []


def test_nothing_is_marked_safe_in_a_template_but_what_was_cleaned() -> None:
    used = [place(p) for p in PAGES if re.search(r"\|\s*safe\b", without_comments(p))]

    assert used == []


def test_no_page_loads_anything_from_elsewhere() -> None:
    pattern = re.compile(r"""(?:src|href|action)=["']https?://""")
    found = [place(p) for p in PAGES if pattern.search(without_comments(p))]
    found += [
        place(p)
        for p in tracked("static/css/*.css", "static/css/**/*.css", "static/js/*.js")
        if re.search(r"""(?:url\(|from\s+|import\s*\(?)["']?https?://""", p.read_text("utf-8"))
    ]

    assert found == []
