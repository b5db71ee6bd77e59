"""The base of this project's Presidio recognisers: a function from a text to spans."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from presidio_analyzer import LocalRecognizer, RecognizerResult

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.signs import without_signs

Span = tuple[PiiType, int, int, float]
"""Type, start, end (exclusive), score 0..1."""


class SpanRecognizer(LocalRecognizer):
    """A recogniser that says what it found by ``spans``; an exception in there reaches the caller.

    Presidio's own ``PatternRecognizer`` logs a time-out of a pattern and goes on without its findings. That lets text
    through, so patterns here are run by ``re``, are of bounded length, and fail loudly.
    """

    types: tuple[PiiType, ...] = ()
    reads_signs = False
    """Whether Chinese and Japanese are read; for others than these a number stands apart from their signs."""
    name: str

    def __init__(self, name: str | None = None, supported_language: str = "en") -> None:
        super().__init__(
            [kind.value for kind in self.types], name=name or type(self).__name__, supported_language=supported_language
        )

    def load(self) -> None:
        """Nothing to load."""

    @abstractmethod
    def spans(self, text: str) -> Iterator[Span]:
        """What was found in ``text``; spans may overlap."""

    def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
        """Presidio's entry point."""
        read = text if self.reads_signs else without_signs(text)
        return [
            RecognizerResult(
                kind.value,
                start,
                end,
                score,
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: self.name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                },
            )
            for kind, start, end, score in self.spans(read)
            if kind.value in entities
        ]
