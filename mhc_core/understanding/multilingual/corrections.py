"""What reviewers correct in Spanish, Chinese and Japanese teaches the models of these languages, beside the gold.

The file of such models goes into that of the version of understanding that was trained with them (``packed``): so it is
judged, promoted, rolled back and erased with it. Where nobody corrected anything the models of the release read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mhc_core.artifacts import arrays
from mhc_core.languages import detection
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.masking import StandIns
from mhc_core.understanding.multilingual import gold, release, script
from mhc_core.understanding.multilingual.model import MultilingualModel
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import DialogueContext, Understood

Corrected = Mapping[str, Sequence[LabelledMessage]]
"""By language, one of ``script.READ``."""
DOCUMENT, FORMAT = "with_languages.json", "mhc-understanding-with-languages-1"
EVERY = 5
"""One of so many gold messages is read to see that nothing was unlearned."""
LOST = 0.02
"""Of gold messages whose slots the release reads right, so many may be lost."""


@dataclass(frozen=True, slots=True)
class WithLanguages:
    """A ``Reader`` of English with the models of other languages that were trained with it."""

    english: Reader
    languages: MultilingualModel

    @property
    def model_id(self) -> str:
        """The version of both."""
        return self.english.model_id

    def read(self, text: str, context: DialogueContext) -> Understood:
        """What an English message says; the concierge asks ``languages`` itself (``beside``)."""
        return self.english.read(text, context)


def beside(reader: Reader | None) -> MultilingualModel:
    """The models of other languages that belong to a reader: its own, else those of the release."""
    return getattr(reader, "languages", None) or release.load()


def language(message: LabelledMessage) -> str | None:
    """Which of ``script.READ`` a message is in; None for English, for all others, and for what says too little."""
    return script.written_in(message.text) or script.reading(detection.detect(message.text) or "")


def filled(message: LabelledMessage, spoken: str) -> LabelledMessage:
    """A correction with invented words of its language for the placeholders of the scrubber."""
    return StandIns(gold.messages(spoken)).fill(message)


def train(corrected: Corrected, seed: int, report: Callable[[str], object]) -> bytes | None:
    """The file of models that learned the corrections too; None where they read the gold worse than the release does.

    Fields of a language without corrections are those of the release (some minutes of one core).
    """
    from mhc_core.understanding.multilingual import training  # scikit-learn, which those who only read need not load

    known = release.load()
    own = {
        one: [replace(message, text=script.normal(message.text, one)) for message in said]
        for one, said in corrected.items()
    }
    fields = {one: found for one, found in known.fields.items() if one not in own}
    model = training.train(training.vectors(release.vectors), report, seed, own, fields)
    before, after = _right(known), _right(model)
    if after < before * (1 - LOST):
        report(f"corrections of other languages are left out: {after} gold messages are read right, {before} before")
        return None
    return release.dump(model)


def packed(english: bytes, languages: bytes) -> bytes:
    """The file of a version with both."""
    held = {"english": np.frombuffer(english, np.uint8), "languages": np.frombuffer(languages, np.uint8)}
    return arrays.dump(DOCUMENT, {"format": FORMAT}, held)


def unpacked(data: bytes) -> tuple[bytes, bytes | None]:
    """The file of the English model, and that of the other languages where the version has one."""
    try:
        if arrays.document(DOCUMENT, data)["format"] != FORMAT:
            return data, None
        held = arrays.arrays(DOCUMENT, data)
        return held["english"].tobytes(), held["languages"].tobytes()
    except arrays.DAMAGED:  # a file of the English model alone, or damaged: its reader tells
        return data, None


def loaded(english: Reader, languages: bytes) -> Reader:
    """The reader of a version with both."""
    return WithLanguages(english, release.parse(languages, release.vectors))


def _right(model: MultilingualModel) -> int:
    """How many gold messages have every slot found, and no other."""
    found = 0
    for spoken in script.READ:
        for message in gold.messages(spoken)[::EVERY]:
            read = model.read(message.text, message.context, spoken)
            wanted = {(slot.name, slot.start, slot.end) for slot in message.slots}
            found += wanted == {(slot.name, slot.start, slot.end) for slot in read.slots}
    return found
