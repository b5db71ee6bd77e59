"""What the form of a message leaves no doubt of is taken, though the model found no slot for it."""

from datetime import date, time
from decimal import Decimal

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.turn.completing import completed
from mhc_core.understanding import labelled
from mhc_core.understanding.result import Act, AgeRange, SlotName, SlotValue
from mhc_core.understanding.values.resolve import resolve

RULES = pricing.load()
TODAY = date(2026, 11, 30)


def slots(line: str) -> list[tuple[SlotName, SlotValue | None]]:
    message = labelled.parse_line(line)
    read = resolve(labelled.as_understood(message), RULES, TODAY, message.context)
    return [(slot.name, slot.value) for slot in completed(read, RULES, TODAY, message.context).slots]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@miles inform/book: [guests:85] i think", [(SlotName.MILES, Decimal(85))]),
        ("@miles inform/book: idk 5", [(SlotName.MILES, Decimal(5))]),
        ("@miles inform/book: [guests:Seventeen]", [(SlotName.MILES, Decimal(17))]),
        ("@miles inform/book: I should think about thirty-five.", [(SlotName.MILES, Decimal(35))]),
        ("@miles inform/book: between twenty and thirty", []),
        ("@children inform/book: 3", [(SlotName.CHILDREN, 3)]),
        ("inform/book: ok lets do next sat", [(SlotName.DATE, date(2026, 12, 12))]),
        ("@ages inform/book: all adults", [(SlotName.CHILDREN, 0)]),
        ("@ages inform/book: [adults:16] are 13 or older, [children:4] are [age:8]",
         [(SlotName.ADULTS, 16), (SlotName.CHILDREN, 4), (SlotName.AGE, 8)]),
        ("@ages inform/book: [adults:15], [age:12] and [age:2]",
         [(SlotName.AGE, 15), (SlotName.AGE, 12), (SlotName.AGE, 2)]),
        ("remove/book: the kids arent coming anymore", [(SlotName.CHILDREN, 0)]),
        ("@contact inform/book: best is 916 555 0174", [(SlotName.PHONE, "+19165550174")]),
        ("@contact inform/book: dana@example.com", [(SlotName.EMAIL, "dana@example.com")]),
        ("correct/book: [date:jan 2nd] instead at 6", [(SlotName.DATE, date(2027, 1, 2)), (SlotName.TIME, time(18))]),
        ("@date inform/book: yeah january thirtieth its a saturday", [(SlotName.DATE, date(2027, 1, 30))]),
        ("correct/book: swap 4 of the [dish:chicken] for [dish:salmon]",
         [(SlotName.COUNT, 4), (SlotName.DISH, "chicken"), (SlotName.DISH, "salmon")]),
        ("inform/book: she turns 70 in January, a Sunday lunch, [date:the 10th]", [(SlotName.DATE, date(2027, 1, 10))]),
    ],
)  # fmt: skip
def test_an_exact_form_is_taken(line: str, expected: list[tuple[SlotName, SlotValue]]) -> None:
    assert slots(line) == expected


def test_details_of_a_party_to_come_are_no_complaint() -> None:
    message = labelled.parse_line("complain/book: were 18 on [date:jan 9], [children:5] of them kids")
    read = completed(labelled.as_understood(message), RULES, TODAY, message.context)
    assert read.acts == {Act.INFORM}


@pytest.mark.parametrize(
    "line",
    [
        "@miles ask/policy: how long does it take?",
        "@miles+proteins inform/book: 12",  # nobody knows of which
        "ask/policy: do you clean up at 10?",
        "complain/complaint: call 916 555 0174 now",
        "@date inform/book: not sure yet",
        "inform/book: you cooked for [guests:30 people] last year",
    ],
)
def test_what_leaves_a_choice_stays_open(line: str) -> None:
    assert slots(line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@ages inform/book: everybodys over 15", [(SlotName.AGE, AgeRange(16, None))]),
        ("@contact inform/book: nine one six five five five zero one five seven", [(SlotName.PHONE, "+19165550157")]),
        ("@miles inform/book: 285 from Sacramento", [(SlotName.MILES, Decimal(285))]),
        ("@miles inform/book: oh forty [miles:two miles]", [(SlotName.MILES, Decimal(42))]),
        ("inform/book: two weeks from [date:this saturday]", [(SlotName.DATE, date(2026, 12, 19))]),
        ("@proteins inform/book: [count:Eleven] portions of [dish:salmon] and eleven of [dish:chicken]",
         [(SlotName.COUNT, 11), (SlotName.DISH, "salmon"), (SlotName.COUNT, 11), (SlotName.DISH, "chicken")]),
        ("@guests inform/book: [guests:12 grownups] n [children:1 kid]",
         [(SlotName.ADULTS, 12), (SlotName.CHILDREN, 1)]),
        ("@miles inform/book: [guests:80] from [city:Sacramento]",
         [(SlotName.CITY, "Sacramento"), (SlotName.MILES, Decimal(80))]),
        ("@ages inform/book: [guests:15], [age:12] and [age:9]",
         [(SlotName.AGE, 15), (SlotName.AGE, 12), (SlotName.AGE, 9)]),
        ("@guests inform/book: [guests:10 persons] adult", [(SlotName.ADULTS, 10)]),
    ],
)  # fmt: skip
def test_what_was_asked_for_is_read_from_all_the_words(line: str, expected: list[tuple[SlotName, SlotValue]]) -> None:
    assert slots(line) == expected
