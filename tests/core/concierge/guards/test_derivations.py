"""What a customer could work out from the price list may be said; the same with another figure may not."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.business.pricing import QuoteRequest
from mhc_core.concierge.guards import figures, moments

BUSINESS = pricing.load()
TODAY = date(2026, 11, 30)


def unsupported(question: str, answer: str) -> tuple[str, ...]:
    return figures.check(BUSINESS, answer, [], [question], TODAY).unsupported


PAIRS = [
    ("20% tip on 770?", "20% of $770 is $154, so you'd hand the chef about {} in all.", "$924", "$904"),
    (
        "what's a fair tip for a 600 dollar party",
        "Usually 20 to 35 percent, so {} on $600.",
        "$120 to $210",
        "$90 to $210",
    ),
    ("we are 9 adults", "You're at $495 and the minimum is $550, so you're {} short.", "$55", "$45"),
    ("my nephew turns 13", "Then he's an adult: $55 rather than $30. That's {} more.", "$25", "$20"),
    ("So that's 590 minus deposit?", "Exactly: $590 − $100 = {}.", "$490", "$480"),
    ("split the 720 between 4 families", "$720 divided by four is {} per family.", "$180", "$160"),
    ("We're 6 adults. how much each?", "With the minimum of $550 each of the six of you pays {}.", "$91.67", "$71.67"),
    ("99 miles", "69 miles beyond the free 30 × $2 = {}.", "$138", "$128"),
    ("cancel 10 days before, I paid 600", "Ten days before, half goes back: {} of the $600 you paid.", "$300", "$540"),
    ("I paid 800 in full, cancel 3 weeks before", "Back comes all but the 10% fee: {} of $800.", "$720", "$800"),
    ("third protein lobster for 2", "An extra lobster is $10 + $15 = {}, so for two it's $50.", "$25", "$20"),
    ("lobster and filet", "Lobster is +$15 and filet +$5, so that guest would be {} more.", "$20", "$40"),
    ("order MHC-7F3K, add 2 lobster", "I'll pass on two lobster tails (+{}).", "$30", "$20"),
    ("12 to 15 adults", "For 12 it's {}, for 15 it's $825.", "$660", "$600"),
    ("is 1000 enough for 20 adults?", "Not quite: 20 adults are $1,100, so you'd be {} over.", "$100", "$70"),
    ("Dec 20, last day for the full refund?", "Until {}, which is 14 days before.", "December 6", "December 9"),
    ("final count? party's on December 20", "By {}, so 24 to 48 hours ahead.", "December 18 or 19", "December 12"),
    ("start at 5, when does the chef arrive", "Between {} and 4:45, so 15 to 30 minutes ahead.", "4:30", "3:10"),
    ("start 6pm 12 people, when does it end", "About {}, since it takes around 90 minutes.", "7:30 pm", "10:20 pm"),
    ("gyoza, 4 orders, how many pieces", "Four orders of gyoza hold {} pieces.", "24", "29"),
    ("2 dozen guests", "Two dozen adults are {} × $55 = $1,320.", "24", "26"),
    ("somos 8 adultos", "Ocho adultos suman {}, pero el mínimo es de $550.", "$440", "$400"),
    ("vivo a 42 millas", "Son 12 millas más de las 30 gratis: {}.", "$24", "$20"),
    ("我们10个大人,3个小孩,多少钱?", "餐费一共{}。", "$640", "$600"),
]


@pytest.mark.parametrize(("question", "answer", "right", "wrong"), PAIRS)
def test_what_follows_may_be_said_and_nothing_else(question: str, answer: str, right: str, wrong: str) -> None:
    assert unsupported(question, answer.format(right)) == ()
    assert unsupported(question, answer.format(wrong)) != ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("is there an extra charge for the fire show", "No extra charge, the show is part of it."),
        ("first reschedule free?", "Yes, the first one is free if you ask 24 hours ahead; each further one is $200."),
        ("so 13 and up are adults?", "Right, 13 and older are adults, 6 to 12 are children."),
        ("vegetarian cheaper?", "The price is the same, $55, with tofu as protein and vegetables."),
        ("deposit on top?", "No, it's part of the total. A $660 party means $100 now and $560 later."),
    ],
)
def test_right_answers_of_other_kinds_stay(question: str, answer: str) -> None:
    assert unsupported(question, answer) == ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("20 adults, I think it's 600?", "Yes, $600 less the $100 deposit leaves $500."),
        ("12 adults", "You pay $45 each."),
        ("is filet extra", "No extra charge for the filet."),
        ("8 adults", "The lobster comes at no extra charge."),
    ],
)
def test_what_only_looks_like_it_does_not_pass(question: str, answer: str) -> None:
    assert unsupported(question, answer) != ()


@settings(deadline=None, max_examples=60)
@given(st.integers(2, 29), st.integers(1, 60))
def test_a_share_is_of_the_whole_bill(adults: int, each: int) -> None:
    total = pricing.quote(BUSINESS, QuoteRequest(adults)).food_subtotal
    said = f"The total is ${total:.0f}, which is ${each} each."
    right = {round(total / adults), BUSINESS.prices.adult} | {total / adults}
    units = {2, 3, 5, 10, 15, 25, 30}
    if each not in right | units:
        assert unsupported(f"we are {adults} adults", said)


@given(st.dates(date(2026, 12, 1), date(2030, 1, 1)), st.sets(st.integers(0, 40)))
def test_deadlines_are_those_of_the_file_that_were_named(day: date, named: set[int]) -> None:
    ends = set(moments.deadlines(BUSINESS, day, named))
    assert ends == {day - timedelta(days) for days in named & {14, 7, 2, 1}}
