"""The recogniser and the detector of calls on speech of an engine, in the band of a telephone."""

from importlib.util import find_spec

import numpy as np
import pytest
from numpy.typing import NDArray

from mhc_core.business import pricing
from mhc_core.protocols import SPEECH_RATE
from mhc_core.speech import ear, engines, mulaw
from mhc_core.speech.brief import BriefTranscriber
from mhc_core.speech.ear import Ear, Happening

needs_extra = pytest.mark.skipif(find_spec("faster_whisper") is None, reason="the extra `voice` is not installed")
needs_voice = pytest.mark.skipif("flite:slt" not in engines.installed(), reason="flite is not installed")
pytestmark = [needs_extra, needs_voice]


def line(text: str) -> NDArray[np.float32]:
    """A text read aloud, through µ-law, with half a second of silence before and one behind."""
    speaker = engines.EngineSpeaker("flite:slt")
    data = mulaw.line_sound(b"".join(speaker.speak(text)), speaker.rate)
    quiet = mulaw.SILENCE * (mulaw.RATE // 2)
    return mulaw.Widener()(mulaw.decode(quiet + data + quiet + quiet))


def test_a_sentence_is_found_and_its_words_are_heard() -> None:
    events = Ear(ear.Silero()).take(line("We would like a table for twelve people in Sacramento."))
    assert [event.what for event in events][::2] == [Happening.BEGAN, Happening.ENDED]
    said = events[-1].samples
    assert said is not None
    heard = BriefTranscriber().transcribe(said)[0]
    assert "12 people in Sacramento" in heard.text.replace("twelve", "12")
    assert 0.3 < heard.confidence <= 1


def test_one_word_is_said_once() -> None:
    said = Ear(ear.Silero()).take(line("Tomorrow."))[-1].samples
    assert said is not None
    assert len(BriefTranscriber().transcribe(said)[0].text.split()) <= 2


def test_hiss_and_a_tone_are_no_speech() -> None:
    rng = np.random.default_rng(3)
    at = np.arange(5 * 16_000) / 16_000
    for sound in (rng.standard_normal(len(at)) * 0.05, np.sin(2 * np.pi * 440 * at) * (at % 2 < 1) * 0.3):
        ends = [event for event in Ear(ear.Silero()).take(sound.astype(np.float32)) if event.what is Happening.ENDED]
        assert [event for event in ends if event.samples is not None] == []


def test_an_example_of_what_callers_say_makes_their_words_heard() -> None:
    said = Ear(ear.Silero()).take(line("I would like to book a hibachi dinner."))[-1].samples
    assert said is not None
    without = BriefTranscriber().transcribe(said)[0].text
    text = BriefTranscriber(example=pricing.load().calls.example).transcribe(said)[0].text
    assert "hibachi" not in without.lower()  # else this says nothing
    assert "hibachi dinner" in text.lower()


def test_an_example_is_not_heard_where_nobody_speaks() -> None:
    hears = BriefTranscriber(example=pricing.load().calls.example)
    noise = (np.random.default_rng(4).standard_normal(3 * SPEECH_RATE) * 0.02).astype(np.float32)
    words = {word for heard in hears.transcribe(noise) for word in heard.text.lower().split()}
    assert not words & {"hibachi", "90210", "september", "adults"}
