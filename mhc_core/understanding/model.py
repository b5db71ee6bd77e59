"""The model of understanding: taggers for slots and segments, heads for act and topic, and who needs a person."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays as archive
from mhc_core.errors import DataError
from mhc_core.understanding import heads, needs, segments, tagger
from mhc_core.understanding.encoding import Encoded, TokenStates, encode, encode_all
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.labelled import CONFIRM, PERSON, LabelledMessage
from mhc_core.understanding.needs import NO_REASON, Needs
from mhc_core.understanding.result import (
    Act,
    DialogueContext,
    Segment,
    Slot,
    SlotName,
    Topic,
    Understood,
)
from mhc_core.understanding.tagger import Tagger
from mhc_core.understanding.words import circumstances

FORMAT = "mhc-understanding-2"
_DOCUMENT = "understanding.json"
ASKED = (
    "date", "time", "guests", "ages", "children", "address", "miles", "proteins", "name", "contact", CONFIRM, PERSON,
)  # fmt: skip
"""What an answer may ask for, in the order of the heads' circumstances."""
REGULARISATION = 5.0
"""Of the heads; chosen on writers who were not taught."""
_THREADS = 2
JOINED_SHARE = 6
"""One message joined from others for so many labelled ones, to learn where segments begin."""


@dataclass(frozen=True)
class UnderstandingModel:
    """A ``Reader``. Its hash names it, so ``model_id`` is given by whoever stores it."""

    slots: Tagger
    segments: Tagger
    acts: Head
    topics: Head
    needs: Needs
    embedder: TokenStates
    model_id: str = "untold"

    def read(self, text: str, context: DialogueContext) -> Understood:
        """What a message says after ``context``; slots have no values yet."""
        encoded = encode(text, self.embedder)
        places = segments.cut(self.segments, encoded, context)
        if not places:
            return Understood((), None, self.model_id)
        spans = self.slots.spans(encoded, context)
        inputs = _inputs([encoded], [context], [[(start, end, text[start:end]) for start, end in places]])
        acts, topics = self.acts.probabilities(inputs), self.topics.probabilities(inputs)
        found = []
        for row, (start, end) in enumerate(places):
            act, topic = int(acts[row].argmax()), int(topics[row].argmax())
            inside = tuple(
                Slot(SlotName(span.label), span.start, span.end, text[span.start : span.end], None, span.probability)
                for span in spans
                if start <= span.start < end
            )
            found.append(
                Segment(
                    start,
                    end,
                    text[start:end],
                    Act(self.acts.classes[act]),
                    float(acts[row, act]),
                    Topic(self.topics.classes[topic]),
                    float(topics[row, topic]),
                    inside,
                )
            )
        person = self.needs.person(inputs, _pooled([encoded], [places]))
        return Understood(found, person, self.model_id)

    def to_bytes(self) -> bytes:
        """The model as one file without pickles; the same model gives the same bytes."""
        parts = {"slots": self.slots.arrays, "acts": self.acts.arrays, "topics": self.topics.arrays}
        parts |= {"needs": self.needs.arrays, "segments": self.segments.arrays}
        flat = {f"{part}.{name}": array for part, held in parts.items() for name, array in held.items()}
        return archive.dump(_DOCUMENT, {"format": FORMAT}, flat)

    @staticmethod
    def from_bytes(data: bytes, model_id: str, embedder: TokenStates) -> "UnderstandingModel":
        """The model of a file whose hash was checked.

        Raises:
            DataError: the file is none of this format.
        """
        try:
            if archive.document(_DOCUMENT, data).get("format") != FORMAT:
                raise ValueError("another format")
            held = archive.arrays(_DOCUMENT, data)
            return UnderstandingModel(
                Tagger.from_arrays(_part(held, "slots")),
                Tagger.from_arrays(_part(held, "segments")),
                Head.from_arrays(_part(held, "acts")),
                Head.from_arrays(_part(held, "topics")),
                Needs.from_arrays(_part(held, "needs")),
                embedder,
                model_id,
            )
        except archive.DAMAGED as error:
            raise DataError(f"{model_id} is no model of understanding of this version; train it again") from error

    @staticmethod
    def train(examples: Sequence[LabelledMessage], embedder: TokenStates, seed: int) -> "UnderstandingModel":
        """A model of the examples (two minutes of one busy core for 12,000 messages, a third for the networks' states).

        Raises:
            DataError: no example.
        """
        if not examples:
            raise DataError("there is no labelled message to learn understanding from")
        with ThreadPoolExecutor(_THREADS) as threads:
            encoded = encode_all([message.text for message in examples], embedder)
            seen = [tagger.seen(states, message.context) for message, states in zip(examples, encoded, strict=True)]
            messages = list(zip(examples, encoded, seen, strict=True))
            # Of what holds nothing to find, half is enough to learn that, and the time is in the sequences.
            telling = [_slots(*each) for number, each in enumerate(messages) if each[0].slots or number % 2]
            slots = threads.submit(tagger.train, telling, seed)
            cuts = threads.submit(segments.train, messages, embedder, len(examples) // JOINED_SHARE, seed)
            parts = [
                [(part.start, part.end, message.text[part.start : part.end]) for part in message.segments]
                for message in examples
            ]
            inputs = _inputs(encoded, [message.context for message in examples], parts)
            numbers = [number for number, message in enumerate(examples) for _ in message.segments]
            said = [part for message in examples for part in message.segments]
            taught = needs.Taught(
                inputs.features.rows(),
                _pooled(encoded, [[(start, end) for start, end, _ in cut] for cut in parts]),
                np.array([part.reason or NO_REASON for part in said]),
                np.array([f"{part.topic}/{part.act}" for part in said]),
                np.array(numbers),
            )
            person = threads.submit(needs.train, taught, [message.writer for message in examples], seed)
            acts, topics = (
                threads.submit(heads.train, inputs, labels, numbers, REGULARISATION)
                for labels in ([part.act.value for part in said], [part.topic.value for part in said])
            )
            return UnderstandingModel(
                slots.result(), cuts.result(), acts.result(), topics.result(), person.result(), embedder
            )


def _slots(message: LabelledMessage, encoded: Encoded, seen: Any) -> tagger.Example:
    return tagger.Example(encoded, seen, [(slot.name.value, slot.start, slot.end) for slot in message.slots])


def _inputs(
    encoded: Sequence[Encoded], contexts: Sequence[DialogueContext], parts: Sequence[Sequence[tuple[int, int, str]]]
) -> Inputs:
    texts, vectors, after = [], [], []
    for message, context, cut in zip(encoded, contexts, parts, strict=True):
        asked = set(circumstances(context).split("+"))
        known = [float(name in asked) for name in ASKED]
        for number, (start, end, text) in enumerate(cut):
            texts.append(text)
            vectors.append(message.part(start, end))
            after.append([*known, float(number == 0)])
    return Inputs(texts, np.array(vectors, dtype=np.float32), np.array(after, dtype=np.float32))


def _pooled(encoded: Sequence[Encoded], parts: Sequence[Sequence[tuple[int, int]]]) -> NDArray[np.float32]:
    pairs = [(message, start, end) for message, cut in zip(encoded, parts, strict=True) for start, end in cut]
    states = [message.within(start, end) for message, start, end in pairs]
    return needs.pooled(states, [message.whole for message, _, _ in pairs], encoded[0].width)


def _part(held: dict[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    return {key.removeprefix(f"{name}."): array for key, array in held.items() if key.startswith(f"{name}.")}
