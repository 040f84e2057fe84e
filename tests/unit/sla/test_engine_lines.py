"""One line in, one line out: the door through which strangers check the engine."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sla.engine.lines import answer_line

ROOT = Path(__file__).resolve().parents[3]
OFFICE = {
    "tz": "Europe/Zurich",
    "week": {str(day): [["08:00", "12:00"], ["13:00", "17:00"]] for day in range(1, 6)},
}


def answered(**question: object) -> dict[str, object]:
    return answer_line(json.dumps({"id": "q", "calendar": OFFICE, **question}))


@pytest.mark.parametrize(
    ("question", "result"),
    [
        (("due", {"start": "2026-06-01T06:00:00Z", "seconds": 14400}), "2026-06-01T10:00:00Z"),
        (("due", {"start": "2026-06-01T06:00:00.9Z", "seconds": 0}), "2026-06-01T06:00:00Z"),
        (("due", {"start": "2026-06-01T08:00:00+02:00", "seconds": 60}), "2026-06-01T06:01:00Z"),
        (
            (
                "due",
                {
                    "start": "2026-06-01T06:00:00Z",
                    "seconds": 3600,
                    "pauses": [["2026-06-01T06:30:00Z", "2026-06-01T06:45:00Z"]],
                },
            ),
            "2026-06-01T07:15:00Z",
        ),
        (
            (
                "due",
                {
                    "start": "2026-06-01T06:00:00Z",
                    "seconds": 3600,
                    "pauses": [["2026-06-01T06:30:00Z", None]],
                },
            ),
            None,
        ),
        (("due_back", {"end": "2026-06-01T11:00:00Z", "seconds": 14400}), "2026-06-01T06:00:00Z"),
        (("due_back", {"start": "2026-06-01T12:00:00Z", "seconds": 60}), "2026-06-01T11:59:00Z"),
        (
            (
                "elapsed",
                {
                    "start": "2026-06-01T06:00:00Z",
                    "end": "2026-06-01T15:00:00Z",
                    "pauses": [["2026-06-01T09:00:00Z", "2026-06-01T12:00:00Z"]],
                },
            ),
            6 * 3600,
        ),
        (("is_open", {"at": "2026-06-01T10:00:00Z"}), False),
        (("is_open", {"at": "2026-06-01T09:59:59Z"}), True),
        (("next_open", {"at": "2026-06-01T10:00:00Z"}), "2026-06-01T11:00:00Z"),
        (("prev_open", {"at": "2026-06-01T10:30:00Z"}), "2026-06-01T10:00:00Z"),
    ],
)
def test_each_kind_is_answered(question, result) -> None:
    kind, fields = question

    assert answered(kind=kind, **fields) == {"id": "q", "result": result}


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ({"kind": "lunch"}, "kind 'lunch'"),
        ({"kind": ["due"]}, "kind"),
        ({}, "kind None"),
        ({"kind": "is_open"}, "'at' is not an instant"),
        ({"kind": "is_open", "at": "2026-06-01T10:00:00"}, "no time zone"),
        ({"kind": "is_open", "at": "yesterday"}, "'at' is not an instant"),
        ({"kind": "is_open", "at": 1780300800}, "'at' is not an instant"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z"}, "'seconds'"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z", "seconds": -1}, "'seconds'"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z", "seconds": 1.5}, "'seconds'"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z", "seconds": True}, "'seconds'"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z", "seconds": 1, "pauses": 5}, "'pauses'"),
        ({"kind": "due", "start": "2026-06-01T10:00:00Z", "seconds": 1, "pauses": [1]}, "A pause"),
        ({"kind": "is_open", "at": "2026-06-01T10:00:00Z", "calendar": None}, "time zone"),
        ({"kind": "is_open", "at": "2026-06-01T10:00:00Z", "calendar": 3}, "not an object"),
        ({"kind": "is_open", "at": "2026-06-01T10:00:00Z", "calendar": {"tz": "Moon"}}, "Moon"),
        ({"kind": "next_open", "at": "0001-01-01T00:00:00+05:00"}, ""),
    ],
)
def test_what_is_wrong_with_a_question_is_said_in_words(question, words) -> None:
    answer = answered(**question)

    assert answer["id"] == "q"
    assert words in str(answer.get("error", ""))


@pytest.mark.parametrize("line", ["", "{", "[]", "7", "null", '"x"', "[" * 100_000, b"\xff\xfe{"])
def test_a_line_that_is_no_question_is_answered_without_an_id(line) -> None:
    assert answer_line(line)["id"] is None
    assert "error" in answer_line(line)


def test_the_command_answers_every_line_and_survives_the_bad_ones(tmp_path) -> None:
    good = {"kind": "is_open", "calendar": OFFICE, "at": "2026-06-01T08:00:00Z"}
    lines = [json.dumps({"id": 1, **good}).encode(), b"\xff\xfe\xfd", b"", b"{}"]

    ended = subprocess.run(  # noqa: S603
        [sys.executable, str(ROOT / "manage.py"), "sla_eval"],
        input=b"\n".join([*lines, json.dumps({"id": 2, **good}).encode()]),
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )

    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert [answer.get("id") for answer in answers] == [1, None, None, 2]
    assert [answer.get("result") for answer in answers] == [True, None, None, True]
