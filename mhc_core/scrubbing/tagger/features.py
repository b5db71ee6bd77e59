"""What the tagger sees of each token: its letters, what the lists say of it, and the same of its neighbours."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from mhc_core.scrubbing.tagger.lexicon import NOTHING, code, plain
from mhc_core.scrubbing.tagger.tokens import Token


class Seen(NamedTuple):
    """A token by itself: its word, case, class and the code of the lists."""

    word: str
    shape: str
    code: str
    name: str
    kind: str
    speech: str


@lru_cache(maxsize=50_000)
def seen(text: str) -> Seen:
    """What a token is by itself."""
    first = text[0]
    if first.isdigit():
        length = min(len(text), 8)
        return Seen(text if length < 3 else f"#{length}", f"d{length}", NOTHING, f"d{length}", "d", "9")
    if not first.isalpha():
        mark = text if text.isascii() else "hole" if text in "\ufffc\ufff9" else "sign"
        return Seen(mark if mark != "hole" else f"hole{text}", "p", NOTHING, mark, "p", text if text in ",.?!:;-'&" else "p")
    word = plain(text)
    shape = "X" if text.isupper() and len(text) > 1 else "x" if text.islower() else "C" if len(text) == 1 else "Xx" if text.istitle() else "xX"
    found = code(word)
    # given name, surname, and whether it is an ordinary word: what decides most
    name = found[0] + ("0" if found[1] == "0" else "1" if found[1] in "12" else "2") + ("w" if found[3] in "1234" else "r" if found[3] in "567" else "s" if found[5] != "0" else "-") + ("c" if found[4] != "0" and (found[3] == "0" or found[4] < found[3]) else "")
    return Seen(word, shape, found, name, "w", found[5] if found[5] != "0" else _ending(word))


def _ending(word: str) -> str:
    """Of a word in no lexicon, what its ending says of the part of speech."""
    return next((mark for ending, mark in (("ing", "G"), ("ed", "D"), ("s", "S"), ("ly", "R")) if len(word) > 4 and word.endswith(ending)), "?")


def features(found: Sequence[Token]) -> list[list[str]]:
    """The features of each token of a text."""
    looked = [seen(token.text) for token in found]
    letters = [one for one in looked if one.kind == "w"]
    capitals = sum(one.shape in ("Xx", "X", "xX") for one in letters)
    upper = sum(one.shape == "X" for one in letters)
    case = "none" if not capitals else "all" if upper * 2 > len(letters) else "title" if capitals * 10 > 6 * len(letters) and len(letters) > 2 else "mixed"
    size = str(min(len(found), 6)) if len(found) < 6 else "6" if len(found) < 12 else "12"
    last = len(found) - 1
    rows = []
    for place, (token, one) in enumerate(zip(found, looked, strict=True)):
        before = looked[place - 1] if place else None
        after = looked[place + 1] if place < last else None
        shape = one.shape + case[0]
        row = ["bias", "w=" + one.word, "s=" + shape, "g=" + token.gap, "n=" + one.name, "ns=" + one.name + shape, "c=" + case + size]
        if one.kind == "w":
            word = one.word
            row += ["c0" + one.code[0], "c1" + one.code[1], "c2" + one.code[2], "c3" + one.code[3], "c4" + one.code[4], "c5" + one.code[5], "z3" + word[-3:], "z2" + word[-2:], "z4" + word[-4:], "a3" + word[:3], "a2" + word[:2], "l" + str(min(len(word), 9)), "cs" + one.code[0] + one.code[2] + shape]
        row += _beside(one, before, after, token, found[place + 1] if place < last else None, shape)
        for step in (2, 3):
            if place >= step:
                other = looked[place - step]
                row.append(f"w-{step}=" + other.word)
                if step == 2:
                    row += ["n-2=" + other.name, "p-2-1n=" + other.speech + looked[place - 1].speech + one.name, "w-2-1=" + other.word + "|" + looked[place - 1].word, "w-2-1n=" + other.word + "|" + looked[place - 1].word + "|" + one.name, "k-2=" + other.shape + looked[place - 1].shape + shape]
            if place + step <= last:
                other = looked[place + step]
                row.append(f"w+{step}=" + other.word)
                if step == 2:
                    row += ["n+2=" + other.name, "p+1+2n=" + looked[place + 1].speech + other.speech + one.name, "w+1+2=" + looked[place + 1].word + "|" + other.word, "k+2=" + shape + looked[place + 1].shape + other.shape]
        for step in (4, 5):
            if place >= step:
                row.append("far=" + looked[place - step].word)
        rows.append(row)
    return rows


def _beside(one: Seen, before: Seen | None, after: Seen | None, token: Token, follower: Token | None, shape: str) -> list[str]:
    row = []
    if before is None:
        row += ["first", "first" + one.name + shape]
    else:
        row += ["w-1=" + before.word, "n-1=" + before.name, "s-1=" + before.shape, "p-1=" + before.speech, "p-1n=" + before.speech + one.name + shape, "w-1n=" + before.word + "|" + one.name, "w-1s=" + before.word + "|" + shape, "n-1n=" + before.name + "|" + one.name, "s-1s=" + before.shape + token.gap + shape]
    if after is None or follower is None:
        row += ["last", "last" + one.name + shape]
    else:
        row += ["w+1=" + after.word, "n+1=" + after.name, "s+1=" + after.shape, "p+1=" + after.speech, "p+1n=" + after.speech + one.name + shape, "w+1n=" + after.word + "|" + one.name, "w+1s=" + after.word + "|" + shape, "nn+1=" + one.name + "|" + after.name, "ss+1=" + shape + follower.gap + after.shape]
    if before is not None and after is not None:
        row += ["w-1+1=" + before.word + "|" + after.word, "p-1+1=" + before.speech + after.speech, "p-1n+1=" + before.speech + one.name + after.speech]
    return row
