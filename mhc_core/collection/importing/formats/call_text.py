"""Transcripts of calls as plain text: a line for each turn, with who spoke before a colon."""

import hashlib
import re
from collections.abc import Iterator

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.fields import ROLE_SPELLINGS, folded
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.old_encodings import decoded, encoding_of
from mhc_core.collection.importing.reject import Place
from mhc_core.collection.importing.transcripts import Utterance
from mhc_core.errors import DataError

_CLOCK = r"(?:[\[(]?\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?[\])]?\s*(?:[-–]\s*)?)?"
_NAMED = re.compile(rf"{_CLOCK}([^\W\d_][^:\n\[\]()]{{0,38}}?)\s*{_CLOCK}:\s+(.*)", re.DOTALL)
_MOST_WORDS = 4  # of a name before a colon


class CallText:
    """Lines of the form ``Agent: …`` and ``Customer: …``."""

    name = "a transcript as text"
    source = "calls"
    pieces = False

    def detect(self, head: Head) -> bool:
        if head.is_json or head.ending in (".csv", ".tsv", ".md"):
            return False
        voices = [voice for voice, _ in map(named, head.lines[:20]) if voice]
        known = {ROLE_SPELLINGS.get(folded(voice)) for voice in voices}
        known |= {transcripts._MORE_LABELS.get(folded(voice)) for voice in voices}
        spoken = known & {"agent", "assistant", "user"} or any(map(transcripts.numbered, voices))
        return len(voices) >= 2 and 2 * len(voices) >= len(head.lines[:20]) and bool(spoken)

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        """One call.

        Raises:
            DataError: nobody speaks in it.
        """
        encoding = encoding_of(head.source)
        digest, length, last = hashlib.sha256(), 0, 1
        said: list[Utterance] = []
        for line in head.source.lines():
            digest.update(line.data + b"\n")
            length, last = length + line.length, line.number
            text = decoded(line.data, context.notes, encoding).strip()
            voice, words = named(text)
            if voice is not None:
                said.append(Utterance(words.strip(), voice))
            elif said:
                before = said[-1]
                said[-1] = Utterance(f"{before.text} {text}", before.voice)
        if not said:
            raise DataError("nobody speaks in this text; write who does before a colon, as Agent: and Customer:")
        told = transcripts.by_label([one.voice for one in said], context.reading)
        if told.by == "turns":
            context.notes["calls whose speakers were guessed from the turns: held until a person read them"] += 1
        ident = digest.hexdigest()
        yield Incoming(Place(0, 1, last, length, ident), transcripts.record(ident[:32], said, told))


def named(text: str) -> tuple[str | None, str]:
    """Who speaks, and the words, of a line that says so."""
    found = _NAMED.fullmatch(text)
    if found is None or len(found[1].split()) > _MOST_WORDS:
        return None, text
    return found[1].strip(), found[2]


FORMAT = CallText()
PRECEDENCE = 85
