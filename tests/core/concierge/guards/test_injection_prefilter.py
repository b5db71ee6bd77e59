"""The prefilter of the injection patterns lets nothing through that a pattern finds."""

import re
from re import _parser as parser  # type: ignore[attr-defined]

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.concierge.guards.injection_patterns import DISCLOSED, PASSAGE_ORDERS, PATTERNS
from mhc_core.concierge.guards.injection_prefilter import Prefiltered, branches, needs

KINDS = {**PATTERNS, "order": PASSAGE_ORDERS, "disclosed": DISCLOSED}
WORDINGS = Prefiltered(KINDS)
PATTERNS_BY_PLACE = [(kind, pattern) for kind, patterns in KINDS.items() for pattern in patterns]
AROUND = st.text("ab1 .,:'\n-é忽", max_size=6)


@pytest.mark.parametrize("place", range(len(PATTERNS_BY_PLACE)))
def test_whatever_a_pattern_matches_is_found(place: int) -> None:
    kind, pattern = PATTERNS_BY_PLACE[place]
    compiled, alone = re.compile(pattern), Prefiltered({kind: [pattern]})

    @settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
    @given(st.from_regex(compiled), AROUND, AROUND)
    def look(matching: str, before: str, after: str) -> None:
        assert compiled.flags == re.UNICODE  # the words are compared as they stand
        for text in (matching, f"{before}{matching}{after}", f"{before} {matching} {after}"):
            assert (alone.search(text) is not None) == (compiled.search(text) is not None)
            assert (WORDINGS.search(text) is not None) >= (compiled.search(text) is not None)

    look()


@given(st.lists(st.sampled_from(" ".join(pattern for _, pattern in PATTERNS_BY_PLACE).split()), max_size=12), AROUND)
@settings(deadline=None)
def test_the_first_kind_that_matches_counts(words: list[str], glue: str) -> None:
    text = glue.join(re.sub(r"\W+", " ", word) for word in words)
    matching = (kind for kind, pattern in PATTERNS_BY_PLACE if re.search(pattern, text))
    assert WORDINGS.search(text) == next(matching, None)


@pytest.mark.parametrize(
    ("pattern", "asked"),
    [
        (r"\bignore (?:all )?rules?\b", [{"ignore "}, {"rule"}]),
        (r"(?:show|tell me) it", [{"show", "tell me"}, {" it"}]),
        (r"(?:show|)it", [{"it"}]),
        (r"(?:a{0,3}|b)c", [{"c"}]),
        (r"(?:new ){2,4}x", [{"new "}, {"x"}]),
        (r"fo(?=x)o(?! bar)", [{"foo"}]),
        (r"[:>]s[a-c][^q]", [{":", ">"}, {"s"}]),
        (r"a(b)c", [{"a"}, {"b"}, {"c"}]),
        (r"(?i:abc)d", [{"d"}]),
        (r".*|x", []),
    ],
)
def test_what_a_pattern_asks_for(pattern: str, asked: list[set[str]]) -> None:
    assert needs(parser.parse(pattern)) == asked


def test_alternatives_ask_each_for_their_own() -> None:
    found = [needs(branch) for branch in branches(parser.parse(r"\bcat\b|\bdog \d+ bones"))]
    assert found == [[{"cat"}], [{"dog "}, {" bones"}]]


def test_a_pattern_that_asks_for_nothing_is_always_tried() -> None:
    assert Prefiltered({"digits": [r"\d{3}"]}).search("a 123") == "digits"
    assert Prefiltered({"signs": [r"<+!"]}).search("<<!") == "signs"


@pytest.mark.parametrize("length", [3, 24, 25, 5_000])
def test_words_are_found_in_longer_ones(length: int) -> None:
    assert Prefiltered({"rule": ["rule"]}).search("x" * length + "rules") == "rule"
