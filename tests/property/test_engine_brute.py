"""The engine and a minute-by-minute count give the same answers, on the worst nights."""

import json
from datetime import datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sla.engine import BusinessCalendar
from sla.engine.lines import answer_line
from tests.property.engine_cases import Spec, budgets, examples, moments, nights, pauses, specs


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_open_or_closed_agrees_at_every_quarter_hour(data: st.DataObject) -> None:
    night = data.draw(nights)
    spec = data.draw(specs(night))
    calendar, brute = BusinessCalendar.from_dict(spec), night.brute(spec)

    for at in data.draw(st.lists(moments(night), min_size=20, max_size=20)):
        assert calendar.is_open(at) == brute.is_open(at), at


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_measuring_agrees(data: st.DataObject) -> None:
    night = data.draw(nights)
    spec = data.draw(specs(night))
    start, end = sorted((data.draw(moments(night)), data.draw(moments(night))))

    measured = BusinessCalendar.from_dict(spec).measure(start, end)

    assert measured == night.brute(spec).counted(start, end)[0]


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_adding_agrees(data: st.DataObject) -> None:
    night = data.draw(nights)
    spec, start, budget = data.draw(specs(night)), data.draw(moments(night)), data.draw(budgets)
    brute = night.brute(spec)

    due, counted = BusinessCalendar.from_dict(spec).add(start, budget), brute.due(start, budget)

    assert due == counted if counted else due is None or due > brute.last


@settings(max_examples=examples(100), deadline=None)
@given(st.data())
def test_subtracting_agrees(data: st.DataObject) -> None:
    night = data.draw(nights)
    spec, end, budget = data.draw(specs(night)), data.draw(moments(night)), data.draw(budgets)
    brute = night.brute(spec)

    begin = BusinessCalendar.from_dict(spec).subtract(end, budget)
    counted = brute.due_back(end, budget)

    assert begin == counted if counted else begin is None or begin < brute.first


@settings(max_examples=examples(60), deadline=None)
@given(st.data())
def test_a_line_with_pauses_agrees(data: st.DataObject) -> None:
    night = data.draw(nights)
    spec, start, budget = data.draw(specs(night)), data.draw(moments(night)), data.draw(budgets)
    end = data.draw(moments(night))
    held = data.draw(pauses(night, night.brute(spec).last))
    brute = night.brute(spec)
    line = {
        "calendar": spec,
        "seconds": budget,
        "pauses": [[begins.isoformat(), ends.isoformat()] for begins, ends in held if ends],
        "start": start.isoformat(),
        "end": end.isoformat(),
    }

    due = _asked(line, "due")
    counted = brute.due(start, budget, held)
    assert due == _z(counted) if counted else due is None or due > _z(brute.last)
    back = _asked(line, "due_back")
    counted = brute.due_back(end, budget, held)
    assert back == _z(counted) if counted else back is None or back < _z(brute.first)
    assert _asked(line, "elapsed") == brute.counted(start, end, held)[0]


def _asked(line: Spec, kind: str) -> Any:
    return answer_line(json.dumps({**line, "kind": kind}))["result"]


def _z(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")
