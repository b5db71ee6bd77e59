"""The model of understanding: a tagger for slots, one for segments, and heads for act, topic and need of a person."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays as archive
from mhc_core.errors import DataError
from mhc_core.understanding import heads, segments, tagger
from mhc_core.understanding.encoding import Encoded, TokenStates, encode
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.labelled import CONFIRM, PERSON, LabelledMessage
from mhc_core.understanding.result import (
    Act,
    DialogueContext,
    PersonNeed,
    Segment,
    Slot,
    SlotName,
    Topic,
    Understood,
)
from mhc_core.understanding.tagger import Tagger
from mhc_core.understanding.words import circumstances

FORMAT = "mhc-understanding-1"
_DOCUMENT = "understanding.json"
NO_REASON = "none"
ASKED = (
    "date", "time", "guests", "ages", "children", "address", "miles", "proteins", "name", "contact", CONFIRM, PERSON,
)  # fmt: skip
"""What an answer may ask for, in the order of the heads' circumstances."""
_THREADS = 2
JOINED_SHARE = 6
"""One message joined from others for so many labelled ones, to learn where segments begin."""
PERSON_FROM = 0.3
"""Probability from which a message goes to a person: one too many costs less than one too few."""


@dataclass(frozen=True)
class UnderstandingModel:
    """A ``Reader``. Its hash names it, so ``model_id`` is given by whoever stores it."""

    slots: Tagger
    segments: Tagger
    acts: Head
    topics: Head
    reasons: Head
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
        return Understood(found, self._person(self.reasons.probabilities(inputs)), self.model_id)

    def _person(self, probabilities: NDArray[np.float32]) -> PersonNeed | None:
        nobody = self.reasons.classes.index(NO_REASON)
        needed = 1 - probabilities[:, nobody]
        row = int(needed.argmax())
        if needed[row] < PERSON_FROM:
            return None
        reasons = probabilities[row].copy()
        reasons[nobody] = 0
        return PersonNeed(self.reasons.classes[int(reasons.argmax())], float(needed[row]))

    def to_bytes(self) -> bytes:
        """The model as one file without pickles; the same model gives the same bytes."""
        parts = {"slots": self.slots.arrays, "acts": self.acts.arrays, "topics": self.topics.arrays}
        parts |= {"reasons": self.reasons.arrays, "segments": self.segments.arrays}
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
                Head.from_arrays(_part(held, "reasons")),
                embedder,
                model_id,
            )
        except archive.DAMAGED as error:
            raise DataError(f"{model_id} is no model of understanding of this version; train it again") from error

    @staticmethod
    def train(examples: Sequence[LabelledMessage], embedder: TokenStates, seed: int) -> "UnderstandingModel":
        """A model of the examples (about 40 s for 4,000 messages on one core).

        Raises:
            DataError: no example.
        """
        if not examples:
            raise DataError("there is no labelled message to learn understanding from")
        with ThreadPoolExecutor(_THREADS) as threads:
            encoded = list(threads.map(lambda message: encode(message.text, embedder), examples))
            # Of what holds nothing to find, half is enough to learn that, and the time is in the sequences.
            telling = [
                _slots(message, states)
                for number, (message, states) in enumerate(zip(examples, encoded, strict=True))
                if message.slots or number % 2
            ]
            slots = threads.submit(tagger.train, telling, seed)
            cuts = threads.submit(
                segments.train, list(zip(examples, encoded, strict=True)), embedder, len(examples) // JOINED_SHARE, seed
            )
            parts = [
                [(part.start, part.end, message.text[part.start : part.end]) for part in message.segments]
                for message in examples
            ]
            inputs = _inputs(encoded, [message.context for message in examples], parts)
            groups = [number for number, message in enumerate(examples) for _ in message.segments]
            said = [part for message in examples for part in message.segments]
            acts, topics, reasons = (
                threads.submit(heads.train, inputs, labels, groups)
                for labels in (
                    [part.act.value for part in said],
                    [part.topic.value for part in said],
                    [part.reason or NO_REASON for part in said],
                )
            )
            return UnderstandingModel(
                slots.result(), cuts.result(), acts.result(), topics.result(), reasons.result(), embedder
            )


def _slots(message: LabelledMessage, encoded: Encoded) -> tagger.Example:
    return tagger.Example(encoded, message.context, [(slot.name.value, slot.start, slot.end) for slot in message.slots])


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


def _part(held: dict[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    return {key.removeprefix(f"{name}."): array for key, array in held.items() if key.startswith(f"{name}.")}
