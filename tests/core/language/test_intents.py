import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.language.intents import tag
from mhc_core.vocabulary import Intent

MESSAGES = [
    ("hi how much for 10 adults & 4 kids?", Intent.PRICING),
    ("whats ur price pp", Intent.PRICING),
    ("I want to book a party for my daughters bday", Intent.BOOKING),
    ("can we reserve the chef for 15 people", Intent.BOOKING),
    ("whats on the menu, any vegetarian stuff", Intent.MENU),
    ("can i swap chicken for lobster", Intent.MENU),
    ("what is your cancelation policy", Intent.POLICY),
    ("what happens if it RAINS", Intent.POLICY),
    ("are u free sat july 4", Intent.AVAILABILITY),
    ("Do you have any availabilty in Setember", Intent.AVAILABILITY),
    ("do u come out to lake tahoe", Intent.TRAVEL),
    ("is there a travel fee for 45 miles", Intent.TRAVEL),
    ("chef was 2 hours late and so rude!!", Intent.COMPLAINT),
    ("my daughter has a severe peanut alergy", Intent.ALLERGY),
    ("is it gluten free", Intent.ALLERGY),
    ("please update my email address", Intent.ACCOUNT),
    ("can i get an invoice", Intent.POLICY),
    ("do you sell gift cards", Intent.OTHER),
    ("this is Ann Lee, 916 555 0123, 12 Oak Hill Rd, Folsom, CA 95630", Intent.BOOKING),
    ("I'll think about it, thanks", Intent.SMALLTALK),
    ("thx!!", Intent.SMALLTALK),
    ("Helloooo", Intent.SMALLTALK),
    ("asdf qwer", Intent.OTHER),
    ("", Intent.OTHER),
]


@pytest.mark.parametrize(("text", "intent"), MESSAGES)
def test_what_customers_type_is_recognised(text: str, intent: Intent) -> None:
    assert tag(text) is intent


@pytest.mark.parametrize(("text", "intent"), MESSAGES)
def test_case_and_blanks_do_not_matter(text: str, intent: Intent) -> None:
    assert tag(f"  {text.upper()}\n") is tag(text)


def test_an_ordinary_word_is_not_taken_for_a_similar_one() -> None:
    assert tag("I think that was the story") is Intent.OTHER


@given(st.text(max_size=3000))
def test_any_text_has_an_intent(text: str) -> None:
    assert tag(text) in Intent


def test_twenty_thousand_messages_take_less_than_a_second_of_computing() -> None:
    texts = [f"{text} {number}" for number in range(1000) for text, _ in MESSAGES]
    started = time.process_time()
    for text in texts:
        tag(text)
    assert time.process_time() - started < 1.0
