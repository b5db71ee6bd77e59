"""Parts of messages that share no writer."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from mhc_core.understanding import folds


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=200), st.integers(2, 5))
def test_no_writer_is_in_two_folds_where_there_are_writers_enough(writers: list[str], count: int) -> None:
    found = folds.by_writer(writers, count)
    assert found.min() >= 0
    assert found.max() < count
    if len(set(writers)) >= count:
        assert len(set(zip(writers, found.tolist(), strict=True))) == len(set(writers))
        assert set(found.tolist()) == set(range(count))


def test_folds_are_of_like_size() -> None:
    writers = ["a"] * 90 + ["b"] * 60 + ["c"] * 30 + ["d"] * 30 + ["e"] * 30
    assert sorted(Counter(folds.by_writer(writers, 3).tolist()).values()) == [60, 90, 90]
