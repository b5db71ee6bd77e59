"""Text that the tagger is taught with: every sentence can be filled, and what is labelled is what was filled in."""

from itertools import islice, pairwise
from random import Random

import pytest

from mhc_core.scrubbing.tagger.invented.messages import Messages, frames, messages
from mhc_core.scrubbing.tagger.invented.natural import natural
from mhc_core.scrubbing.tagger.invented.noise import edited
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.scrubbing.tagger.tokens import tokens
from mhc_core.scrubbing.tagger.training import labels
from mhc_core.understanding.examples import gold
from mhc_core.understanding.personal import personal


@pytest.mark.parametrize("kind", sorted(frames()))
def test_every_frame_can_be_filled(kind: str) -> None:
    drawn = Messages(Random(3))
    for frame in frames()[kind]:
        text, spans = drawn.fill(frame)
        assert not set("{}|\\") & set(text.replace("///", "")) or "|" in text, frame
        assert all(text[start:end].strip() for _, start, end in spans), frame


def test_the_same_seed_gives_the_same_text_and_labels_lie_on_words() -> None:
    some = list(islice(messages(5), 300))
    assert some == list(islice(messages(5), 300))
    assert some != list(islice(messages(6), 300))
    for text, spans in some:
        for _, start, end in spans:
            assert 0 <= start < end <= len(text)
            assert text[start:end] == text[start:end].strip()
    assert {label for _, spans in some for label, *_ in spans} >= {"PERSON", "ADDRESS", "PHONE", "CODE", "ID", "PLATE"}


def test_what_is_called_after_people_is_no_person_and_the_plain_sense_of_a_name_is_not_labelled() -> None:
    drawn = Messages(Random(4))
    assert all(not drawn.fill(frame).spans for frame in frames()["trades_clean"])
    text, spans = drawn.fill("{is_drew} {same} a map with {first}")
    assert text.startswith("Drew drew a map")
    assert text[slice(*spans[0][1:])] == "Drew"
    assert len(spans) == 2


def test_names_and_what_names_nobody_are_in_capitals_as_often() -> None:
    """Else a capital alone would tell a name, and headings would be masked."""
    titled = [message for message in islice(messages(8), 3000) if message.text.istitle() and " " in message.text]
    assert sum(not message.spans for message in titled) > len(titled) / 5


def test_a_token_that_sticks_out_of_a_name_is_of_it() -> None:
    text = "annas mom and lee"
    assert labels(tokens(text), [("PERSON", 0, 4), ("PERSON", 14, 17)]) == ["B-PERSON", "O", "O", "B-PERSON"]


def test_edits_move_what_is_labelled_after_them() -> None:
    text, spans = edited("hi Ann, call Bo", [("PERSON", 3, 6), ("PERSON", 13, 15)], [(6, 7, ""), (0, 2, "hello")])
    assert [text[start:end] for _, start, end in spans] == ["Ann", "Bo"]


def test_people_are_put_into_real_sentences() -> None:
    said = [Labelled("my wife said he called", ())] * 40
    found = list(natural(said, 1))
    assert any(spans for _, spans in found)
    assert all(text[start:end].strip() for text, spans in found for _, start, end in spans)


def test_messages_of_the_release_say_whom_they_name() -> None:
    found = personal(gold())
    assert any("Delacroix-Yang" in text[start:end] for text, spans in found for _, start, end in spans)
    assert any(
        text[start:end].endswith("davis") for text, spans in found for label, start, end in spans if label == "ADDRESS"
    )
    for text, spans in found:
        for (_, _, end), (_, start, _) in pairwise(spans):
            assert end <= start, text
