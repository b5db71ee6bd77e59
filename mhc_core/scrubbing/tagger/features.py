"""What the tagger sees of each token: its letters, what the lists say of it, and the same of its neighbours."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from mhc_core.language.memories import remembered
from mhc_core.scrubbing.lexicon import NOTHING, code, plain
from mhc_core.scrubbing.tagger.tokens import Token


class Seen(NamedTuple):
    """A token by itself.

    ``name`` joins what decides most: given name, surname, whether it is an ordinary word. ``speech`` is the part of
    speech; ``group`` and ``family`` are words that are used alike, few and many.
    """

    word: str
    shape: str
    name: str
    speech: str
    group: str
    family: str
    own: tuple[str, ...]


_BEYOND = Seen("<>", "<>", "<>", "<>", "<>", "<>", ())
"""What stands before the first and after the last token."""
_SIGNS = ",.?!:;-'&"
_ENDINGS = (("ing", "G"), ("ed", "D"), ("s", "S"), ("ly", "R"))


@remembered(20_000)
def seen(text: str) -> Seen:
    """What a token is by itself."""
    if text[0].isdigit():
        length = f"d{min(len(text), 8)}"
        return Seen(text if len(text) < 3 else "#" + length, length, length, "9", length, "d", ())
    if not text[0].isalpha():
        mark = text if text.isascii() or text in "\ufffc\ufff9" else "sign"
        return Seen(mark, "p", mark, text if text in _SIGNS else "p", "p", "p", ())
    word = plain(text)
    found = code(word)
    owner = found == NOTHING and len(word) > 3 and word.endswith("s")
    if owner:  # "annas mom"
        found = code(word[:-1])
    given, surname, town, lower, capital, speech, group, family = tuple(found)
    ordinary = "w" if lower in "1234" else "r" if lower in "567" else "s" if speech != "0" else "-"
    capitalised = "c" if capital != "0" and (lower == "0" or capital < lower) else ""
    name = given + ("0" if surname == "0" else "1" if surname in "12" else "2") + ordinary + capitalised
    if speech == "0":
        speech = next((mark for ending, mark in _ENDINGS if len(word) > 4 and word.endswith(ending)), "?")
    if owner and found != NOTHING:
        name += "'"
    own = ("g" + given, "u" + surname, "t" + town, "l" + lower, "c" + capital, "e" + word[-3:], "f" + word[-2:])
    joined = ("G" + given + lower, "L" + lower + capital, "U" + surname + lower + given, "E" + word[-4:])
    return Seen(
        word, _shape(text), name, speech, group, family, (*own, *joined, "b" + word[:3], f"o{min(len(word), 9)}")
    )


def _shape(text: str) -> str:
    if len(text) == 1:
        return "x" if text.islower() else "C"
    return "X" if text.isupper() else "x" if text.islower() else "Xx" if text.istitle() else "xX"


def features(found: Sequence[Token]) -> list[list[str]]:
    """The features of each token of a text."""
    looked = [seen(token.text) for token in found]
    case = _case(looked)
    size = str(len(found) if len(found) < 6 else 6 if len(found) < 12 else 12)
    times = Counter(one.word for one in looked if one.own)
    padded = [_BEYOND] * 3 + looked + [_BEYOND] * 3
    gaps = [token.gap for token in found] + ["$"]
    rows = []
    for place, one in enumerate(looked):
        third, second, before, _, after, next_, far = padded[place : place + 7]
        shape, name = one.shape + case, one.name
        again = "R" + ("1" if times[one.word] > 1 else "0")
        rows.append(
            [
                "w" + one.word, "s" + shape, "n" + name, "N" + name + shape, "k" + one.group, "K" + one.family + shape,
                "C" + case + size, "G" + gaps[place] + one.shape, *one.own, "T" + name + one.family,
                again + name, again + shape,
                "-w" + before.word, "-n" + before.name, "-s" + before.shape + gaps[place] + shape, "-p" + before.speech,
                "-k" + before.group, "-wn" + before.word + "|" + name, "-ws" + before.word + "|" + shape,
                "-nn" + before.name + "|" + name, "-pn" + before.speech + name + shape,
                "-kn" + before.group + name + shape, "-Kk" + before.family + one.group,
                "+w" + after.word, "+n" + after.name, "+s" + shape + gaps[place + 1] + after.shape, "+p" + after.speech,
                "+k" + after.group, "+wn" + after.word + "|" + name, "+ws" + after.word + "|" + shape,
                "+nn" + name + "|" + after.name, "+pn" + after.speech + name + shape,
                "+kn" + after.group + name + shape, "+Kk" + after.family + one.group,
                "=w" + before.word + "|" + after.word, "=p" + before.speech + name + after.speech,
                "=k" + before.family + name + after.family,
                "-2w" + second.word, "-2n" + second.name, "-2p" + second.speech + before.speech + name,
                "-2ww" + second.word + "|" + before.word, "-2wn" + second.word + "|" + before.word + "|" + name,
                "-2s" + second.shape + before.shape + shape, "-2K" + second.family + before.family + name,
                "+2w" + next_.word, "+2n" + next_.name, "+2p" + name + after.speech + next_.speech,
                "+2ww" + after.word + "|" + next_.word, "+2s" + shape + after.shape + next_.shape,
                "+2K" + name + after.family + next_.family,
                "-3w" + third.word, "+3w" + far.word,
            ]
        )  # fmt: skip
    return rows


def _case(looked: Sequence[Seen]) -> str:
    """How the text is written: without a capital, all in capitals, with one for every word, or as in books."""
    shapes = [one.shape for one in looked if one.own]
    capitals = sum(shape in ("Xx", "X", "xX") for shape in shapes)
    if not capitals:
        return "n"
    if sum(shape == "X" for shape in shapes) * 2 > len(shapes):
        return "a"
    return "t" if capitals * 10 > 6 * len(shapes) and len(shapes) > 2 else "m"
