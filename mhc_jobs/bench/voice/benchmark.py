"""Word error rate and slots by voice and by condition, words heard in what nobody says, and the time it takes."""

import re
import time
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from rapidfuzz.distance import Levenshtein

from mhc_core.errors import DataError
from mhc_core.language.number_words import in_digits
from mhc_core.protocols import SPEECH_RATE, Speaker, Transcriber
from mhc_core.speech import listening
from mhc_jobs.bench.voice import sound
from mhc_jobs.bench.voice.sound import CONDITIONS, Condition

SILENT_SECONDS = 20
_ORDINALS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    "twentieth",
)
_ORDINAL = re.compile(rf"\b({'|'.join(_ORDINALS)})\b")


@dataclass(frozen=True, slots=True)
class Call:
    """What is said, and the spellings of what must be heard."""

    said: str
    slots: Mapping[str, Sequence[str]]


@dataclass
class Tally:
    """Words of the reference, the edits to them, slots and those that are right."""

    words: int = 0
    errors: int = 0
    slots: int = 0
    right: int = 0

    def add(self, call: Call, heard: str) -> None:
        said, got = words(call.said), words(heard)
        self.words += len(said)
        self.errors += Levenshtein.distance(said, got)
        self.slots += len(call.slots)
        line = f" {' '.join(got)} "
        self.right += sum(any(f" {' '.join(words(way))} " in line for way in ways) for ways in call.slots.values())

    def figures(self) -> dict[str, Any]:
        return {
            "word_error_rate": round(self.errors / max(1, self.words), 4),
            "slots_right": round(self.right / max(1, self.slots), 4),
            "words": self.words,
            "slots": self.slots,
        }


def load() -> list[Call]:
    """The calls of this release."""
    text = resources.files("mhc_jobs.bench.voice").joinpath("calls.toml").read_text("utf-8")
    return [Call(each["said"], each["slots"]) for each in tomllib.loads(text)["calls"]]


def words(text: str) -> list[str]:
    """The words of a text as they are compared: small letters, numbers in digits, "14th" as 14, no punctuation."""
    folded = _ORDINAL.sub(lambda found: str(_ORDINALS.index(found[1]) + 1), text.lower())
    digits = re.sub(r"(\d)(?:st|nd|rd|th)\b", r"\1", in_digits(folded).replace("$", " dollars "))
    return re.findall(r"\d+|[a-z']+", digits)


def measure(
    calls: Sequence[Call],
    speakers: Sequence[Speaker],
    transcriber: Transcriber,
    seed: int,
    conditions: Sequence[Condition] = CONDITIONS,
) -> dict[str, Any]:
    """Every call by every voice under every condition, through the whole of ``speech.listening``."""
    rng = np.random.default_rng(seed)
    by: dict[str, dict[str, Tally]] = {name: defaultdict(Tally) for name in ("voice", "condition", "both")}
    seconds, took = 0.0, 0.0
    for speaker in speakers:
        for call in calls:
            speech = sound.spoken(speaker, call.said)
            for condition in conditions:
                file = sound.as_file(sound.heard_as(speech, condition, rng))
                began = time.perf_counter()
                heard = " ".join(one.text for one in listening.listen(file, transcriber).heard)
                took += time.perf_counter() - began
                seconds += len(speech) / SPEECH_RATE
                keys = {"voice": speaker.id, "condition": condition, "both": f"{speaker.id} / {condition}"}
                for name, key in keys.items():
                    by[name][key].add(call, heard)
    return {
        "transcriber": transcriber.id,
        "calls": len(calls),
        **{f"by_{name}": {key: tally.figures() for key, tally in found.items()} for name, found in by.items()},
        "words_from_nothing": nothing_said(transcriber, rng),
        "seconds_of_speech": round(seconds, 1),
        "times_real_time": round(took / max(seconds, 1e-9), 3),
    }


def nothing_said(transcriber: Transcriber, rng: np.random.Generator) -> dict[str, int]:
    """How many words are heard in silence, noises and tones."""
    size = SILENT_SECONDS * SPEECH_RATE
    at = np.arange(size) / SPEECH_RATE
    sounds = {
        "silence": np.zeros(size),
        "hiss": rng.standard_normal(size) * 0.05,
        "room": sound.pink(size, rng) * 0.05,
        "hum": np.sin(2 * np.pi * 120 * at) * 0.2,
        "ringing": np.sin(2 * np.pi * 440 * at) * (at % 6 < 2) * 0.3,
    }
    found: dict[str, int] = {}
    for name, samples in sounds.items():
        try:
            heard = listening.listen(sound.as_file(samples.astype(np.float32)), transcriber).heard
        except DataError:
            heard = ()  # refused as silent
        found[name] = sum(len(one.text.split()) for one in heard)
    return found
