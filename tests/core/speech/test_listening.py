"""Recordings from sound to stretches of speech: checked first, no words from silence or noise, constant memory."""

import io
import wave
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import SPEECH_RATE, Heard
from mhc_core.speech import decoding, engines, levels, listening, select
from mhc_core.speech.openai import as_wav

needs_extra = pytest.mark.skipif(find_spec("faster_whisper") is None, reason="the extra `voice` is not installed")
needs_voice = pytest.mark.skipif(not engines.installed(), reason="neither espeak-ng nor flite is installed")
KINDS = {"mp3": ("libmp3lame", "mp3"), "ogg": ("libopus", "ogg"), "m4a": ("aac", "mp4"), "flac": ("flac", "flac")}
NOISE = np.random.default_rng(7)


class Counting:
    """Says how long each stretch was that it was given."""

    id = "counting"

    def __init__(self) -> None:
        self.given: list[float] = []

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        self.given.append(len(samples) / SPEECH_RATE)
        return [Heard(f"stretch {len(self.given)}", 0.0, len(samples) / SPEECH_RATE, 0.9)]


def stereo(left: NDArray[Any], right: NDArray[Any]) -> io.BytesIO:
    sound = io.BytesIO()
    with wave.open(sound, "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(SPEECH_RATE)
        file.writeframes((np.stack([left, right], axis=1) * 32767).astype("<i2").tobytes())
    sound.seek(0)
    return sound


def spoken(text: str, voice: str | None = None) -> NDArray[np.float32]:
    speaker = engines.EngineSpeaker(voice)
    sound = np.frombuffer(b"".join(speaker.speak(text)), dtype="<i2").astype(np.float32) / 32768
    at = np.arange(0, len(sound), speaker.rate / SPEECH_RATE)
    return np.interp(at, np.arange(len(sound)), sound).astype(np.float32)


def mono(samples: NDArray[Any]) -> io.BytesIO:
    return io.BytesIO(as_wav(samples.astype(np.float32)))


@needs_extra
@pytest.mark.parametrize(
    ("samples", "reason"),
    [
        (np.zeros(5 * SPEECH_RATE), "silent"),
        (NOISE.standard_normal(SPEECH_RATE // 10), "nothing is said in less"),
    ],
)
def test_a_recording_that_can_hold_no_call_is_refused_before_it_is_recognised(
    samples: NDArray[Any], reason: str
) -> None:
    counting = Counting()
    with pytest.raises(DataError, match=reason):
        listening.listen(mono(samples * 0.3), counting)
    assert counting.given == []


@needs_extra
def test_what_is_no_sound_says_what_to_export() -> None:
    with pytest.raises(DataError, match="export it again as wav"):
        list(decoding.blocks(io.BytesIO(b"RIFF\x00\x00\x00\x00WAVEfmt rubbish")))


@needs_extra
@pytest.mark.parametrize("kind", ["noise", "hum", "ringing"])
def test_noise_gives_the_recogniser_nothing(kind: str) -> None:
    at = np.arange(20 * SPEECH_RATE) / SPEECH_RATE
    sounds = {
        "noise": NOISE.standard_normal(len(at)) * 0.1,
        "hum": np.sin(2 * np.pi * 120 * at) * 0.3,
        "ringing": np.sin(2 * np.pi * 440 * at) * (at % 6 < 2) * 0.3,
    }
    counting = Counting()
    assert listening.listen(mono(sounds[kind]), counting).heard == ()
    assert counting.given == []


@needs_extra
@needs_voice
def test_only_what_is_spoken_is_recognised_at_its_time() -> None:
    said = spoken("I want to book a party for twelve people.")
    silence = np.zeros(10 * SPEECH_RATE, dtype=np.float32)
    counting, seen = Counting(), list[float]()
    found = listening.listen(
        mono(np.concatenate([silence, said, silence, said])), counting, lambda done, all_: seen.append(done / all_)
    )
    assert [one.start for one in found.heard] == pytest.approx([10, 20 + len(said) / SPEECH_RATE], abs=0.6)
    assert all(given < len(said) / SPEECH_RATE + 1 for given in counting.given)
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1)


@needs_extra
@needs_voice
def test_each_side_of_a_call_is_told_by_its_channel_and_twice_the_same_is_one() -> None:
    ask, answer = spoken("Do you come to Sacramento?"), spoken("Yes, we do come to Sacramento.")
    gap = np.zeros(SPEECH_RATE, dtype=np.float32)
    left = np.concatenate([ask, gap, np.zeros_like(answer), gap])
    right = np.concatenate([np.zeros_like(ask), gap, answer, gap])
    found = listening.listen(stereo(left, right), Counting())
    assert found.two_voices
    assert [one.channel for one in found.heard] == [0, 1]
    assert not listening.listen(stereo(left, left), Counting()).two_voices


@needs_extra
@needs_voice
def test_a_long_speech_is_cut_where_nobody_speaks_and_nothing_is_lost() -> None:
    said = spoken("We bring the grill, and you bring the tables and the chairs. ")
    gap = np.zeros(int(0.7 * SPEECH_RATE), dtype=np.float32)
    counting = Counting()
    whole = np.concatenate([part for _ in range(25) for part in (said, gap)])
    listening.listen(mono(whole), counting)
    assert max(counting.given) <= 29
    assert sum(counting.given) > 0.8 * 25 * len(said) / SPEECH_RATE


@needs_extra
@needs_voice
@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_usual_kinds_of_sound_files_are_read(kind: str) -> None:
    av = pytest.importorskip("av")
    sound = io.BytesIO()
    codec, container = KINDS[kind]
    source = av.open(mono(spoken("A party for twelve, please.")))
    with av.open(sound, "w", format=container) as out:
        stream = out.add_stream(codec, rate=48_000 if codec == "libopus" else SPEECH_RATE, layout="mono")
        for frame in source.decode(audio=0):
            frame.pts = None
            out.mux(stream.encode(frame)) if codec != "libopus" else [
                out.mux(stream.encode(each))
                for each in av.AudioResampler(format="s16", layout="mono", rate=48_000).resample(frame)
            ]
        out.mux(stream.encode(None))
    source.close()
    sound.seek(0)
    seconds = levels.measure(decoding.blocks(sound)).seconds
    assert 1 < seconds < 4


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(ConfigurationError, match=r"mhc\[voice\]"):
        list(decoding.blocks(io.BytesIO(b"")))


def test_a_voice_that_is_not_there_says_what_to_install() -> None:
    from mhc_core.settings import Settings

    with pytest.raises(ConfigurationError, match="install espeak-ng or flite"):
        select.speaker(Settings(speaker_voice="nobody:here"))
