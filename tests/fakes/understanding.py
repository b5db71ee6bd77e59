"""A reader that knows the messages of the tests: each is written once with its labels, and said without them.

A message that nobody labelled is a question about nothing in particular, which the knowledge answers.
"""

from collections.abc import Iterable

from mhc_core.understanding import labelled
from mhc_core.understanding.result import Act, DialogueContext, Topic, Understood


class Labelled:
    """Reads the messages that it was told of, without a fault; all others are one question each."""

    model_id = "labelled"

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self._known: dict[str, labelled.LabelledMessage] = {}
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
        """What the labels say."""
        return labelled.as_understood(self._known.get(text) or _question(text))


def _question(text: str) -> labelled.LabelledMessage:
    part = labelled.LabelledSegment(0, len(text), Act.ASK, Topic.OTHER)
    return labelled.LabelledMessage(text, frozenset(), (part,), ())
