"""Messages written by hand, as they are and with other people in them."""

from collections.abc import Iterator, Sequence
from random import Random

from mhc_core.scrubbing.tagger.invented.messages import Messages
from mhc_core.scrubbing.tagger.labelled import Labelled

_SLOTS = {
    "PERSON": "{name}",
    "ADDRESS": "{address}",
    "PHONE": "{phone}",
    "CODE": "{code}",
    "ID": "{id}",
    "PLATE": "{plate}",
    "BIRTH_DATE": "{birth}",
}
TIMES = 6
"""How often each message is taught."""


def written(messages: Sequence[Labelled], seed: int) -> Iterator[Labelled]:
    """Each message several times; most of its personal data is replaced by invented data of the same kind."""
    drawn = Messages(Random(seed))
    random = Random(seed + 1)
    for message in messages:
        for time in range(TIMES if message.spans else 2):
            yield _with_others(message, drawn, random, 0.0 if time == 0 else 0.8)


def _with_others(message: Labelled, drawn: Messages, random: Random, share: float) -> Labelled:
    text, position = "", 0
    spans: list[tuple[str, int, int]] = []
    for label, start, end in message.spans:
        if label not in _SLOTS or start < position:
            continue
        text += message.text[position:start]
        value = message.text[start:end]
        slot = "{first}" if label == "PERSON" and " " not in value else _SLOTS[label]
        if label == "CODE" and sum(sign.isalpha() for sign in value) > 2:
            slot = "{secret}"
        if random.random() < share and (value.isascii() or label != "PERSON"):
            filled = drawn.fill(slot).text
            lower = value.islower() and len(filled.lower()) == len(filled)
            value = filled.lower() if lower and label in ("PERSON", "ADDRESS") else filled
        spans.append(("BIRTH" if label == "BIRTH_DATE" else label, len(text), len(text) + len(value)))
        text += value
        position = end
    return Labelled(text + message.text[position:], spans)
