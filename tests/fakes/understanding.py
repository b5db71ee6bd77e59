"""A reader that knows the messages of the tests: each is written once with its labels, and said without them."""

from collections.abc import Iterable

from mhc_core.understanding import labelled
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import DialogueContext, Understood


class Labelled:
    """Reads the messages that it was told of, without a fault; all others are left to ``otherwise``."""

    model_id = "labelled"

    def __init__(self, lines: Iterable[str] = (), otherwise: Reader | None = None) -> None:
        self._known: dict[str, labelled.LabelledMessage] = {}
        self._otherwise = otherwise
        for line in lines:
            self.learn(line)

    def learn(self, line: str) -> str:
        """The message of a labelled line, known from now on; a message without labels as it is."""
        try:
            message = labelled.parse_line(line)
        except ValueError:
            return line
        self._known[message.text] = message
        return message.text

    def read(self, text: str, context: DialogueContext) -> Understood:
        """What the labels say.

        Raises:
            KeyError: nobody labelled the message.
        """
        if text not in self._known and self._otherwise is not None:
            return self._otherwise.read(text, context)
        return labelled.as_understood(self._known[text])
