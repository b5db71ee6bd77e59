"""Two texts next to each other: what is the same stands in one row, what is not is marked and never run as HTML."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from mhc_serving.console.side_by_side import _rows

LINES = st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=12), max_size=8)


def _plain(html: str) -> str:
    return unescape(re.sub(r"</?(ins|del)>", "", html))


@given(LINES, LINES)
def test_both_texts_can_be_read_whole_in_their_columns(first: list[str], second: list[str]) -> None:
    rows = list(_rows(first, second))
    assert [words for old, _ in rows if (words := _plain(old).split())] == [
        line.split() for line in first if line.split()
    ]
    assert [words for _, new in rows if (words := _plain(new).split())] == [
        line.split() for line in second if line.split()
    ]


def test_only_the_words_that_differ_are_marked() -> None:
    first = ["We refund 50 % a week before.", "<b>Tips</b> are yours."]
    second = ["We refund 60 % a week before.", "<b>Tips</b> are yours."]
    assert list(_rows(first, second)) == [
        ("We refund <del>50</del> % a week before.", "We refund <ins>60</ins> % a week before."),
        ("&lt;b&gt;Tips&lt;/b&gt; are yours.", "&lt;b&gt;Tips&lt;/b&gt; are yours."),
    ]
