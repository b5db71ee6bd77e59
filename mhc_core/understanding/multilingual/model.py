"""The reader of one other language: fields for slots and segments, and heads for acts, topics and needs of a person.

Slots and segments are found by conditional random fields (Lafferty et al. 2001) on ``features``; acts, topics and needs
by multinomial logistic regressions on multilingual vectors (e5) and on words and their pairs, shared by all languages.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.multilingual.exact import with_exact
from mhc_core.understanding.multilingual.features import features
from mhc_core.understanding.multilingual.grammars import PEOPLE, counts_nobody
from mhc_core.understanding.multilingual.script import normal, spaced, split
from mhc_core.understanding.needs import NO_REASON
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
from mhc_core.understanding.tagger import OUTSIDE, Crf
from mhc_core.understanding.words import Word, circumstances

Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]
PART = "part"
ASKED = (
    "date", "time", "guests", "ages", "children", "address", "miles", "proteins", "name", "contact", "confirm",
    "person",
)  # fmt: skip
"""What an answer may ask for, in the order of the heads' circumstances."""
_LONGEST = 400
"""Characters of a segment that its vector is made of."""


@dataclass(frozen=True)
class Heads:
    """The classifiers of segments; ``call_from`` is the probability of a need from which a person is called.

    ``centre`` is the mean vector of the languages' texts: vectors of e5 lie so close to it that what tells them apart
    is small beside it.
    """

    acts: Head
    topics: Head
    needs: Head
    call_from: float
    centre: Floats


@dataclass(frozen=True)
class Fields:
    """The two sequence models of a language."""

    slots: Crf
    parts: Crf


@dataclass(frozen=True)
class MultilingualModel:
    """Reads messages of the languages it has fields for. Safe to call from several threads."""

    fields: Mapping[str, Fields]
    heads: Heads
    embed: Embed
    model_id: str

    def read(self, text: str, context: DialogueContext, language: str) -> Understood:
        """What a message in ``language``, one of ``script.READ``, says after ``context``; slots have no values yet."""
        plain = normal(text, language)
        words = split(plain)
        if not words:
            return Understood((), None, self.model_id, language)
        field, seen = self.fields[language], features(plain, words, language, context)
        spans = [
            span
            for span in with_exact(plain, decoded(words, *field.slots.path(seen)))
            if span[0] not in PEOPLE or not counts_nobody(span[1], span[2], plain, language)
        ]
        starts = sorted({words[0].start, *(start for _, start, _, _ in decoded(words, *field.parts.path(seen)))})
        places = _places(words, starts)
        given = inputs(
            [plain[start:end] for start, end in places], [context] * len(places), self.embed, self.heads.centre
        )
        acts, topics = self.heads.acts.probabilities(given), self.heads.topics.probabilities(given)
        segments = []
        for row, (start, end) in enumerate(places):
            act, topic = int(acts[row].argmax()), int(topics[row].argmax())
            slots = tuple(
                Slot(SlotName(name), first, last, text[first:last], None, sure)
                for name, first, last, sure in spans
                if start <= first < end
            )
            segments.append(
                Segment(
                    start,
                    end,
                    text[start:end],
                    Act(self.heads.acts.classes[act]),
                    float(acts[row, act]),
                    Topic(self.heads.topics.classes[topic]),
                    float(topics[row, topic]),
                    slots,
                )
            )
        return Understood(_joined(text, segments), self._person(given), self.model_id, language)

    def _person(self, given: Inputs) -> PersonNeed | None:
        shares = self.heads.needs.probabilities(given)
        none = self.heads.needs.classes.index(NO_REASON)
        needed = 1 - shares[:, none]
        row = int(needed.argmax())
        if needed[row] < self.heads.call_from:
            return None
        likely = shares[row].copy()
        likely[none] = -1
        return PersonNeed(self.heads.needs.classes[int(likely.argmax())], float(needed[row]))


def _joined(text: str, segments: Sequence[Segment]) -> list[Segment]:
    """The segments, those beside each other that do the same with the same topic as one; two questions stay two."""
    found: list[Segment] = []
    for one in segments:
        last = found[-1] if found else None
        if last is None or one.act is Act.ASK or (one.act, one.topic) != (last.act, last.topic):
            found.append(one)
            continue
        found[-1] = Segment(
            last.start,
            one.end,
            text[last.start : one.end],
            one.act,
            min(last.act_probability, one.act_probability),
            one.topic,
            min(last.topic_probability, one.topic_probability),
            (*last.slots, *one.slots),
        )
    return found


def inputs(texts: Sequence[str], contexts: Sequence[DialogueContext], embed: Embed, centre: Floats) -> Inputs:
    """What the heads see of segments in normal text: unit vectors from ``centre``, words and their pairs."""
    after = [[float(name in circumstances(context).split("+")) for name in ASKED] for context in contexts]
    vectors = embed([text[:_LONGEST] for text in texts]) - centre
    vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)
    return Inputs([spaced(text) for text in texts], vectors.astype(np.float32), np.array(after, np.float32))


def decoded(words: Sequence[Word], labels: Sequence[str], shares: Sequence[float]) -> list[tuple[str, int, int, float]]:
    """Labelled spans (label, start, end, the least probability among its words)."""
    found: list[tuple[str, int, int, float]] = []
    open_ = False
    for word, label, share in zip(words, labels, shares, strict=True):
        mark, _, name = label.partition("-")
        if label == OUTSIDE:
            open_ = False
        elif mark == "I" and open_ and found[-1][0] == name:
            found[-1] = (name, found[-1][1], word.end, min(found[-1][3], share))
        else:
            found.append((name, word.start, word.end, share))
            open_ = True
    return found


def _places(words: Sequence[Word], starts: Sequence[int]) -> list[tuple[int, int]]:
    ends = [max(word.end for word in words if word.start < after) for after in starts[1:]]
    return list(zip(starts, [*ends, words[-1].end], strict=True))
