"""The Python twin of the SQL function fold(): what a search compares on both sides."""

import re
import unicodedata
from typing import Any

from django.db.models import Func, TextField

_LIGATURES = str.maketrans({"ß": "ss", "ẞ": "ss", "œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae"})
_STROKES = str.maketrans("øØłŁđĐ", "oOlLdD")
_WORD = re.compile(r"[^\W_]+(?:[-.'@][^\W_]+)*")


class Fold(Func):
    """fold(text) in SQL: lower case, accents gone."""

    function = "fold"
    output_field: Any = TextField()


class FoldedText(Fold):
    """fold() of several columns with a space between them; none of them may be null."""

    arg_joiner = " || ' ' || "


def fold(text: str) -> str:
    """Return `text` in lower case and without accents, equal to SQL's fold()."""
    plain = unicodedata.normalize("NFKD", text.translate(_LIGATURES))
    return re.sub(r"[\u0300-\u036f]", "", plain).translate(_STROKES).lower()


def words(text: str) -> list[str]:
    """Return the folded words of `text`, in order."""
    return _WORD.findall(fold(text))


def spellings(word: str) -> list[str]:
    """Return a folded word as typed and with German ae/oe/ue read as umlauts."""
    short = word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
    return [word] if short == word else [word, short]
