"""What counts as heard right, and that every voice and condition is counted once."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mhc_core.protocols import Heard
from mhc_jobs.bench.voice import benchmark, sound
from mhc_jobs.bench.voice.benchmark import Call, Tally


class Tone:
    """A voice that hums."""

    id = "tone"
    rate = 16_000

    def speak(self, text: str) -> Iterator[bytes]:
        yield (np.sin(np.arange(16_000) / 5) * 9_000).astype("<i2").tobytes()


class Deaf:
    """Hears nothing."""

    id = "deaf"

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        return ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("June fourteenth at six thirty", "June 14th, at 6:30."),
        ("one hundred dollars", "100 dollars"),
        ("twelve people", "12 people"),
    ],
)
def test_numbers_are_the_same_however_they_are_written(one: str, other: str) -> None:
    assert benchmark.words(one) == benchmark.words(other)


def test_a_slot_is_right_when_its_words_stand_together() -> None:
    call = Call("a party for twelve people", {"guests": ["12 people"], "what": ["party"]})
    tally = Tally()
    tally.add(call, "a party for 20 people")
    assert tally.figures() == {"word_error_rate": 0.2, "slots_right": 0.5, "words": 5, "slots": 2}


def test_every_slot_of_the_release_is_in_what_is_said() -> None:
    for call in benchmark.load():
        tally = Tally()
        tally.add(call, call.said)
        assert tally.right == tally.slots, call.said


def test_a_recogniser_that_hears_nothing_gets_every_word_wrong_and_makes_none_up() -> None:
    pytest.importorskip("faster_whisper", reason="the extra `voice` is not installed")
    calls = [Call("a party for twelve", {"guests": ["12"]})]
    report = benchmark.measure(calls, [Tone()], Deaf(), 1, ("clear", "telephone"))
    assert report["by_voice"]["tone"]["words"] == 8
    assert report["by_condition"]["telephone"]["word_error_rate"] == 1
    assert set(report["words_from_nothing"].values()) == {0}


def test_a_telephone_passes_its_band_only() -> None:
    at = np.arange(32_000) / 16_000
    low, middle, high = (np.sin(2 * np.pi * hertz * at).astype(np.float32) for hertz in (60, 1_000, 6_000))
    rng = np.random.default_rng(1)

    def loud(samples: NDArray[np.float32]) -> float:
        return float(np.sqrt(np.mean(sound.heard_as(samples, "telephone", rng)[4_000:-4_000] ** 2)))

    assert loud(middle) > 0.6
    assert max(loud(low), loud(high)) < 0.05
