"""How well people are read whose words no model was taught: each group of writers by a model of the others."""

from collections.abc import Callable, Sequence
from typing import Any

from mhc_core.business.pricing import Business
from mhc_core.understanding import folds, measures
from mhc_core.understanding.encoding import TokenStates
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.measures import Marks
from mhc_core.understanding.reader import Reader
from mhc_jobs.bench.understanding.messages import marked

GROUPS = 5


def measure(
    business: Business, examples: Sequence[LabelledMessage], train: Callable[[Sequence[LabelledMessage]], Reader]
) -> dict[str, dict[str, Any]]:
    """Measures of each writer and of ``all``; ``train`` makes a model of messages."""
    group = folds.by_writer([message.writer for message in examples], GROUPS).tolist()
    found: dict[str, list[Marks]] = {"all": []}
    for number in range(GROUPS):
        reader = train([message for message, own in zip(examples, group, strict=True) if own != number])
        for message in (message for message, own in zip(examples, group, strict=True) if own == number):
            mark = marked(business, reader.read(message.text, message.context), message)
            found["all"].append(mark)
            found.setdefault(message.writer, []).append(mark)
    return {name: _told(marks) for name, marks in sorted(found.items())}


def _told(marks: Sequence[Marks]) -> dict[str, Any]:
    shares = {name: round(value, 4) for name, value in measures.totals(marks).items()}
    return {**shares, "messages": len(marks), "need_a_person": sum(mark.person_seen is not None for mark in marks)}


class Remembered:
    """An embedder that reads each text once."""

    def __init__(self, embedder: TokenStates) -> None:
        self._embedder = embedder
        self._known: dict[str, Any] = {}

    @property
    def width(self) -> int:
        """As the embedder's."""
        return self._embedder.width

    @property
    def first(self) -> TokenStates:
        """As the embedder's; what it reads is not remembered."""
        return self._embedder.first

    def token_states(self, text: str) -> Any:
        """As the embedder's."""
        return self.token_states_of([text])[0]

    def token_states_of(self, texts: Sequence[str]) -> list[Any]:
        """As the embedder's."""
        unknown = list(dict.fromkeys(text for text in texts if text not in self._known))
        self._known.update(zip(unknown, self._embedder.token_states_of(unknown), strict=True))
        return [self._known[text] for text in texts]
