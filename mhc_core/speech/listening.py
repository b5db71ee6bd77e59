"""A recording from sound to words: decoded, checked, cut to what is spoken, recognised channel by channel."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import SPEECH_RATE, Heard, Transcriber
from mhc_core.speech import decoding, levels
from mhc_core.speech.activity import Activity, Stretch

OnProgress = Callable[[float, float], None]
"""Called with seconds listened to, and seconds in all."""


@dataclass(frozen=True, slots=True)
class Listened:
    """What was said in a recording, by time. ``two_voices``: each side of the call has a channel of its own."""

    heard: tuple[Heard, ...]
    seconds: float
    two_voices: bool


def listen(file: BinaryIO, transcriber: Transcriber, progress: OnProgress = lambda done, all_: None) -> Listened:
    """Everything that is said in a recording that can be read twice from its beginning.

    Silence and noise give no words. Memory holds about half a minute of each channel.

    Raises:
        ConfigurationError: the extra ``voice`` is not installed.
        DataError: the recording cannot be read, is silent, too short or too long.
    """
    found = levels.measure(decoding.blocks(file))
    levels.check(found)
    file.seek(0)
    sides = 2 if found.two_voices else 1
    activity = [Activity() for _ in range(sides)]
    heard: list[Heard] = []
    done = 0
    for block in decoding.blocks(file):
        for channel, samples in enumerate(_sides(block, sides)):
            for stretch in activity[channel].take(samples):
                heard += recognised(transcriber, stretch, channel)
        done += block.shape[1]
        progress(done / SPEECH_RATE, found.seconds)
    for channel in range(sides):
        for stretch in activity[channel].end():
            heard += recognised(transcriber, stretch, channel)
    return Listened(tuple(sorted(heard, key=lambda one: (one.start, one.channel))), found.seconds, found.two_voices)


def recognised(transcriber: Transcriber, stretch: Stretch, channel: int) -> list[Heard]:
    """The words of a stretch with their times in the recording."""
    return [
        replace(one, start=stretch.start + one.start, end=stretch.start + one.end, channel=channel)
        for one in transcriber.transcribe(stretch.samples)
        if one.text.strip()
    ]


def _sides(block: NDArray[np.float32], sides: int) -> NDArray[np.float32]:
    return block if sides == block.shape[0] else block.mean(axis=0, keepdims=True).astype(np.float32)
