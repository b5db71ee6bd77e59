"""A reader that knows the messages of the tests: each is written once with its labels, and said without them.

A message that nobody labelled is a question about a rule of the business, which the knowledge answers.
"""

from collections.abc import Iterable

from mhc_core.understanding import labelled
from mhc_core.understanding.result import Act, DialogueContext, Topic, Understood

COMMON = (
    "greet: hi",
    "greet: hello!",
    "greet: hi there",
    "thank: thanks!",
    "thank: ok thanks, that helps",
    "affirm: yes",
    "affirm: yes please",
    "complain/complaint !legal threat: You will hear from my lawyer",
    "ask/price_party: How much for [adults:8 adults], [miles:10 miles]?",
    "ask/price_party: How much for [adults:8 adults] and [children:4 children], [miles:45 miles] away?",
    "ask/price_party: price for [adults:8 adults] please",
    "inform/book: I would like to book a party for [adults:12 adults] please",
    "ask/menu: Which sauces are on the menu?",
    "person !request for a person: I want to talk to a person",
    "ask/price_party: How much for [adults:12 adults], [miles:10 miles]?",
    "ask/price_party: How much for [adults:6 adults], [miles:10 miles]?",
    "ask/menu: Which meats and proteins on the menu go with my order?",
    "ask/price_party: how much for [guests:20 people]?",
    "@ages inform/price_party: all adults, [miles:10 miles]",
    "ask/price_party: what is the total for us, [miles:40 miles]",
)
"""What several tests say."""


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
    part = labelled.LabelledSegment(0, len(text), Act.ASK, Topic.POLICY)
    return labelled.LabelledMessage(text, frozenset(), (part,), ())
