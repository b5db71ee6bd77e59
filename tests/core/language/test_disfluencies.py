"""Spoken words come out as they were meant; numbers, names and negations as they were said."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.cleaning import cleaned
from mhc_core.language.disfluencies import fluent
from mhc_core.language.number_words import VALUES

FILLED = ["um", "uh", "erm", "hmm", "uhm"]
MEANT = [
    "I", "we", "the", "a", "to", "for", "of", "and", "want", "book", "party", "chef", "on", "in", "that", "you",
    "had", "very", "is", "are", "can", "it's", "twelve", "six", "thirty", "oh", "12", "6:30", "$55", "hundred",
    "Maria", "Jose", "Sacramento", "Um", "ER", "no", "not", "don't", "can't", "never", "without", "uh-huh", "uh-uh",
    "mm-hmm", "mm",
]  # fmt: skip
SPOKEN = st.lists(
    st.tuples(
        st.sampled_from(FILLED + MEANT + ["wa-", "th-"]), st.sampled_from(["", "", "", ",", ".", "?", "-", "\n"])
    ),
    max_size=14,
).map(lambda words: " ".join(word + after for word, after in words))


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("um i i want to book uh for for twelve people", "I want to book for twelve people"),
        ("Um, how much for, uh, ten adults?", "How much for, ten adults?"),
        ("I wa- I want the the chef", "I want the chef"),
        ("I want to I want to book for the for the party", "I want to book for the party"),
        ("Er, so um. Yes", "So. Yes"),
        ("line one\num line two", "line one\nline two"),
        ("i'm i'm coming", "I'm coming"),
    ],
)
def test_what_carries_no_meaning_goes(said: str, meant: str) -> None:
    assert fluent(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "no no, five five five, oh one two",
        "uh-huh",
        "uh-uh, not that",
        "what it is, is a party",
        "for ten, I mean, twelve",
        "New York New York",
        "Mrs. Um called",
        "Um Lee called",
        "a 5 mm plate",
        "I told you you could",
        "we don't don't want it",
        "He was taken to the ER",
        "um",
        "",
    ],
)
def test_what_says_something_stays(said: str) -> None:
    assert fluent(said) == said


def test_a_pause_between_two_numbers_does_not_make_them_one() -> None:
    assert fluent("at six um thirty of us") == "at six, thirty of us"


@given(st.one_of(SPOKEN, st.text(max_size=60)))
def test_made_fluent_twice_is_made_fluent_once(said: str) -> None:
    assert fluent(fluent(said)) == fluent(said)


@given(SPOKEN)
def test_numbers_names_and_negations_stay_as_often_as_they_were_said(said: str) -> None:
    def kept(text: str) -> list[str]:
        words = re.findall(r"[\w$:'-]*\w", text)
        told = (
            "Maria",
            "Jose",
            "Sacramento",
            "ER",
            "no",
            "not",
            "don't",
            "can't",
            "never",
            "without",
            "hundred",
            "oh",
            "uh-huh",
        )
        return [
            word.lower()
            for word in words
            if word.lower() in told or word in told or word.lower() in VALUES or any(c.isdigit() for c in word)
        ]

    assert kept(fluent(said)) == kept(said)


@given(SPOKEN)
def test_no_word_comes_in_and_the_order_stays(said: str) -> None:
    def words(text: str) -> list[str]:
        return re.findall(r"\w+(?:['-]\w+)*", text.lower())

    rest = iter(words(said))
    assert all(any(word == other for other in rest) for word in words(fluent(said)))
    assert not Counter(words(fluent(said))) - Counter(words(said))


def test_a_long_text_takes_linear_time() -> None:
    said = " ".join(f"um i i want the the chef number {number}" for number in range(4_000))
    assert fluent(said).count("I want the chef number") == 4_000


def test_only_what_was_spoken_is_made_fluent_where_it_is_learned_from() -> None:
    assert cleaned("um the the menu", "phone") == "the menu"
    assert cleaned("um the the menu", "web") == "um the the menu"
