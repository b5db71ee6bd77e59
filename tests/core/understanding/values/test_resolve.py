"""All labelled slots of the training text get a value, save those whose words give none."""

import time as clock
from collections import Counter
from collections.abc import Sequence
from datetime import date, time
from statistics import median

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.understanding.examples import gold
from mhc_core.understanding.labelled import LabelledMessage, as_understood, parse_line
from mhc_core.understanding.result import (
    Act,
    AgeRange,
    DialogueContext,
    Segment,
    Slot,
    SlotName,
    SlotValue,
    Topic,
    Understood,
)
from mhc_core.understanding.values.resolve import resolve

BUSINESS = pricing.load()
TODAY = date(2026, 11, 30)
NOT_ALWAYS = {
    SlotName.COUNT: 0.88,  # "half", "the rest": shares of a number that is not in the words
    SlotName.ADULTS: 0.975,  # "the Nguyens", "us"
    SlotName.BUDGET: 0.95,  # "under $60 a person"
    SlotName.CHILDREN: 0.98,  # "my boys"
    SlotName.DATE: 0.94,  # "next month", "october": no single day
    SlotName.DISH: 0.94,  # "sake", "turkey": not on the menu
    SlotName.GUESTS: 0.98,  # "15-18 people": a range
    SlotName.SEVERITY: 0.78,  # "airlifted": what no list knows counts as severe
    SlotName.TIME: 0.965,  # "evening": no clock
}
"""The least share of slots with a value; 1 for all others."""


def _slots(line: str, about: date | None = None) -> Sequence[Slot]:
    message = parse_line(line)
    return resolve(as_understood(message), BUSINESS, TODAY, message.context, about).slots


def _values(line: str, about: date | None = None) -> list[SlotValue | None]:
    return [slot.value for slot in _slots(line, about)]


@pytest.fixture(scope="module")
def labelled() -> Sequence[LabelledMessage]:
    return gold()


def test_labelled_slots_get_values(labelled: Sequence[LabelledMessage]) -> None:
    seen: Counter[SlotName] = Counter()
    valued: Counter[SlotName] = Counter()
    for message in labelled:
        for slot in resolve(as_understood(message), BUSINESS, TODAY, message.context).slots:
            seen[slot.name] += 1
            valued[slot.name] += slot.value is not None
    assert set(seen) == set(SlotName)
    shares = {name: valued[name] / seen[name] for name in SlotName}
    assert {name: share for name, share in shares.items() if share < NOT_ALWAYS.get(name, 1)} == {}


def test_values_cost_little_beside_reading(labelled: Sequence[LabelledMessage]) -> None:
    spent = []
    for message in [message for message in labelled if message.slots][:500]:
        understood = as_understood(message)
        begun = clock.perf_counter()
        resolve(understood, BUSINESS, TODAY, message.context)
        spent.append(clock.perf_counter() - begun)
    assert median(spent) < 0.0005


@settings(deadline=None)  # the first ones load phone numbers and holidays
@given(st.sampled_from(list(SlotName)), st.text(min_size=1, max_size=60), st.dates(date(2020, 1, 1), date(2090, 1, 1)))
def test_no_slot_is_too_odd(name: SlotName, words: str, today: date) -> None:
    segment = Segment(0, len(words), words, Act.INFORM, 1, Topic.BOOK, 1, (Slot(name, 0, len(words), words, None),))
    [slot] = resolve(Understood([segment], None, "odd"), BUSINESS, today, DialogueContext()).slots
    assert (slot.name, slot.text) == (name, words)


def test_words_places_and_segments_stay() -> None:
    message = parse_line("greet: hi || inform/book: [adults:14 adults] on [date:june 14th] at [time:6]")
    understood = as_understood(message)
    read = resolve(understood, BUSINESS, TODAY, message.context)
    assert [(s.name, s.start, s.end, s.text) for s in read.slots] == [
        (s.name, s.start, s.end, s.text) for s in understood.slots
    ]
    assert [slot.value for slot in read.slots] == [14, date(2027, 6, 14), time(18)]
    assert [segment.act for segment in read.segments] == [segment.act for segment in understood.segments]


def test_a_weekday_goes_with_the_day_of_the_month_behind_it() -> None:
    assert _values("inform/book: a [date:Sunday] lunch, [date:the 10th]")[-1] == date(2027, 1, 10)
    assert _values("correct/book: [date:sunday] wont work, what about [date:the 10th]")[-1] == date(2026, 12, 10)


def test_a_month_goes_with_the_day_behind_it() -> None:
    line = "inform/book: she turns 70 in [date:January]. || inform/book: we'd like [date:the 10th]"
    assert _values(line) == [None, date(2027, 1, 10)]


def test_that_sunday_is_of_the_weekend_before_it_in_the_message() -> None:
    assert _values("inform/book: [date:labor day weekend], prob [date:that sunday]")[-1] == date(2027, 9, 5)


def test_a_day_of_the_month_refers_to_the_day_of_the_party() -> None:
    assert _values("correct/book: make it [date:the 14th] instead") == [date(2026, 12, 14)]
    assert _values("correct/book: make it [date:the 14th] instead", date(2027, 1, 10)) == [date(2027, 1, 14)]


def test_that_sunday_stays_open_when_the_day_is_known_but_not_given() -> None:
    message = parse_line("correct/book: [date:that sunday] then")
    read = resolve(as_understood(message), BUSINESS, TODAY, DialogueContext(known=frozenset({"date"})))
    assert [slot.value for slot in read.slots] == [None]


def test_partners_are_counted_by_the_slot_before_them() -> None:
    assert _values("inform/book: [adults:three buddies] and [adults:their wives]") == [3, 3]


def test_am_behind_a_time_belongs_to_it() -> None:
    assert _values("inform/book: at [time:6] am") == [time(6)]


def test_two_ages_of_a_span_are_one() -> None:
    def ages(line: str) -> list[SlotValue | None]:
        message = parse_line(line)
        return [slot.value for slot in resolve(as_understood(message), BUSINESS, TODAY, message.context).slots]

    assert ages("inform/book: all of them between [age:7] and [age:11]") == [AgeRange(7, 11)]
    assert ages("inform/book: entre [age:6] y [age:9] años") == [AgeRange(6, 9)]
    assert ages("inform/book: they are [age:7] and [age:11]") == [7, 11]
