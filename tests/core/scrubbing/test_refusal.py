"""A scrubber that cannot do its work says so and lets nothing through."""

import logging
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mhc_core.errors import ConfigurationError, ScrubRefused
from mhc_core.scrubbing import PiiType, Scrubber, engine, registry
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.tagger import model

SECRET = "Maria Lopez 650-555-0177"


class Broken(SpanRecognizer):
    """Fails and quotes the text, as libraries do."""

    types = (PiiType.PERSON,)

    def spans(self, text: str) -> Iterator[Span]:
        raise ValueError(f"cannot read {text}")


class Slow(SpanRecognizer):
    """Takes its time."""

    types = (PiiType.PERSON,)

    def spans(self, text: str) -> Iterator[Span]:
        time.sleep(0.05)
        yield from ()


class Restless(SpanRecognizer):
    """Finds one letter more each time."""

    types = (PiiType.PERSON,)

    def spans(self, text: str) -> Iterator[Span]:
        first = next((index for index, character in enumerate(text) if character.isalnum()), None)
        if first is not None:
            yield PiiType.PERSON, first, first + 1, 0.9


class Outside(SpanRecognizer):
    """Fails in the method Presidio calls, with an error of memory rather than of a value."""

    types = (PiiType.PERSON,)

    def spans(self, text: str) -> Iterator[Span]:
        yield from ()

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[Any]:
        raise MemoryError(text)


def scrubber(*recognizers: SpanRecognizer, budget: float = 5) -> Scrubber:
    broken = registry.analyzer(list(recognizers))
    return Scrubber(broken, broken, budget=budget)


@pytest.mark.parametrize("recognizer", [Broken, Outside])
def test_an_exception_refuses_without_the_text(
    recognizer: type[SpanRecognizer], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG), pytest.raises(ScrubRefused) as refusal:
        scrubber(*registry.rules(), recognizer()).scrub(SECRET)
    assert "Maria" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__
    assert "Maria" not in caplog.text


def test_a_text_of_a_conversation_that_fails_refuses_the_conversation() -> None:
    with pytest.raises(ScrubRefused):
        scrubber(Broken()).scrub_conversation(["hi", SECRET])


def test_a_time_out_refuses() -> None:
    with pytest.raises(ScrubRefused, match="took longer than"):
        scrubber(Slow(), budget=0.1).scrub("ok then " * 4000)


def test_a_text_that_never_settles_is_refused() -> None:
    with pytest.raises(ScrubRefused, match="does not settle"):
        scrubber(Restless()).scrub("abcdefghijklmnopqrstuvwxyz")


def test_a_text_of_absurd_length_is_refused() -> None:
    with pytest.raises(ScrubRefused, match="longer than"):
        Scrubber.load().scrub("a" * (engine.MAX_CHARS + 1))


@pytest.mark.parametrize("content", [None, b"not a model"])
def test_a_missing_or_damaged_tagger_is_a_configuration_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes | None
) -> None:
    if content is not None:
        (tmp_path / model.FILE).write_bytes(content)
    monkeypatch.setattr(model, "files", lambda package: tmp_path)
    with pytest.raises(ConfigurationError, match="missing or damaged: install the project again"):
        model.packaged.__wrapped__()


def test_a_huge_message_is_scrubbed_in_bounded_time() -> None:
    line = "we need 12 adults and 5 kids on saturday, thanks a lot and see you then. "
    text = line * 1700 + "my name is Kwame Mensah, 650-555-0177. " + line * 1700
    started = time.perf_counter()
    result = Scrubber.load().scrub(text)
    assert len(text) > 240_000
    assert "Kwame" not in result.text
    assert "0177" not in result.text
    assert time.perf_counter() - started < 60


@pytest.mark.parametrize(
    "piece", ["1", "1 ", "a@", "a.", "( ", "-", "one ", "@a", "::", "12 Oak ", "A", "[PERSON_1]", "Maria ", "at x dot "]
)
def test_no_pattern_explodes_on_repetition(piece: str) -> None:
    started = time.perf_counter()
    Scrubber.load().scrub(piece * (12_000 // len(piece)))
    assert time.perf_counter() - started < 30
