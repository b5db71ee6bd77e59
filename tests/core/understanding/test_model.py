"""The model of understanding on messages that it was not taught; a small part of the gold is enough to see it learn."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.errors import DataError
from mhc_core.providers.minilm import embedder
from mhc_core.understanding import examples, measures, segments, words
from mhc_core.understanding.encoding import encode
from mhc_core.understanding.model import UnderstandingModel
from mhc_core.understanding.result import Act, DialogueContext, SlotName

EVERY = 16
"""Taught is every so many-th message, asked every so many-th beside them."""


@pytest.fixture(scope="module", autouse=True)
def trained() -> None:
    """Outside of the first test, whose time is its own."""
    small()


@cache
def small() -> UnderstandingModel:
    return UnderstandingModel.train(examples.gold()[::EVERY], embedder.load(1), seed=1)


def test_it_reads_messages_that_it_was_not_taught() -> None:
    asked = examples.gold()[7::EVERY]
    reached = measures.totals([measures.mark(each, small().read(each.text, each.context)) for each in asked])
    assert reached["slots_f1"] > 0.5
    assert reached["acts"] > 0.65
    assert reached["topics"] > 0.45
    assert reached["person_recall"] > 0.4
    assert reached["false_person"] < 0.15


def test_it_reads_after_what_was_asked() -> None:
    said = small().read("14 and 3", DialogueContext(asked=frozenset({"guests"})))
    assert SlotName.TIME not in {slot.name for slot in said.slots}
    assert small().read("yes", DialogueContext(confirming=True)).acts == {Act.AFFIRM}


def test_its_file_gives_the_same_model_and_holds_no_code() -> None:
    data = small().to_bytes()
    again = UnderstandingModel.from_bytes(data, "read-again", embedder.load(1))
    message = "we are 14 adults on dec 12, do you bring tables?"
    before, after = small().read(message, DialogueContext()), again.read(message, DialogueContext())
    assert (before.segments, before.person) == (after.segments, after.person)
    assert after.model_id == "read-again"
    assert again.to_bytes() == data
    assert b"pickle" not in data


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"not a model at all" * 50], ids=["empty", "zip", "text"])
def test_what_is_no_model_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(DataError, match="train it again"):
        UnderstandingModel.from_bytes(data, "u-broken", embedder.load(1))


def test_nothing_to_learn_from_is_said() -> None:
    with pytest.raises(DataError, match="no labelled message"):
        UnderstandingModel.train([], embedder.load(1), seed=1)


def test_the_same_examples_and_seed_make_the_same_file() -> None:
    few = examples.gold()[::200]
    once, again = (UnderstandingModel.train(few, embedder.load(1), seed=3).to_bytes() for _ in range(2))
    assert once == again


@given(st.text(max_size=400))
def test_any_text_is_read_and_every_slot_lies_in_its_segment(text: str) -> None:
    read = small().read(text, DialogueContext())
    for segment in read.segments:
        assert text[segment.start : segment.end] == segment.text
        for slot in segment.slots:
            assert segment.start <= slot.start < slot.end
            assert text[slot.start : slot.end] == slot.text


@settings(deadline=None)  # the first call loads a model
@given(st.text(max_size=300))
def test_segments_hold_every_word_once_and_in_order(text: str) -> None:
    encoded = encode(text, embedder.load(1))
    cut = segments.cut(small().segments, encoded, DialogueContext())
    held = [word for start, end in cut for word in encoded.words if start <= word.start and word.end <= end]
    assert held == encoded.words


def test_a_message_as_long_as_a_book_is_read_in_part() -> None:
    text = "we are 14 adults. " * 20_000
    assert len(encode(text, embedder.load(1)).words) == words.MAX_WORDS
    assert small().read(text, DialogueContext()).segments


def test_words_have_the_states_of_their_tokens() -> None:
    encoded = encode("Sacramento 95630", embedder.load(1))
    assert [word.text for word in encoded.words] == ["Sacramento", "95630"]
    assert encoded.states.shape == (2, 384)
    assert np.abs(encoded.states).sum(axis=1).min() > 0
    assert np.linalg.norm(encoded.whole) == pytest.approx(1, abs=1e-5)
