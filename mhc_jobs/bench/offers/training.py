"""Trains what reads diets, and measures it on sentences that were kept out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.offers import declining, taking
from mhc_core.offers.declining import Declining
from mhc_core.offers.taking import Answer, Taking
from mhc_core.understanding.diets import examples, stances
from mhc_core.understanding.diets.examples import Example, half
from mhc_core.understanding.diets.mentions import Stance
from mhc_core.understanding.diets.stances import Stances
from mhc_jobs.bench.offers.sets import HALVES, SETS

NATIVE_WEIGHT = 3
"""How often a sentence in Chinese or Japanese counts beside an English one."""
BINDING = (Stance.STATED, Stance.AVOIDED)


def train(seed: int = 1) -> Stances:
    """The classifiers of the release, of all sentences but the ``test`` ones (two minutes of one core)."""
    return _trained(("train", "dev"), seed)


def measure(seed: int = 1) -> dict[str, dict[str, Any]]:
    """How well ``dev``, whose mistakes were looked at, and ``test`` are read by what was taught neither."""
    found = _trained(("train",), seed)
    return {part: marks(found, [one for one in examples.read() if half(one.frame) == part]) for part in ("dev", "test")}


def train_multilingual(seed: int = 1) -> Stances:
    """The classifiers of Chinese and Japanese, of all sentences in every language (three minutes of one core)."""
    return _trained_multilingual(("train", "dev", "test"), seed)


def measure_multilingual(seed: int = 1) -> dict[str, Any]:
    """How well the ``dev`` and ``test`` sentences in Chinese and Japanese are read by what was taught neither."""
    asked = [one for one in examples.read(examples.MULTILINGUAL) if half(one.frame) != "train"]
    return marks(_trained_multilingual(("train",), seed), asked)


def _trained_multilingual(parts: Sequence[str], seed: int) -> Stances:
    own = [one for one in examples.read(examples.MULTILINGUAL) if half(one.frame) in parts]
    taught = [*own * NATIVE_WEIGHT, *examples.read()]
    return stances.train(taught, examples.digest(taught), _remembered)


def marks(found: Stances, asked: Sequence[Example]) -> dict[str, Any]:
    """Counts, each with of how many: needs found, mentions let be, whose need, needs taken back, and taken back
    wrongly."""
    judged = [(one, found.of(one.text, [one.mention])[0]) for one in asked]
    needs = [(one, said) for one, said in judged if one.stance in BINDING]
    let_be = [said.stance not in BINDING for one, said in judged if one.stance is Stance.MENTIONED]
    back = [said.stance is Stance.WITHDRAWN for one, said in judged if one.stance is Stance.WITHDRAWN]
    return {
        "needs_found": sum(said.stance in BINDING for _, said in needs),
        "needs": len(needs),
        "whose_right": sum(said.whom is one.whom for one, said in needs),
        "let_be": sum(let_be),
        "mentions": len(let_be),
        "taken_back": sum(back),
        "withdrawals": len(back),
        "wrongly_taken_back": sum(said.stance is Stance.WITHDRAWN for _, said in needs),
    }


def _trained(parts: Sequence[str], seed: int) -> Stances:
    own = [one for one in examples.read() if half(one.frame) in parts]
    taught = [*own, *examples.of_messages(), *examples.joined(own, seed)]
    return stances.train(taught, examples.digest(taught), _Remembered())


class _Remembered:
    """Reads each text once."""

    def __init__(self) -> None:
        self._known: dict[str, NDArray[np.float32]] = {}

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, stances.vectors(new), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)


def train_taking() -> Taking:
    """The classifier of what is answered to a suggestion (15 s)."""
    return taking.train(taking.read(), _Remembered())


def measure_taking() -> dict[str, dict[str, int]]:
    """How many answers of each half the release's classifier reads rightly; ``ordered_wrongly`` are others that it
    takes for an order."""
    found: dict[str, dict[str, int]] = {}
    for part in HALVES:
        asked = taking.parse((SETS / part / "answers.txt").read_text("utf-8"))
        read = [(label, taking.load().answer(text)) for text, label in asked]
        others = [said for label, said in read if label is Answer.OTHER]
        found[part] = {
            "answers": len(read),
            "right": sum(label is said for label, said in read),
            "others": len(others),
            "ordered_wrongly": sum(said is not Answer.OTHER for said in others),
        }
    return found


_remembered = _Remembered()


def train_declining() -> Declining:
    """The classifier of wishes for no extras (20 s)."""
    return declining.train(declining.read(), _Remembered())
