"""How the models of other languages are made: fields a language, heads for all of them and English together."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding import examples, heads
from mhc_core.understanding.heads import Inputs
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.multilingual import gold
from mhc_core.understanding.multilingual.features import features
from mhc_core.understanding.multilingual.model import PART, Embed, Fields, Floats, Heads, MultilingualModel, inputs
from mhc_core.understanding.multilingual.script import READ, split
from mhc_core.understanding.needs import NO_REASON, calibrated
from mhc_core.understanding.result import DialogueContext
from mhc_core.understanding.tagger import OUTSIDE, Example, train_crf
from mhc_core.understanding.words import Word

COPIES = 12
"""Variations of each message that a field learns from."""
LEAST = 8
"""How often a field must have seen a feature, variations included: less makes the file larger and reads no better."""
EVERY = 6
"""One of so many English messages teaches the heads what acts, topics and needs are; its vector says the same."""
NATIVE_WEIGHT = 5
"""How often a segment of another language counts beside an English one."""
REGULARISATION = 5.0
LEAST_CALL = 0.15
"""A person is called from no lower probability: at .11, which the writers alone would give, a booking in full was
handed over."""
FOLDS = 5
"""Into so many the writers are cut. With 2 the threshold moved by a third when one more writer came in."""


class Said(NamedTuple):
    """A segment to learn from, with the number of its message and its writer."""

    text: str
    context: DialogueContext
    act: str
    topic: str
    reason: str
    message: int
    writer: str


def train(
    embed: Embed,
    report: Callable[[str], object],
    seed: int = 1,
    corrected: Mapping[str, Sequence[LabelledMessage]] = MappingProxyType({}),
    known: Mapping[str, Fields] = MappingProxyType({}),
) -> MultilingualModel:
    """The models of all languages; ``report`` hears what takes time (some minutes of one core).

    Args:
        corrected: by language what is learned beside the gold, in normal text.
        known: fields by language that are taken as they are.
    """
    chosen = {language: [*gold.messages(language), *corrected.get(language, ())] for language in READ}
    fields = {}
    for language, messages in chosen.items():
        if language not in known:
            report(f"fields of {language} from {len(messages)} messages")
        fields[language] = known.get(language) or trained_fields(language, messages, seed)
    native = [message for messages in chosen.values() for message in messages]
    return MultilingualModel(fields, trained_heads(native, embed, report), embed, "untold")


def trained_fields(language: str, chosen: Sequence[LabelledMessage], seed: int) -> Fields:
    """The sequence models of a language from its labelled messages and their variations."""
    seen, slots, parts = [], [], []
    for message in gold.varied(language, COPIES, seed, chosen):
        words = split(message.text)
        if words:
            sight = features(message.text, words, language, message.context)
            seen.append(Example(None, sight, ()))  # type: ignore[arg-type]  # only its sight is read
            slots.append(_labels(words, [(one.name.value, one.start, one.end) for one in message.slots]))
            parts.append(_labels(words, [(PART, one.start, one.end) for one in message.segments]))
    return Fields(train_crf(seen, slots, seed, LEAST), train_crf(seen, parts, seed, LEAST))


def _labels(words: Sequence[Word], spans: Sequence[tuple[str, int, int]]) -> list[str]:
    labels = [OUTSIDE] * len(words)
    for name, start, end in spans:
        first = True
        for place, word in enumerate(words):
            if word.start >= start and word.end <= end:
                labels[place] = f"{'B' if first else 'I'}-{name}"
                first = False
    return labels


def trained_heads(native: Sequence[LabelledMessage], embed: Embed, report: Callable[[str], object]) -> Heads:
    """The classifiers of segments, and from which probability on a person is called (measured on other writers)."""
    said = [*_segments(native), *_segments(examples.gold()[::EVERY], len(native))]
    report(f"vectors of {len(said):,} segments")
    own = np.array([one.message < len(native) for one in said])
    centre = embed([one.text for one in said]).mean(axis=0)
    given = inputs([one.text for one in said], [one.context for one in said], embed, centre)
    report("heads")
    acts, topics, needs = (
        _head(given, [getattr(one, label) for one in said], said, own) for label in ("act", "topic", "reason")
    )
    return Heads(acts, topics, needs, _call_from(given, said, own), centre)


def _segments(messages: Sequence[LabelledMessage], first: int = 0) -> list[Said]:
    return [
        Said(
            message.text[part.start : part.end],
            message.context,
            part.act.value,
            part.topic.value,
            part.reason or NO_REASON,
            first + number,
            message.writer,
        )
        for number, message in enumerate(messages)
        for part in message.segments
    ]


def _head(given: Inputs, labels: Sequence[str], said: Sequence[Said], own: NDArray[np.bool_]) -> heads.Head:
    rows = [*range(len(said)), *np.flatnonzero(own).tolist() * (NATIVE_WEIGHT - 1)]
    numbers = [said[row].message for row in rows]
    return heads.train(_some(given, rows), [labels[row] for row in rows], numbers, REGULARISATION)


def _some(given: Inputs, rows: Sequence[int]) -> Inputs:
    return Inputs([given.texts[row] for row in rows], given.vectors[rows], given.circumstances[rows])


def _call_from(given: Inputs, said: Sequence[Said], own: NDArray[np.bool_]) -> float:
    """The threshold of needs by writers that were left out, some at a time."""
    writers = sorted({one.writer for one, native in zip(said, own, strict=True) if native})
    scores = np.zeros(len(said))
    for fold in range(FOLDS):
        left = {writer for place, writer in enumerate(writers) if place % FOLDS == fold}
        asked = np.array([one.writer in left and native for one, native in zip(said, own, strict=True)])
        taught, rest = np.flatnonzero(~asked).tolist(), np.flatnonzero(asked).tolist()
        reasons, numbers = [said[row].reason for row in taught], [said[row].message for row in taught]
        head = heads.train(_some(given, taught), reasons, numbers, REGULARISATION)
        scores[rest] = 1 - head.probabilities(_some(given, rest))[:, head.classes.index(NO_REASON)]
    best, needed = defaultdict[int, float](float), defaultdict[int, bool](bool)
    for one, score, native in zip(said, scores, own, strict=True):
        if native:
            best[one.message] = max(best[one.message], float(score))
            needed[one.message] |= one.reason != NO_REASON
    chances = np.clip(np.array([best[number] for number in best]), 1e-6, 1 - 1e-6)
    odds = np.log(chances / (1 - chances))
    platt, call_from = calibrated(odds, np.array([needed[number] for number in best]))
    threshold = (np.log(call_from / (1 - call_from)) - platt[1]) / platt[0]
    return max(LEAST_CALL, float(1 / (1 + np.exp(-threshold))))


def vectors(embed: Embed) -> Callable[[Sequence[str]], Floats]:
    """An embedder that remembers: many segments occur more than once."""
    known: dict[str, Floats] = {}

    def remembered(texts: Sequence[str]) -> Floats:
        for text in texts:
            if text not in known:
                known[text] = embed([text])[0]
        return np.array([known[text] for text in texts], np.float32)

    return remembered
