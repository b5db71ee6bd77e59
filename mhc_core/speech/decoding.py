"""Sound files as samples, a second at a time: whatever FFmpeg's libraries read (wav, mp3, ogg, m4a, flac, …).

Memory holds one frame and what was not taken yet, however long the recording.
"""

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import SPEECH_RATE

BLOCK = SPEECH_RATE
"""Samples of a block: one second."""
MAX_CHANNELS = 2
NEEDS_EXTRA = (
    "recordings need the extra `voice`: install it with `pip install 'mhc[voice]'`, or import a transcript instead"
)


def blocks(file: BinaryIO) -> Iterator[NDArray[np.float32]]:
    """The sound in blocks of shape (channels, samples), -1..1 at ``SPEECH_RATE``; the last one may be shorter.

    Raises:
        ConfigurationError: the extra ``voice`` is not installed.
        DataError: it is no sound that can be read, is damaged, or has more than two channels.
    """
    try:
        import av
    except ImportError:
        raise ConfigurationError(NEEDS_EXTRA) from None
    try:
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            if not container.streams.audio:
                raise DataError("the file holds no sound; export the recording as wav, mp3, ogg or m4a")
            stream = container.streams.audio[0]
            channels = stream.codec_context.channels
            if not 1 <= channels <= MAX_CHANNELS:
                raise DataError(f"a recording with {channels} channels; export one channel, or one for each side")
            layout = "mono" if channels == 1 else "stereo"
            resampler = av.AudioResampler(format="fltp", layout=layout, rate=SPEECH_RATE)
            yield from _blocks(
                (part.to_ndarray() for frame in container.decode(stream) for part in resampler.resample(frame)),
                channels,
            )
    except av.FFmpegError as error:
        raise DataError(
            f"the recording cannot be read ({type(error).__name__}); export it again as wav, mp3, ogg or m4a"
        ) from None


def _blocks(parts: Iterator[NDArray[np.float32]], channels: int) -> Iterator[NDArray[np.float32]]:
    held: list[NDArray[np.float32]] = []
    size = 0
    for part in parts:
        held.append(part)
        size += part.shape[1]
        if size >= BLOCK:
            joined = np.concatenate(held, axis=1)
            whole = size - size % BLOCK
            for start in range(0, whole, BLOCK):
                yield joined[:, start : start + BLOCK]
            held, size = [joined[:, whole:]], size - whole
    if size:
        yield np.concatenate(held, axis=1).reshape(channels, size)
