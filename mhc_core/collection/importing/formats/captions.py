"""Transcripts of calls as captions: WebVTT, with a voice for each cue or a name before its words, and SubRip (SRT)."""

import hashlib
import io
import re
from collections.abc import Iterator

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.formats.call_text import named
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Place
from mhc_core.collection.importing.transcripts import Utterance
from mhc_core.errors import DataError

MOST_BYTES = 20_000_000
_SRT = re.compile(r"\s*\d+\s*\r?\n\s*\d{1,2}:\d{2}:\d{2}[,.]\d{1,3}\s*-->")
_TURN = re.compile(r"^(?:>>|[-–—])\s*")


class Captions:
    """A file that begins with WEBVTT, or with a number above two times and an arrow."""

    name = "a transcript as captions"
    source = "calls"
    pieces = False

    def detect(self, head: Head) -> bool:
        return head.text.lstrip().startswith("WEBVTT") or _SRT.match(head.text) is not None

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        """One call.

        Raises:
            DataError: the captions are damaged, or too long to be of a call.
        """
        data = b"".join(head.source.text())
        if len(data) > MOST_BYTES:
            raise DataError(f"captions of more than {MOST_BYTES:,} bytes are of no call; divide the file")
        digest = hashlib.sha256(data).hexdigest()
        said = _utterances(data.decode("utf-8", "replace"))
        if not said:
            raise DataError("the captions hold no words")
        if any(one.voice for one in said):
            told = transcripts.by_label([one.voice for one in said], context.reading)
        else:
            said, told = transcripts.by_turns(_joined(said))
        if told.by == "turns":
            context.notes["calls whose speakers were guessed from the turns: held until a person read them"] += 1
        lines = data.count(b"\n") + 1
        place = Place(0, 1, lines, len(data), digest)
        yield Incoming(place, transcripts.record(digest[:32], said, told))


def _utterances(text: str) -> list[Utterance]:
    import webvtt
    from webvtt.errors import MalformedCaptionError, MalformedFileError

    kind = "vtt" if text.lstrip().startswith("WEBVTT") else "srt"
    try:
        captions = list(webvtt.from_buffer(io.StringIO(text.lstrip()), kind))
    except (MalformedFileError, MalformedCaptionError):
        raise DataError(f"the captions are no valid {kind.upper()}; export them again") from None
    found: list[Utterance] = []
    for caption in captions:
        voice, words = named(caption.text.strip())
        start, end = caption.start_time, caption.end_time
        found.append(
            Utterance(
                " ".join(words.split()), caption.voice or voice,
                *(each.hours * 3600 + each.minutes * 60 + each.seconds + each.milliseconds / 1000
                  for each in (start, end)),
            )
        )  # fmt: skip
    return [one for one in found if one.text]


def _joined(said: list[Utterance]) -> list[Utterance]:
    """Cues as turns: where new voices are marked by a dash or ">>", what lies between is one turn."""
    if not any(_TURN.match(one.text) for one in said):
        return said
    turns: list[Utterance] = []
    for one in said:
        words = _TURN.sub("", one.text)
        if turns and words == one.text:
            before = turns[-1]
            turns[-1] = Utterance(f"{before.text} {words}", None, before.start, one.end)
        else:
            turns.append(Utterance(words, None, one.start, one.end))
    return turns


FORMAT = Captions()
PRECEDENCE = 20
