"""Translations: extract sentences into locale/*/LC_MESSAGES/*.po, compile those into .mo."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DOMAIN = "django"
METHODS = [
    ("**/migrations/**.py", "ignore"),
    ("tests/**", "ignore"),
    ("**.py", "python"),
    ("templates/**.html", "jinja2"),
    ("templates/**.txt", "jinja2"),
    ("templates/**.subject", "jinja2"),
]
JINJA = {"extensions": "jinja2.ext.i18n", "newstyle_gettext": "true", "silent": "false"}
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def compile_stale(folders: Iterable[Path]) -> int:
    """Write each .mo that is missing or older than its .po; return how many were written."""
    written = 0
    for source in _catalogues(folders):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        draft = target.with_suffix(f".{os.getpid()}.tmp")
        with source.open("rb") as lines, draft.open("wb") as compiled:
            write_mo(compiled, read_po(lines))
        draft.replace(target)  # in one step: a reader sees the old or the new one
        written += 1
    return written


def update(base: Path, folder: Path, languages: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Bring the catalogues in line with the sources; return (sentences, untranslated) by language.

    A sentence that is gone leaves the catalogue; a similar one is not guessed.
    """
    template = _extract(base)
    figures = {}
    for language in languages:
        path = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue = Catalog(locale=language, project="helpdesk", fuzzy=False)
        if path.exists():
            with path.open("rb") as lines:
                catalogue = read_po(lines, locale=language)
        catalogue.update(template, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        with path.open("wb") as lines:
            # Without line numbers: moving a line must not change every catalogue.
            write_po(lines, catalogue, width=96, sort_by_file=True, include_lineno=False)
        figures[language] = _count(catalogue)
    return figures


def _count(catalogue: Catalog) -> tuple[int, int]:
    sentences = [message for message in catalogue if message.id]
    missing = [message for message in sentences if not _is_translated(message.string)]
    return len(sentences), len(missing)


def _is_translated(text: str | Iterable[str] | None) -> bool:
    return bool(text) if text is None or isinstance(text, str) else all(text)


def _extract(base: Path) -> Catalog:
    template = Catalog(project="helpdesk", charset="utf-8")
    found = extract_from_dir(
        base,
        METHODS,
        {pattern: JINJA for pattern, method in METHODS if method == "jinja2"},
        keywords=KEYWORDS,
        comment_tags=["Translators:"],
        strip_comment_tags=True,
        directory_filter=_is_ours,
    )
    for name, _line, sentence, comments, context in found:
        template.add(sentence, locations=[(name, 0)], auto_comments=comments, context=context)
    return template


def _is_ours(folder: str | os.PathLike[str]) -> bool:
    name = Path(folder).name
    return not name.startswith(".") and name not in {"var", "tests", "static", "staticfiles"}


def _catalogues(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(Path(folder).glob("*/LC_MESSAGES/*.po"))
