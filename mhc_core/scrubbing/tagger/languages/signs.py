"""What the tagger of Chinese and Japanese sees of each token: single signs, runs of Latin letters and of digits."""

from collections.abc import Sequence

from mhc_core.scrubbing.lexicon import code
from mhc_core.scrubbing.tagger.languages.lists import listed
from mhc_core.scrubbing.tagger.tokens import Token

_LISTS = {"S": "zh surname", "G": "zh given", "F": "zh foreign", "J": "ja surname", "K": "ja given", "W": "word"}
"""What is marked where an entry of a list begins or goes on."""
_LONGEST = 5
"""Signs of the longest entry of the lists that is looked for."""


def _script(text: str) -> str:
    first = text[0]
    if "\u3400" <= first <= "\u9fff" or first == "々":
        return "H"
    if "\u3040" <= first <= "\u309f":
        return "h"
    if "\u30a0" <= first <= "\u30ff":
        return "k"
    if first.isdigit():
        return f"d{min(len(text), 5)}"
    if first.isalpha():
        return "X" if text[0].isupper() else "x"
    return text if text in "，。、,.!?！？：:；（）()\ufffc\ufff9" else "p"


def _look(text: str) -> str:
    return "#" + str(min(len(text), 8)) if text[0].isdigit() and len(text) > 2 else text.lower()


def features(found: Sequence[Token]) -> list[list[str]]:
    """The features of each token of a text."""
    looks = ["<3", "<2", "<1", *(_look(token.text) for token in found), ">1", ">2", ">3"]
    scripts = ["<", "<", "<", *(_script(token.text) for token in found), ">", ">", ">"]
    lists = _listed(found)
    kana = "k" if any("\u3040" <= token.text[0] <= "\u30ff" for token in found) else "-"
    gaps = [*(token.gap or "-" for token in found), "$"]
    rows = []
    for place, token in enumerate(found):
        c3, c2, c1, c, n1, n2, n3 = looks[place : place + 7]
        s2, s1, s, t1, t2 = scripts[place + 1 : place + 6]
        row = [
            "c" + c, "b" + c1, "a" + n1, "bb" + c2, "aa" + n2, "bbb" + c3, "aaa" + n3,
            "bc" + c1 + c, "ca" + c + n1, "bb2" + c2 + c1, "aa2" + n1 + n2, "o" + c1 + "_" + n1,
            "s" + s + kana, "s3" + s1 + s + t1, "s5" + s2 + s1 + s + t1 + t2, "g" + gaps[place] + s + gaps[place + 1],
        ]  # fmt: skip
        mine = lists[place]
        row += mine
        own = kana + "|".join(mine)
        before = "|".join(lists[place - 1]) if place else "<"
        after = "|".join(lists[place + 1]) if place + 1 < len(found) else ">"
        row += ["L" + own, "Lb" + before + ">" + own, "La" + own + ">" + after, "Lc" + own + c1, "Ln" + own + n1]
        row += ["L3" + before + ">" + own + ">" + after, "Lbb" + own + c2 + c1, "Laa" + own + n1 + n2]
        if token.text[0].isalpha() and token.text.isascii():
            listed_as = code(token.text)
            row += ["e" + listed_as[0], "u" + listed_as[1], "w" + listed_as[3] + listed_as[5], f"l{min(len(c), 9)}"]
        rows.append(row)
    return rows


def _listed(found: Sequence[Token]) -> list[list[str]]:
    """What lists say of each token: that a name or a word begins there, goes on, or that its sign is one of names."""
    marks: list[set[str]] = [set() for _ in found]
    texts = [token.text for token in found]
    sets = [(mark, listed(kind)) for mark, kind in _LISTS.items()]
    for start, text in enumerate(texts):
        if len(text) != 1 or text < "\u3040":
            continue
        piece = ""
        for length in range(1, min(_LONGEST, len(texts) - start) + 1):
            if length > 1 and found[start + length - 1].gap:
                break
            piece += texts[start + length - 1]
            for mark, entries in sets:
                if (length > 1 or mark in "SJ") and piece in entries:
                    marks[start].add(f"B{mark}{length}")
                    for inside in range(start + 1, start + length):
                        marks[inside].add(f"I{mark}")
        if text in listed("zh sign") or text in listed("ja sign"):
            marks[start].add("N")
    return [sorted(one) or ["-"] for one in marks]
