"""What follows from the amounts of an answer may be said; what does not, may not."""

from datetime import date
from decimal import Decimal

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.guards import figures
from mhc_core.concierge.guards.arithmetic import summed

BUSINESS = pricing.load()
TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("9 adults 60 miles out", "Food: 9 × 55 = 495, raised to the minimum of 550."),
        ("7 adults and 2 kids 6 & 8", "385 + 60 = 445, which is below our minimum, so the food is $550."),
        ("12 adults, 4 of them lobster", "12 × 55 = 660. Lobster for four is 4 × 15 = 60. Total: $720."),
        ("12 adults, 25% tip?", "Food is $660. A 25% tip to the chef would be $165, making about $825."),
        ("tip on 550?", "At 20% that's $110, at 35% it's $192.50."),
        ("quote for 14", "If all are 13 or older it's 14 × $55 = $770, plus travel beyond 30 miles."),
        ("can we skip the deposit", "The $100 is needed and it's taken off the final bill, so it isn't an extra cost."),
        ("your number", "You can text us at nine one six, seven four zero, eight seven six eight."),
    ],
)
def test_what_a_customer_could_add_up_is_supported(question: str, answer: str) -> None:
    assert figures.check(BUSINESS, answer, [], [question], TODAY).unsupported == ()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("12 adults", "12 × 55 = 660, plus the 550 minimum, so $1,210 in total."),
        ("14 adults and 3 kids", "14 × $55 = $770, 3 × $30 = $90, for a total of $840."),
        ("10 adults, what is left?", "Food for 10 is $550. After your $100 deposit you would owe $350 on the day."),
        ("70 miles, travel fee?", "Travel is $2 a mile after the first 30, so for 70 miles that's $60."),
        ("what's your phone", "nine one six, seven four zero, eight seven six nine"),
    ],
)
def test_what_does_not_follow_is_not(question: str, answer: str) -> None:
    assert figures.check(BUSINESS, answer, [], [question], TODAY).unsupported


def test_the_minimum_is_no_part_beside_a_dearer_party() -> None:
    assert not summed(Decimal(1210), [Decimal(660), Decimal(550)], 550)
    assert summed(Decimal(685), [Decimal(550), Decimal(135)], 550)
