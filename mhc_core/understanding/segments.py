"""Where one thing that is said ends and the next begins.

People seldom write where they go on to something else, and a labelled text holds few such places. So the tagger also
learns from messages that were made of two or three others, with the words between them that people put there.
"""

import re
from collections.abc import Sequence
from random import Random
from typing import Any

from mhc_core.understanding.encoding import Encoded, TokenStates, encode_all
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.result import DialogueContext
from mhc_core.understanding.tagger import Example, Tagger, seen
from mhc_core.understanding.tagger import train as train_tagger

_PART = "part"
HIDDEN = 64
_LONGEST = 120
"""Characters of a message that others are joined to."""
_BETWEEN = (" ", " ", " ", " ", ", ", " and ", " also ", ". ", "\n", "! ", " but ", " - ")
_END = re.compile(r"[\s.!?,]+$")


def cut(tagger: Tagger, encoded: Encoded, context: DialogueContext) -> list[tuple[int, int]]:
    """The segments of a message in characters, end exclusive; all of its words lie in one of them."""
    if not encoded.words:
        return []
    starts = [span.start for span in tagger.spans(encoded, context)]
    places = sorted({encoded.words[0].start, *starts})
    ends = [max(word.end for word in encoded.words if word.start < after) for after in places[1:]]
    return list(zip(places, [*ends, encoded.words[-1].end], strict=True))


def train(
    messages: Sequence[tuple[LabelledMessage, Encoded, Any]], embedder: TokenStates, joined: int, seed: int
) -> Tagger:
    """A tagger of segments from the messages, each as vectors and as a tagger sees it, and ``joined`` others made of
    them."""
    rng = Random(seed)
    examples = [
        Example(encoded, sight, [(_PART, part.start, part.end) for part in message.segments])
        for number, (message, encoded, sight) in enumerate(messages)
        if len(message.segments) > 1 or number % 2
    ]
    short = [message for message, _, _ in messages if len(message.text) <= _LONGEST and len(message.segments) == 1]
    made = [_joined(short, rng) for _ in range(joined if short else 0)]
    encoded_all = encode_all([text for text, _, _ in made], embedder.first)
    for encoded, (_, context, places) in zip(encoded_all, made, strict=True):
        examples.append(Example(encoded, seen(encoded, context), places))
    return train_tagger(examples, seed, HIDDEN)


def _joined(short: Sequence[LabelledMessage], rng: Random) -> tuple[str, DialogueContext, list[tuple[str, int, int]]]:
    text, places, first = "", [], rng.choice(short)
    for message in [first, *rng.choices(short, k=rng.choice((1, 1, 2)))]:
        if text:
            between = rng.choice(_BETWEEN)
            text = (text if between == " " and rng.random() < 0.5 else _END.sub("", text)) + between
            words = between.strip(" ,.!-\n")
            start = len(text) - len(words) - 1 if words else len(text)
        else:
            start = 0
        text += message.text
        places.append((_PART, start, len(text)))
    return text, first.context, places
