"""A reader that knows the messages of a test: each is written once with its labels, and said without them."""

from collections.abc import Iterable

from mhc_core.understanding import labelled
from mhc_core.understanding.result import DialogueContext, Understood


class Labelled:
    """Reads the messages that it was told of, without a fault; what it does not know it fails on, as models may."""

    model_id = "labelled"

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._known: dict[str, labelled.LabelledMessage] = {}
        for line in lines:
            self.learn(line)

    def learn(self, line: str) -> str:
        """The message of a labelled line, known from now on."""
        message = labelled.parse_line(line)
        self._known[message.text] = message
        return message.text

    def read(self, text: str, context: DialogueContext) -> Understood:
        """What the labels say."""
        return labelled.as_understood(self._known[text])
