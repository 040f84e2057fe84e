"""Cursors: what was encoded comes back, what was not is no cursor."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from common import paging

moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(
    lambda at: at.replace(tzinfo=UTC)
)


@given(st.none() | moments, st.integers(0, 2**62))
def test_a_cursor_comes_back_as_it_went(moment, pk):
    assert paging.decode(paging.encode((moment, pk))) == (moment, pk)


@given(st.text(max_size=60))
def test_whatever_else_stands_in_the_address_is_no_cursor_and_no_failure(text):
    found = paging.decode(text)

    assert found is None or paging.decode(paging.encode(found)) == found
