"""A scrubber for tests of what comes after it."""

from collections.abc import Sequence
from typing import Any

from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.findings import Risk, ScrubResult


class Clean(Scrubber):
    """Finds nothing to scrub."""

    version = "clean"

    def __init__(self) -> None:
        pass

    def scrub(self, text: str, memory: Any = None, known: Any = ()) -> ScrubResult:
        return ScrubResult(text, (), Risk.NONE, True)

    def scrub_conversation(self, texts: Sequence[str], known: Any = None) -> list[ScrubResult]:
        return [self.scrub(text) for text in texts]
