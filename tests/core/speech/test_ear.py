"""Turns by voice activity, judged by a detector that takes loud windows for speech."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mhc_core.speech.ear import BEFORE, GLANCE, ONSET, WINDOW, Ear, Event, Happening


def loudness(window: NDArray[np.float32]) -> float:
    return float(np.abs(window).max())


def sound(*parts: tuple[float, float]) -> NDArray[np.float32]:
    """Parts of seconds and a level."""
    return np.concatenate([np.full(int(seconds * 16_000), level, dtype=np.float32) for seconds, level in parts])


def happenings(events: list[Event]) -> list[str]:
    return [event.what.value for event in events]


@pytest.fixture
def ear() -> Ear:
    return Ear(loudness, pause=0.5)


def test_a_sentence_begins_pauses_and_ends_whole(ear: Ear) -> None:
    events = ear.take(sound((1.0, 0.0), (1.0, 0.9), (1.0, 0.0)))
    assert happenings(events) == ["began", "paused", "ended"]
    said = events[-1].samples
    assert said is not None
    assert np.count_nonzero(said) >= 15_900  # all that was spoken is in it
    assert len(said) <= 16_000 + (BEFORE + ONSET) * WINDOW + 0.6 * 16_000
    assert events[-1].silence == pytest.approx(0.5, abs=0.04)


def test_the_pieces_that_sound_comes_in_change_nothing() -> None:
    whole = sound((0.5, 0.0), (0.7, 0.9), (0.3, 0.0), (0.6, 0.9), (1.0, 0.0))
    at_once = Ear(loudness).take(whole)
    bit_by_bit: list[Event] = []
    other = Ear(loudness)
    for start in range(0, len(whole), 160):
        bit_by_bit += other.take(whole[start : start + 160])
    assert happenings(at_once) == happenings(bit_by_bit) == ["began", "paused", "went on", "paused", "ended"]
    assert at_once[-1].samples is not None
    assert bit_by_bit[-1].samples is not None
    np.testing.assert_array_equal(at_once[-1].samples, bit_by_bit[-1].samples)


def test_a_click_is_no_turn(ear: Ear) -> None:
    assert ear.take(sound((0.5, 0.0), (0.03, 0.9), (2.0, 0.0))) == []


def test_a_knock_begins_but_says_nothing(ear: Ear) -> None:
    events = ear.take(sound((0.512, 0.0), (0.12, 0.9), (2.0, 0.0)))
    assert [(event.what, event.samples) for event in events] == [(Happening.BEGAN, None), (Happening.ENDED, None)]


def test_the_pause_may_be_changed_while_somebody_speaks(ear: Ear) -> None:
    assert happenings(ear.take(sound((0.5, 0.0), (0.5, 0.9), (0.3, 0.0)))) == ["began", "paused"]
    ear.pause = GLANCE * WINDOW / 16_000
    assert happenings(ear.take(sound((0.1, 0.0)))) == ["ended"]


def test_what_is_being_said_when_the_line_ends_is_not_lost(ear: Ear) -> None:
    ear.take(sound((0.2, 0.0), (0.75, 0.9)))
    said = ear.end()
    assert said is not None
    assert np.count_nonzero(said) >= 0.74 * 16_000
    assert ear.end() is None


def test_nobody_speaks_for_ever(ear: Ear) -> None:
    assert happenings(ear.take(sound((0.1, 0.0), (30.0, 0.9))))[:2] == ["began", "ended"]
