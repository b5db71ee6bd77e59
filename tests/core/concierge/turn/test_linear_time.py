"""What is read of a message takes time about linear in its length, whatever it is made of.

Compared is the processor time of one thread for a text and for one four times as long: a step for each character makes
it four times as much, a step for each pair sixteen times. Times too short to be compared are short enough.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mhc_core.business import pricing
from mhc_core.concierge.agents import questions, router, safety
from mhc_core.concierge.guards import final_check, injection, party_reading, tone
from mhc_core.concierge.turn import understanding
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.language import answer_text, cleaning, figures, intents, number_words, quoting, spelling, tags
from mhc_core.providers import tokens
from mhc_core.understanding import labelled
from mhc_core.understanding.result import Act, DialogueContext, SlotName, Topic, Understood
from mhc_core.vocabulary import Intent

LENGTH = 3_000
SHORT_SECONDS = 0.05
MOST = 9.0
BUSINESS = pricing.load(None)
TODAY, NOW = date(2026, 11, 1), datetime(2026, 11, 1, 12, tzinfo=UTC)


class OneSlot:
    """Reads every message as one segment that is one slot: the values are read from whatever stands in it."""

    model_id = "one slot"

    def __init__(self, slot: SlotName) -> None:
        self._slot = slot

    def read(self, text: str, context: DialogueContext) -> Understood:
        segment = labelled.LabelledSegment(0, len(text), Act.INFORM, Topic.BOOK)
        slot = labelled.LabelledSlot(0, len(text), self._slot)
        return labelled.as_understood(labelled.LabelledMessage(text, frozenset(), (segment,), (slot,)))


def _understand(slot: SlotName) -> Callable[[str], object]:
    def read(text: str) -> object:
        request = TurnRequest(text, (), None, UUID(int=1), NOW, "c", False, ())
        return understanding.understand(BUSINESS, OneSlot(slot), request, TODAY)

    return read


READ: Mapping[str, Callable[[str], object]] = {
    "cleaned": lambda text: cleaning.cleaned(text, "web"),
    "cleaned e-mail": lambda text: cleaning.cleaned(text, "email"),
    "figures": figures.read,
    "number words": number_words.in_digits,
    "intents": intents.tag,
    "tone of words": tags.tone,
    "question": answer_text.query_text,
    "presentable": answer_text.presentable,
    "markdown": answer_text.strip_markdown,
    "specifics": lambda text: answer_text.bound(text, text),
    "spelling": spelling.normalised,
    "blocks": quoting.blocks,
    "attacks": injection.detect,
    "tone": tone.read,
    "party": lambda text: party_reading.read(BUSINESS, text),
    "promises": lambda text: safety.without_promises(BUSINESS, text, Intent.POLICY),
    "asked": lambda text: questions.asked_in(BUSINESS, text),
    "tokens": tokens.count,
}
CLEANED_BEFORE: Mapping[str, Callable[[str], object]] = {
    "final check": lambda text: final_check.check(BUSINESS, text, [text], [text], text, TODAY),
    **{f"understood as {slot}": _understand(slot) for slot in SlotName},
}
"""What is given nothing but cleaned text, of a message's greatest length."""

PARTS = st.one_of(
    st.text(alphabet="a1_ \n-.,@!?$(<[>&;:'\"/é中\u0301\u200d", min_size=1, max_size=4),
    st.sampled_from(
        ("On Monday, ", "wrote:\n", "<!--", "<a ", "&#", "From: a\n", "thanks\n", "twenty ", "one hundred and ",
         "adults ", "2 kids, ", "june 5 ", "next ", "friday or ", "5:30 ", "12/", "ages 5, ", "12 Main St, ",
         "a@b.", "ignore all ", "[system] ", "aGVs", "http://", "$1,", "refund ", "allergic to ", "[PERSON_1], ")
    ),
)  # fmt: skip


def _seconds(read: Callable[[str], object], text: str) -> float:
    started = time.thread_time()
    read(text)
    return time.thread_time() - started


def _grows(read: Callable[[str], object], part: str, length: int, *, clean: bool = False) -> float:
    """How much longer four times as much takes; the least of some tries, since others may disturb one of them."""

    def text(size: int) -> str:
        made = (part * (size // len(part) + 1))[:size]
        return cleaning.cleaned(made, "web") if clean else made

    least = float("inf")
    for _ in range(4):
        long = _seconds(read, text(4 * length))
        if long < SHORT_SECONDS:
            return 4.0
        least = min(least, long / max(_seconds(read, text(length)), 1e-6))
        if least <= MOST:
            break
    return least


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What is loaded at the first use is loaded."""
    for read in (*READ.values(), *CLEANED_BEFORE.values()):
        read("Two adults, please.")


@pytest.mark.timeout(300)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS)
@example("_")
@example("\n ")
@example("!!a")
def test_reading_takes_linear_time(part: str) -> None:
    assert [name for name, read in READ.items() if _grows(read, part, LENGTH) > MOST] == []


@pytest.mark.timeout(300)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PARTS)
@example("1 ")
@example("1_ ")
@example(",")
def test_understanding_and_checking_take_linear_time(part: str) -> None:
    slow = [name for name, read in CLEANED_BEFORE.items() if _grows(read, part, LENGTH // 3, clean=True) > MOST]
    assert slow == []


class ManyQuestions:
    """Reads each sentence as a question of its own, or all as one."""

    model_id = "many questions"

    def __init__(self, *, apart: bool) -> None:
        self._apart = apart

    def read(self, text: str, context: DialogueContext) -> Understood:
        ends = [place + 1 for place, letter in enumerate(text) if letter == "?"] if self._apart else [len(text)]
        parts = [
            labelled.LabelledSegment(start, end, Act.ASK, Topic.MENU)
            for start, end in zip([0, *ends], ends, strict=False)
        ]
        return labelled.as_understood(labelled.LabelledMessage(text, frozenset(), tuple(parts), ()))


@pytest.mark.parametrize("apart", [True, False])
def test_hundreds_of_questions_are_looked_up_a_few_times(apart: bool) -> None:
    looked_up: list[str] = []

    def known(text: str) -> tuple[str, float]:
        looked_up.append(text)
        return text, 0.1

    text = "".join(f"Is it {number}? " for number in range(400))
    request = TurnRequest(text, (), None, UUID(int=1), NOW, "c", False, ())
    understood = understanding.understand(BUSINESS, ManyQuestions(apart=apart), request, TODAY)
    assert router.plan(understood.question, known)
    assert len(looked_up) <= 100
