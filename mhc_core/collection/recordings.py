"""A recording of a call as a record: what was said in it, by side or by turns. The sound itself is kept nowhere."""

from collections.abc import Mapping
from functools import cache
from typing import IO, Any

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Listen
from mhc_core.collection.importing.transcripts import Told, Utterance
from mhc_core.errors import DataError
from mhc_core.protocols import Transcriber
from mhc_core.settings import Settings
from mhc_core.speech import listening, select
from mhc_core.speech.listening import OnProgress

PAUSE = 0.8
"""Seconds of silence after which somebody else may speak, in a recording with one channel for both."""


def listener(settings: Settings, progress: OnProgress = lambda done, all_: None) -> Listen:
    """What makes a record of a recording; the recogniser is loaded with the first one.

    ``progress`` hears how far it is.
    """

    @cache
    def transcriber() -> Transcriber:
        return select.transcriber(settings)

    return lambda file: listened(file, transcriber(), progress)


def listened(
    file: IO[bytes], transcriber: Transcriber, progress: OnProgress = lambda done, all_: None
) -> Mapping[str, Any]:
    """The call in a recording, without its id.

    With a channel for each side the first is ours, as telephone systems record; else the speakers are guessed by turns.

    Raises:
        ConfigurationError: the recogniser, or the extra ``voice``, is missing.
        DataError: it cannot be listened to, or nobody says anything.
    """
    found = listening.listen(file, transcriber, progress)
    if not found.heard:
        raise DataError("nobody says anything in this recording")
    said = [Utterance(one.text, str(one.channel), one.start, one.end, one.confidence) for one in found.heard]
    if found.two_voices:
        told = Told({"0": "agent", "1": "user"}, "channel")
    else:
        said, told = transcripts.by_turns(_joined(said))
    record = transcripts.record(None, said, told, recogniser=transcriber.id)
    record["call"]["audio_seconds"] = found.seconds
    return record


def _joined(said: list[Utterance]) -> list[Utterance]:
    """What is said without a pause is one turn."""
    turns: list[Utterance] = []
    for one in said:
        before = turns[-1] if turns else None
        if before is None or (one.start or 0) - (before.end or 0) > PAUSE:
            turns.append(one)
            continue
        words = len(before.text.split()), len(one.text.split())
        sure = ((before.confidence or 0) * words[0] + (one.confidence or 0) * words[1]) / max(1, sum(words))
        turns[-1] = Utterance(f"{before.text} {one.text}", None, before.start, one.end, sure)
    return turns
