"""Every sentence a person sees is there in all four languages, in the same change."""

import re
import shutil
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from helpdesk import messages

BASE = Path(__file__).resolve().parents[2]
LANGUAGES = ("fr", "de", "it")
PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%%")


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, int]]:
    """The catalogues, brought up to date in a copy: what the sources ask for and they lack."""
    copy = tmp_path_factory.mktemp("locale")
    shutil.copytree(BASE / "locale", copy, dirs_exist_ok=True)
    return messages.update(BASE, copy, LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_lacks_its_translation(language, figures):
    sentences, untranslated = figures[language]

    assert sentences > 500
    assert untranslated == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_placeholders_and_are_not_guesses(language):
    path = BASE / "locale" / language / "LC_MESSAGES" / "django.po"
    with path.open("rb") as lines:
        catalogue = read_po(lines, locale=language)

    for message in catalogue:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        if isinstance(message.id, str):
            wanted = set(PLACEHOLDER.findall(message.id))
            assert set(PLACEHOLDER.findall(message.string)) == wanted, message.id


def test_swiss_german_has_no_sharp_s():
    text = (BASE / "locale" / "de" / "LC_MESSAGES" / "django.po").read_text(encoding="utf-8")

    assert "ß" not in "".join(re.findall(r'^msgstr.*|^".*', text, re.MULTILINE))
