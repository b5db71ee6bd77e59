"""The indexed look-ups of the scrubber give what reading everything would give."""

from hypothesis import given
from hypothesis import strategies as st

from mhc_core.scrubbing.engine import _Cover
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.placeholders import Placeholders, _name_words, same_person

NAMES = st.lists(st.sampled_from(["Maria", "M", "Marco", "Lopez", "L", "Li", "Mr", "maria"]), max_size=3).map(" ".join)
SLICES = st.tuples(st.integers(0, 30), st.integers(0, 8)).map(lambda one: (one[0], one[0] + one[1]))


def one_by_one(names: list[str]) -> list[int]:
    """Numbers of the people named: each name is held against everybody, the one spoken of last first."""
    people: dict[int, list[str]] = {}
    numbers = []
    for name in names:
        words = _name_words(name)
        number = next((known for known in reversed(people) if same_person(words, people[known])), len(people) + 1)
        people[number] = max(people.pop(number, []), words, key=len)
        numbers.append(number)
    return numbers


@given(st.lists(NAMES, max_size=12))
def test_people_get_the_numbers_that_comparing_with_everybody_gives(names: list[str]) -> None:
    memory = Placeholders()
    assert [memory.name(PiiType.PERSON, name) for name in names] == [f"[PERSON_{n}]" for n in one_by_one(names)]


@given(st.lists(SLICES, max_size=8), SLICES)
def test_a_slice_is_held_exactly_when_one_of_the_others_holds_it(slices: list[tuple[int, int]], asked: tuple[int, int]):
    start, end = asked
    assert _Cover(slices).holds(start, end) == any(first <= start and end <= last for first, last in slices)
