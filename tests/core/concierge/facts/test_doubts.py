"""What was read with doubt is asked again, and is certain once it was told without."""

from dataclasses import replace
from datetime import date

import pytest

from mhc_core.business import pricing
from mhc_core.concierge.facts import doubts
from mhc_core.concierge.facts.heads import Heads
from mhc_core.concierge.facts.memory import Facts
from mhc_core.understanding import labelled
from mhc_core.understanding.result import Segment
from mhc_core.understanding.values.resolve import resolve

RULES = pricing.load()
PRICES = RULES.prices


def doubted(line: str, probability: float = 0.9) -> frozenset[str]:
    message = labelled.parse_line(line)
    read = resolve(labelled.as_understood(message), RULES, date(2026, 11, 30), message.context)
    segments = [_unlikely(segment, probability) for segment in read.segments]
    return doubts.read_with_doubt(segments, message.context)


def _unlikely(segment: Segment, probability: float) -> Segment:
    return replace(segment, slots=tuple(replace(slot, probability=probability) for slot in segment.slots))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("@guests inform/book: Rob, [adults:Uncle Gus] and me. Nine grown people", {"guests"}),
        ("@guests inform/book: [adults:14 adults] and 2 girls", {"guests"}),
        ("@ages inform/book: five of em are [age:7]", {"children"}),
        ("@proteins inform/book: [count:Eleven] [dish:salmon] and eleven of the other", {"proteins"}),
        ("inform/book: [date:saturday] the sixth no the thirteenth of march", {"date"}),
        ("inform/book: [children:4 kids]!! not 5", set()),
        ("@address inform/book: [address:909 Tidewrack St] apt 4", set()),
        ("ask/book: can you do [adults:nine ladies] and myself on [date:dec 12]?", {"guests"}),
        ("ask/price_info: what do you take for 12?", set()),
        ("@guests inform/book: [adults:12 adults] and [children:one kid]", set()),
    ],
)
def test_a_number_that_belongs_to_nothing_leaves_doubt(line: str, expected: set[str]) -> None:
    assert doubted(line) == expected


def test_an_unlikely_count_of_people_leaves_doubt_and_unlikely_miles_that_were_asked_for_do_not() -> None:
    assert doubted("@guests inform/book: [adults:9 friends]", 0.2) == {"guests"}
    assert doubted("@miles inform/book: [miles:16]", 0.2) == set()


def test_told_without_doubt_it_is_certain() -> None:
    twice = doubts.after(("guests",), Heads(), frozenset({"guests"}), frozenset({"guests"}))
    assert twice == ("guests", "guests")
    assert doubts.after(twice, Heads(), frozenset(), frozenset({"guests"})) == ()
    assert doubts.after(twice, Heads(), frozenset(), frozenset({"miles"})) == twice


def test_parts_that_make_up_the_total_are_certain() -> None:
    agreeing, short = Heads(guests=21, adults=17, kids=4), Heads(guests=21, adults=16, kids=4)
    assert doubts.after((), agreeing, frozenset({"guests"}), frozenset({"guests"})) == ()
    assert doubts.after((), short, frozenset({"guests"}), frozenset({"guests"})) == ("guests",)


def test_a_person_looks_at_what_stays_in_doubt() -> None:
    assert not doubts.lasting(PRICES, Facts(unsure=("guests",)))
    assert doubts.lasting(PRICES, Facts(unsure=("guests", "guests")))
    contradicting = Facts(heads=Heads(adults=10, kids=1, ages=(9, 6, 3)))
    assert doubts.lasting(PRICES, contradicting)
