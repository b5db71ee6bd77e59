"""Whether a mention of a food or a diet is a need of somebody who eats along, and whose: two learned classifiers.

Multinomial logistic regressions (``understanding.heads``) on a multilingual vector of the words around the mention and
on hashed terms, among them words with their side and distance. What food it is does not count, only its kind:
"my son can't have eggs" and "my son can't have soy" are one sentence. ``mhc bench train-diets`` makes the file of the
release, ``stances.npz``, again.
"""

import functools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays
from mhc_core.language.number_words import in_digits
from mhc_core.providers.e5 import embedder as e5
from mhc_core.understanding import heads
from mhc_core.understanding.diets import mentions
from mhc_core.understanding.diets.examples import Example
from mhc_core.understanding.diets.mentions import UNNAMED, Kind, Mention, Stance, Whom
from mhc_core.understanding.heads import Head, Inputs
from mhc_core.understanding.multilingual import script
from mhc_core.understanding.packing import PACKED, packed, unpacked
from mhc_core.understanding.values.spelling import unaccented
from mhc_core.understanding.values.word_lists import meaning

FILE, DOCUMENT = "stances.npz", "stances.json"
MULTILINGUAL = "stances_multilingual.npz"
"""The classifiers of Chinese and Japanese, which learned the English sentences too."""
REGULARISATION = 20.0
BINDING_FROM = 0.13
"""A mention is taken for a need from this probability on: one of a hundred needs is below it (three folds of the
sentences that teach), and half of what binds nobody."""
WITHDRAWN_FROM = 0.7
"""A need is taken back only from this probability on."""
AROUND, NEAR = 14, 5
"""Words read on each side, and those whose distance counts."""
_SIGN = r"\u3400-\u4dbf\u4e00-\u9fff\u3041-\u3096\u30a1-\u30fa\u30fc々"
_TOKEN = re.compile(rf"[{_SIGN}]|(?:(?![{_SIGN}])[^\W_])+(?:['’][^\W_]+)?|[?!.;:？！。；：]")
Floats = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Floats]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is said of one mention, with the probability that it is so."""

    mention: Mention
    stance: Stance
    whom: Whom
    certainty: float


@dataclass(frozen=True)
class Stances:
    """The two classifiers; ``examples`` names what taught them."""

    stance: Head
    whom: Head
    examples: str
    embed: Embed

    def judge(self, text: str) -> list[Judged]:
        """What a message says of each need that it names. Without one it costs a search for words, else 10 ms each."""
        found = mentions.find(text)
        return self.of(text, found) if found else []

    def of(self, text: str, found: Sequence[Mention]) -> list[Judged]:
        """What a message says of these mentions in it."""
        seen = inputs([(text, one) for one in found], self.embed)
        stances, whoms = self.stance.probabilities(seen), self.whom.probabilities(seen)
        return [
            self._judged(one, dict(zip(self.stance.classes, stance.tolist(), strict=True)), whom)
            for one, stance, whom in zip(found, stances, whoms, strict=True)
        ]

    def _judged(self, mention: Mention, shares: dict[str, float], whom: Floats) -> Judged:
        likely = Whom(self.whom.classes[int(whom.argmax())])
        binding = shares[Stance.STATED] + shares[Stance.AVOIDED]
        if binding < BINDING_FROM:
            stance = Stance.WITHDRAWN if shares[Stance.WITHDRAWN] >= WITHDRAWN_FROM else Stance.MENTIONED
            return Judged(mention, stance, likely, round(1 - binding, 3))
        avoided = shares[Stance.AVOIDED] > 2 * shares[Stance.STATED]
        return Judged(mention, Stance.AVOIDED if avoided else Stance.STATED, likely, round(binding, 3))

    def dump(self) -> bytes:
        """The file's bytes: the same for the same classifiers."""
        both = {"stance": self.stance, "whom": self.whom}
        kept = {f"{name}.{key}": array for name, head in both.items() for key, array in packed(head).items()}
        return arrays.dump(DOCUMENT, {"examples": self.examples}, kept)


def inputs(found: Sequence[tuple[str, Mention]], embed: Embed) -> Inputs:
    """What the classifiers see of mentions in texts."""
    windows = [_window(text, one) for text, one in found]
    vectors = embed([plain for plain, _ in windows])
    return Inputs([terms for _, terms in windows], vectors, np.zeros((len(found), 0), np.float32))


def train(examples: Sequence[Example], digest: str, embed: Embed) -> Stances:
    """Both classifiers; a minute, nearly all of it for the vectors."""
    seen = inputs([(one.text, one.mention) for one in examples], embed)
    numbers = {frame: number for number, frame in enumerate(sorted({one.frame for one in examples}))}
    groups = [numbers[one.frame] for one in examples]  # a sentence and its copies calibrate together, or teach together
    stance = heads.train(seen, [str(one.stance) for one in examples], groups, REGULARISATION)
    told = [place for place, one in enumerate(examples) if one.whom is not None]
    some = Inputs([seen.texts[place] for place in told], seen.vectors[told], seen.circumstances[told])
    whose = [str(examples[place].whom) for place in told]
    whom = heads.train(some, whose, [groups[place] for place in told], REGULARISATION)
    return Stances(stance, whom, digest, embed)


def parse(data: bytes, embed: Embed) -> Stances:
    """The classifiers of a file."""
    document, held = arrays.document(DOCUMENT, data), arrays.arrays(DOCUMENT, data)
    stance, whom = (unpacked({key: held[f"{name}.{key}"] for key in PACKED}) for name in ("stance", "whom"))
    return Stances(stance, whom, document["examples"], embed)


@functools.cache
def load(file: str = FILE) -> Stances:
    """The classifiers of the release: those of English and Spanish, or ``MULTILINGUAL``."""
    return parse((resources.files(__package__) / file).read_bytes(), vectors)


def of_text(text: str) -> Stances:
    """The classifiers that read a text, by the signs that it is written in."""
    return load(MULTILINGUAL if script.written_in(text) else FILE)


def vectors(texts: Sequence[str]) -> Floats:
    """The unit vectors of the release's multilingual embedder."""
    model = e5.load()
    return np.array([model.embed([text])[0] for text in texts], np.float32)


def _window(text: str, mention: Mention) -> tuple[str, str]:
    """The words around a mention as a sentence, and as terms that know their side and distance."""
    others = [one for one in mentions.find(text) if one.start != mention.start]
    before, after = _tokens(text, 0, mention.start, others), _tokens(text, mention.end, len(text), others)
    before, after = before[-AROUND:], after[:AROUND]
    word = _stand_in(text, mention)
    sided = [f"b{min(len(before) - place, NEAR)}_{token}" for place, token in enumerate(before)]
    sided += [f"a{min(place + 1, NEAR)}_{token}" for place, token in enumerate(after)]
    ends = next((token for token in after if token in "?!.;？！。；吗嗎か"), "")
    sided += [f"k_{word}", f"ends_{'asked' if ends and ends in '?？吗嗎か' else 'told'}"]
    if not before:
        sided.append("first")
    if not after:
        sided.append("last")
    sided += [f"bb_{one}_{other}" for one, other in zip(before[-3:], before[-2:], strict=False)]
    plain = " ".join([*before, word, *after])
    return plain, f"{plain} {' '.join(sided)}"


def _tokens(text: str, start: int, end: int, others: Sequence[Mention]) -> list[str]:
    """Words and stops of a part, lower case without accents, numbers as 0, other needs by their kind."""
    place, found = start, list[str]()
    for one in (*(one for one in others if start <= one.start < end), None):
        upto = end if one is None else one.start
        found += _TOKEN.findall(re.sub(r"\d+", "0", in_digits(unaccented(text[place:upto]))))
        if one is not None:
            found.append("other" + _stand_in(text, one).replace(" ", ""))
            place = one.end
    return [token.replace("’", "'").replace("'", "") for token in found]


def _stand_in(text: str, mention: Mention) -> str:
    """One word for all of a kind."""
    if mention.value == UNNAMED:
        return "allergic" if "ic" in text[mention.start : mention.end].lower() else "allergies"
    if mention.kind is Kind.DIET:
        said = unaccented(text[mention.start : mention.end])
        if mention.value in ("spicy", "mild"):
            return mention.value
        return "meat" if mention.value.startswith("no ") or said in ("meat", "meats", "carne", "carnes") else "vegan"
    said = unaccented(text[mention.start : mention.end])
    return "shrimp" if said in _dishes() or said.rstrip("s") in _dishes() else "peanuts"


@functools.cache
def _dishes() -> frozenset[str]:
    """What is on a menu or may be ordered by its name, which an allergen such as peanuts is not."""
    return frozenset({*meaning("dishes"), "egg", "fish", "seafood", "marisco", "pescado", "huevo", "shrimp"})
