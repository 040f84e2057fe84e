"""Which category the words of a caller point to."""

import pytest

from catalog.rules import best, candidate

KNOWN = [
    candidate(1, ["VPN", "Remote access", "Fernzugriff"], "vpn homeoffice télétravail"),
    candidate(2, ["Printer", "Imprimante", "Drucker"], "toner papier bourrage"),
    candidate(3, ["Pay slip"], "salaire lohn"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("My VPN drops every ten minutes", 1),
        ("DRUCKER druckt nicht", 2),
        ("l'imprimante fait un bourrage", 2),
        ("Teletravail impossible", 1),
        ("Die Drucke sind grau", 2),
        ("hello, something is odd", None),
        ("", None),
        ("a b c", None),
    ],
)
def test_words_of_any_language_and_spelling_find_the_category(text, found):
    assert best(text, KNOWN) == found


def test_of_equal_fits_the_first_wins_and_without_categories_nothing_is_found():
    twins = [candidate(8, ["Badge"], ""), candidate(9, ["Badge"], "")]

    assert best("badge", twins) == 8
    assert best("badge", []) is None
