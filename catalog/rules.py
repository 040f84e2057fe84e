"""Which category the words of a caller point to: pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from search.folding import fold, words

STEM = 4  # letters two words must share to count as the same word with another ending


@dataclass(frozen=True, slots=True)
class Candidate:
    """A category as the matcher sees it; names and keywords are already folded words."""

    pk: int
    names: frozenset[str]
    keywords: frozenset[str]


def candidate(pk: int, names: Iterable[str], keywords: str) -> Candidate:
    """Return a category as a candidate, its words folded."""
    return Candidate(
        pk=pk,
        names=frozenset(w for name in names for w in words(name)),
        keywords=frozenset(words(keywords)),
    )


def best(text: str, candidates: Sequence[Candidate]) -> int | None:
    """Return the key of the category that fits `text` best, or None when nothing fits.

    A word that is a name or keyword counts 3, one that begins like it (four letters or
    more) counts 1; of equal scores the first candidate wins.
    """
    said = [w for w in words(fold(text)) if len(w) > 2]
    scored = [(_score(said, c), -i, c.pk) for i, c in enumerate(candidates)]
    top = max(scored, default=(0, 0, 0))
    return top[2] if top[0] > 0 else None


def _score(said: Sequence[str], c: Candidate) -> int:
    known = c.names | c.keywords
    total = 0
    for word in said:
        if word in known:
            total += 3
        elif len(word) >= STEM and any(_same_stem(word, k) for k in known):
            total += 1
    return total


def _same_stem(word: str, known: str) -> bool:
    if len(known) < STEM:
        return False
    short, long = sorted((word, known), key=len)
    return long.startswith(short[: max(STEM, len(short) - 2)])
