"""G.711 µ-law: the values of the recommendation, and that nothing is lost beyond its steps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.speech import mulaw


def test_the_codes_of_the_recommendation() -> None:
    linear = np.round(mulaw.decode(bytes([0x00, 0x80, 0x7F, 0xFF, 0x0F, 0x8F, 0xE0])) * 32768)
    assert linear.tolist() == [-32124, 32124, 0, 0, -16764, 16764, 372]


def test_every_code_comes_back_as_it_was() -> None:
    codes = bytes(range(256))
    again = mulaw.encode(mulaw.decode(codes))
    assert again.replace(b"\x7f", b"\xff") == codes.replace(b"\x7f", b"\xff")  # there are two zeros


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=200))
def test_a_sample_is_off_by_its_step_at_most(samples: list[float]) -> None:
    sound = np.array(samples, dtype=np.float32)
    error = np.abs(mulaw.decode(mulaw.encode(sound)) - sound)
    assert np.all(error <= np.maximum(np.abs(sound) / 16, 8 / 32768) + 0.02 * (np.abs(sound) > 0.95))


def test_a_line_gets_whole_frames() -> None:
    sound = (np.sin(np.arange(2_401) / 5) * 9_000).astype("<i2").tobytes()
    data = mulaw.line_sound(sound, 24_000)
    assert len(data) % mulaw.FRAME == 0
    assert len(data) >= 2_401 // 3


def test_a_wider_band_is_the_same_however_the_sound_comes_in() -> None:
    sound = np.sin(2 * np.pi * 440 * np.arange(800) / 8_000).astype(np.float32)
    whole = mulaw.Widener()(sound)
    wide = mulaw.Widener()
    np.testing.assert_allclose(whole, np.concatenate([wide(part) for part in np.split(sound, 5)]), atol=1e-6)
    spectrum = np.abs(np.fft.rfft(whole[100:1_500] * np.hanning(1_400)))
    assert np.argmax(spectrum) == pytest.approx(440 * 1_400 / 16_000, abs=1)
    assert spectrum[400:].max() < spectrum.max() / 100  # above 4,600 Hz there is nothing: 40 dB below
