"""What of a message was not understood though it may change a request: a number in no slot, a yes with a but.

Nothing is sent on such a message: the customer is asked what it changes.
"""

import re

from mhc_core.concierge.agents.reply import Question
from mhc_core.concierge.facts.doubts import numbers_left
from mhc_core.understanding.result import Act, Topic

_CHANGING = frozenset({Act.CORRECT, Act.ADD, Act.REMOVE})
_MAY_TELL = _CHANGING | {Act.AFFIRM, Act.INFORM}
_OTHER = frozenset({Topic.COMPLAINT, Topic.OTHER, Topic.DATA_REQUEST, Topic.PAYMENT})
_BUT = re.compile(r"\b(?:but|except|instead|actually|wait|only if|as long as|unless|pero|excepto)\b", re.IGNORECASE)


def changes(question: Question) -> bool:
    """Whether the message means to change something, understood or not."""
    if question.acts & _CHANGING:
        return True
    agreeing = [segment for segment in question.segments if segment.act is Act.AFFIRM]
    return any(_BUT.search(segment.text) for segment in agreeing) or bool(numbers(question))


def numbers(question: Question) -> list[str]:
    """Numbers of the message that belong to nothing that was understood, with the word before them."""
    return [
        number
        for segment in question.segments
        if segment.act in _MAY_TELL and segment.topic not in _OTHER
        for number in numbers_left(segment)
    ]
