"""What the confidence predictor sees of an answer: how it fits the talk before it, and what it is about.

Nothing here knows the vote. Words are counted, never kept: no feature holds a piece of text.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mhc_core.protocols import Embedder, Turn

EMBEDDED_CHARS = 256
RECENT_TURNS = 3
CUES = (
    "answer words", "answer characters", "turns before", "customer turns before", "words known from the talk",
    "words from the last customer message", "words from the last turn", "new words", "numbers", "new numbers",
    "nearest earlier answer", "customer repeats", "turns since the customer", "customer words", "apologies before",
    "share of apologies", "customer asks", "answer asks", "answer apologises", "last turn is empty-handed",
    "different words", "customer refuses", "customer agrees", "last turn characters",
)  # fmt: skip
_APOLOGY = re.compile(r"\b(?:sorry|unfortunately|can't|cannot|unable|don't|not sure)\b", re.IGNORECASE)
_NOTHING_FOUND = re.compile(r"\b(?:empty|none|no results?|not found)\b|_NOT_", re.IGNORECASE)
_REFUSAL = frozenset({"no", "not", "wrong", "didn", "already", "never", "again"})
_CONSENT = frozenset({"thanks", "thank", "yes", "ok", "okay", "great", "good", "sure"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """An answer and the turns before it, the oldest first."""

    context: tuple[Turn, ...]
    answer: str


@dataclass(frozen=True, slots=True)
class Seen:
    """Exchanges as numbers: ``cues`` (n, len(CUES) + 3) and ``meaning`` (n, 2 * dimensions), float64."""

    cues: NDArray[np.float64]
    meaning: NDArray[np.float64]


def extract(exchanges: Sequence[Exchange], embedder: Embedder) -> Seen:
    """Cues and embeddings of many exchanges; every text is embedded once, in one call.

    The last three cues are the cosines answer–customer, answer–recent turns and customer–recent turns.
    """
    answers = [exchange.answer[:EMBEDDED_CHARS] for exchange in exchanges]
    asked = [_last(exchange, "user")[:EMBEDDED_CHARS] for exchange in exchanges]
    recent = [
        " ".join(turn.content[:200] for turn in reversed(exchange.context[-RECENT_TURNS:]))[:EMBEDDED_CHARS]
        for exchange in exchanges
    ]
    texts = sorted({*answers, *asked, *recent})
    row = {text: number for number, text in enumerate(texts)}
    vectors = embedder.embed(texts).astype(np.float64)
    a, q, r = (vectors[[row[text] for text in part]] for part in (answers, asked, recent))
    cosines = np.stack([np.einsum("ij,ij->i", one, other) for one, other in ((a, q), (a, r), (q, r))], axis=1)
    cues = np.array([_cues(exchange) for exchange in exchanges], dtype=np.float64)
    return Seen(np.hstack([cues, cosines]), np.hstack([a, r]))


def _last(exchange: Exchange, role: str) -> str:
    return next((turn.content for turn in reversed(exchange.context) if turn.role == role), "")


def _cues(exchange: Exchange) -> list[float]:
    turns = exchange.context
    said = _words(exchange.answer)
    different, length = set(said), max(1, len(said))
    known = {word for turn in turns for word in _words(turn.content)}
    customer = [set(_words(turn.content)) for turn in turns if turn.role == "user"]
    answers = [turn.content for turn in turns if turn.role != "user"]
    asked = customer[-1] if customer else set()
    before = turns[-1].content if turns else ""
    just_said = set(_words(before))
    numbers = re.findall(r"\d+", exchange.answer)
    known_numbers = {number for turn in turns for number in re.findall(r"\d+", turn.content)}
    apologies = sum(bool(_APOLOGY.search(text)) for text in answers)
    waiting = next((count for count, turn in enumerate(reversed(turns)) if turn.role == "user"), len(turns))
    return [
        len(said),
        float(np.log1p(len(exchange.answer))),
        len(turns),
        len(customer),
        sum(word in known for word in said) / length,
        sum(word in asked for word in said) / length,
        sum(word in just_said for word in said) / length,
        sum(word not in known for word in said),
        len(numbers),
        sum(number not in known_numbers for number in numbers),
        max((_overlap(different, set(_words(text))) for text in answers), default=0.0),
        max((_overlap(asked, earlier) for earlier in customer[:-1]), default=0.0),
        waiting,
        len(asked),
        apologies,
        apologies / max(1, len(answers)),
        "?" in _last(exchange, "user"),
        exchange.answer.rstrip().endswith("?"),
        bool(_APOLOGY.search(exchange.answer)),
        bool(_NOTHING_FOUND.search(before)),
        len(different) / length,
        bool(asked & _REFUSAL),
        bool(asked & _CONSENT),
        float(np.log1p(len(before))),
    ]


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / max(1, len(one | other))
