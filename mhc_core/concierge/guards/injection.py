"""Attempts to make the concierge follow somebody else's rules, in customers' messages and in retrieved text.

A classifier (``trained``) decides what an attack is, in any language and in the codes that ``codes`` reads; where a
known wording of one is found it needs to be less sure. This is one layer of three. What it misses meets the guards of
answers, ``claims`` and ``figures``, and ``leaks``, which keeps the prompt in. An attack has nobody to talk to here. All
patterns take linear time.
"""

import base64
import binascii
import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from mhc_core.business.pricing import Business
from mhc_core.concierge.guards import trained
from mhc_core.concierge.guards.codes import DECODED_CHARS, decoded
from mhc_core.concierge.guards.injection_patterns import DISCLOSED, PASSAGE_ORDERS, PATTERNS, Style
from mhc_core.concierge.guards.injection_text import folded, meanings, views
from mhc_core.language import tags
from mhc_core.language.memories import remembered
from mhc_core.languages import translated


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


LOOKED_AT = 20_000
"""Characters of a message that are looked at; the length limit of messages is far below."""
SURE, SURE_AS_WORDED = 0.55, 0.2
"""From which probability a message is an attack: of any wording, and of one that a pattern knows."""
WORTH = 0.03
"""From which probability of the sieve on the whole classifier is asked about an English message."""
TOGETHER = 3
"""Customer's messages before this one that are read together with it: an attack may come in pieces."""
PIECE, PIECES = 250, 32
"""Characters that are judged together, as much around an attack hides it, and pieces of a message that are judged."""
RUN_WORDS = 8
"""So many words in a row that stand in the prompt are a leak; answers share shorter phrases with it."""
_ATTACKS: dict[Style, re.Pattern[str]] = {style: _any_of(worded) for style, worded in PATTERNS.items()}
_STEERING = [pattern for style, pattern in _ATTACKS.items() if style != "price"]
_ORDERS = _any_of(PASSAGE_ORDERS)
_DISCLOSED = _any_of(DISCLOSED)
_SENTENCE = re.compile(r"(?<=[.!?])\s+|(\n+)")
_HIDDEN = re.compile(r"<!--.{0,4000}?-->|<(script|style)\b.{0,4000}?</\1>", re.DOTALL | re.IGNORECASE)
_WORD = re.compile(r"[a-z0-9']+")
_LETTERS_APART = re.compile(r"(?<=\b\w)[ .\-*_]+(?=\w\b)")
_BASE64_BEGINS = re.compile(r"\s*(?:[A-Za-z0-9+/=]\s*){40}")


@dataclass(frozen=True, slots=True)
class Attack:
    """What a message tries: change the rules, reveal the prompt, reach others' data or tools, play a role, forge turns
    or dictate a price; ``learned`` where only the classifier knows it."""

    style: Style | Literal["learned"]


def detect(message: str, earlier: Sequence[str] = ()) -> Attack | None:
    """The attack in a customer's message, alone or together with the messages before it (``earlier``, oldest first).

    Half of a message being harmless does not make the other half so.
    """
    found = _alone(message[:LOOKED_AT])
    if found is None and earlier:
        return _alone("\n".join([*earlier[-TOGETHER:], message])[-LOOKED_AT:])
    return found


def _alone(text: str) -> Attack | None:
    worded = wording(text)
    if _probability(text, SURE if worded is None else SURE_AS_WORDED) is None:
        return None
    return Attack(worded or "learned")


def wording(text: str) -> Style | None:
    """The kind of attack whose known wording stands in a text; harmless messages have some of them too."""
    return next((style for view in views(text) for style, pattern in _ATTACKS.items() if pattern.search(view)), None)


def _probability(text: str, at_least: float) -> float | None:
    """How likely a text is an attack by its likeliest reading, where that is as likely as ``at_least``."""
    guards, read = trained.load(), _pieces(text)
    seen = guards.sieve.judge(read)
    worth = [
        meaning
        for meaning, verdict in zip(read, seen, strict=True)
        if verdict.probability >= min(WORTH, at_least) or not tags.english(meaning)
    ]
    likeliest = max((verdict.probability for verdict in guards.messages.judge(worth)), default=0.0)
    return likeliest if likeliest >= at_least else None


def _pieces(text: str) -> list[str]:
    """What is judged of a message: each reading of it, a long one in pieces of whole sentences."""
    pieces = []
    for meaning in meanings(text):
        piece = ""
        for sentence in _SENTENCE.split(meaning) if len(meaning) > PIECE else [meaning]:
            if len(piece) + len(sentence or "") > PIECE and piece:
                pieces.append(piece)
                piece = ""
            piece = f"{piece} {sentence or ''}".strip()
        pieces += [piece[at : at + PIECE] for at in range(0, max(len(piece), 1), PIECE)]
    return list(dict.fromkeys(pieces))[:PIECES]


def answer(business: Business) -> str:
    """What the customer reads instead: friendly, because it may be a joke, and nothing about how it was noticed."""
    return translated(
        "I can only help with parties of {business}: prices, the menu, dates and our rules. Those stay as they are, "
        "and I see nobody's data but what you tell me here. What would you like to know about your party?",
        business=business.name,
    )


@remembered(8192)
def clean_passage(text: str) -> str:
    """A retrieved passage without sentences that speak to the model instead of the reader, and without hidden text.

    A passage that says nothing of the kind comes back as it is.
    """
    shown = _HIDDEN.sub(" ", text)
    parts, start, changed = [], 0, shown != text
    for found in _SENTENCE.finditer(shown):
        parts.append((shown[start : found.start()], found[0]))
        start = found.end()
    parts.append((shown[start:], ""))
    kept = []
    for sentence, gap in parts:
        if _orders(sentence):
            changed = True
        else:
            kept.append(sentence + gap)
    return "".join(kept).strip() if changed else text


def disclosed(text: str) -> bool:
    """Whether a text talks about having a prompt or no rules any more, as no answer of ours does."""
    return bool(_DISCLOSED.search(folded(text)))


def leaks(answer: str, prompt: str) -> bool:
    """Whether an answer gives away the prompt: its words, also coded or reversed, or talk about having one."""
    if disclosed(answer):
        return True
    plain = folded(answer)
    readings = [plain, plain[::-1], codecs.encode(plain, "rot13"), _LETTERS_APART.sub("", plain)]
    readings += [folded(text) for text in decoded(answer)]
    readings += _unpadded(answer)
    return any(_repeats(prompt, reading) for reading in dict.fromkeys(readings))


def _orders(sentence: str) -> bool:
    if _ORDERS.search(folded(sentence)):
        return True
    return any(pattern.search(view) for view in views(sentence) for pattern in _STEERING)


def _repeats(prompt: str, reading: str) -> bool:
    words, runs = _worded(prompt)
    said = _WORD.findall(reading)
    return sum(map(words.__contains__, said)) >= RUN_WORDS and not runs.isdisjoint(_shingles(said))


@remembered(64)
def _worded(prompt: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a prompt and its runs of words."""
    words = _WORD.findall(folded(prompt))
    return frozenset(words), frozenset(_shingles(words))


def _shingles(words: Sequence[str]) -> Iterator[str]:
    return (" ".join(words[start : start + RUN_WORDS]) for start in range(len(words) - RUN_WORDS + 1))


def _unpadded(answer: str) -> list[str]:
    """Base64 broken over lines or spaces."""
    if not _BASE64_BEGINS.match(answer):
        return []
    joined = re.sub(r"\s", "", answer)[: 2 * DECODED_CHARS]
    if not re.fullmatch(r"[A-Za-z0-9+/=]{40,}", joined):
        return []
    try:
        return [folded(base64.b64decode(joined + "==").decode("utf-8", "ignore"))]
    except (binascii.Error, ValueError):
        return []
