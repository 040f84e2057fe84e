"""Every verb of the history has a sentence for whoever reads it."""

import ast

from desk.queries.story import FIELDS, SENTENCES
from tests.architecture.source import modules, place, tree
from tickets.actions.changes import Change

# Said by the sentence itself, shown elsewhere, or of no interest to a reader.
FLAGS = {"is_response", "is_acceptance", "is_question", "hop", "woken_by"}
UNTOLD = {
    "steps", "entry", "responded_at", "resolved_at", "ended_at", "reopen_count", "hop_count",
    "agreed_at", "team_since", "accepted_at", "awaiting_since",
}  # fmt: skip


def verbs() -> dict[str, str]:
    """Return every string that is a verb of tickets or hand-overs, with a place it stands at."""
    return {
        node.value: f"{place(path)}:{node.lineno}"
        for path in modules()
        if path.parts[-2] == "actions"
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("ticket.", "handover."))
        and node.value.count(".") == 1
        and " " not in node.value
    }


def test_every_verb_of_a_ticket_has_its_sentence() -> None:
    assert len(verbs()) > 10
    assert {verb: at for verb, at in verbs().items() if verb not in SENTENCES} == {}


def test_no_sentence_is_for_a_verb_that_nothing_records() -> None:
    assert set(SENTENCES) - set(verbs()) == set()


def test_every_field_of_a_change_has_its_name_in_the_history() -> None:
    fields = set(Change.__dataclass_fields__) - FLAGS
    assert fields - set(FIELDS) - UNTOLD == set()
