"""The scrubber: runs the recognisers through Presidio, resolves overlaps, and puts placeholders where findings were."""

import re
import time
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mhc_core.errors import ConfigurationError, ScrubRefused
from mhc_core.scrubbing.findings import HIGH_RISK, SEVERITY, Finding, PiiType, ScrubResult
from mhc_core.scrubbing.gate import needs_model
from mhc_core.scrubbing.names import WORD, Kind, kind
from mhc_core.scrubbing.placeholders import Placeholders, words_of_name
from mhc_core.scrubbing.risk import grade, residue
from mhc_core.scrubbing.view import HOLE, PERSON_HOLE, look, windows

MAX_CHARS = 4_000_000
TIME_BUDGET_SECONDS = 300.0
_PASSES = 8
_WINDOW = 6_000
_OVERLAP = 600


class _Piece(NamedTuple):
    """A resolved finding before it has a placeholder; offsets in the original."""

    start: int
    end: int
    type: PiiType
    score: float
    recognizer: str


class Scrubber:
    """Takes personal data out of texts; safe to share between threads.

    Every pass reads the text as it will be after the passes before it. Passes go on until one finds nothing, so what
    comes out is exactly what a further scrub would leave alone.
    """

    def __init__(
        self, rules: Any, model: Any, business_allow: Collection[str] = (), budget: float = TIME_BUDGET_SECONDS
    ) -> None:
        """``rules`` and ``model`` are Presidio analyzers; ``budget`` is the time one text may take, in seconds."""
        self._rules = rules
        self._model = model
        self._allow = _allowed(business_allow)
        self._budget = budget

    @staticmethod
    def load(business_allow: Collection[str] = ()) -> "Scrubber":
        """The scrubber of this process. ``business_allow`` are the business's own phone numbers, addresses and links.

        Raises:
            ConfigurationError: the name model is missing or altered.
        """
        return _load(tuple(sorted(business_allow)))

    def scrub(self, text: str, memory: Placeholders | None = None) -> ScrubResult:
        """``text`` with placeholders instead of personal data; ``memory`` keeps their numbers over several texts.

        Raises:
            ScrubRefused: something failed or took too long; the text must be held.
        """
        memory = Placeholders() if memory is None else memory
        try:
            return self._scrub(text, memory)
        except ScrubRefused:
            raise
        except Exception as error:
            # The cause may quote the text, so it is named but not chained.
            raise ScrubRefused(
                f"scrubbing failed with {type(error).__name__}: hold the text and look into the scrubber"
            ) from None

    def scrub_conversation(self, texts: Sequence[str]) -> list[ScrubResult]:
        """The texts of one conversation, oldest first, with the same placeholder for the same person or number.

        Raises:
            ScrubRefused: one of them could not be scrubbed.
        """
        memory = Placeholders()
        return [self.scrub(text, memory) for text in texts]

    def _scrub(self, text: str, memory: Placeholders) -> ScrubResult:
        if len(text) > MAX_CHARS:
            raise ScrubRefused(f"the text is longer than {MAX_CHARS} characters: split it and scrub the parts")
        deadline = time.monotonic() + self._budget
        pieces: list[_Piece] = []
        for _ in range(_PASSES):
            new = self._pass(text, pieces, memory.known_names(), deadline)
            if not new:
                break
            pieces = sorted(pieces + new)
        else:
            raise ScrubRefused("scrubbing does not settle on this text: hold it and look into the recognisers")
        memory.reserve(text)
        findings: list[Finding] = []
        parts: list[str] = []
        position = 0
        for piece in pieces:
            placeholder = memory.name(piece.type, text[piece.start : piece.end])
            findings.append(Finding(piece.type, piece.start, piece.end, placeholder, piece.score, piece.recognizer))
            parts += [text[position : piece.start], placeholder]
            position = piece.end
        parts.append(text[position:])
        clean = "".join(parts)
        allowed = [match.group() for match in self._allow.finditer(clean)] if self._allow else []
        return ScrubResult(clean, tuple(findings), grade(piece.type for piece in pieces), not residue(clean, allowed))

    def _pass(self, text: str, taken: Sequence[_Piece], names: Collection[str], deadline: float) -> list[_Piece]:
        """What the recognisers find in the text without the slices already taken, and where the people named recur."""
        view = look(text, [(piece.start, piece.end, piece.type.value) for piece in taken])
        spans: list[_Piece] = []
        for offset, window in _windows(view.text):
            if time.monotonic() > deadline:
                raise ScrubRefused(f"scrubbing took more than {self._budget:g} s: split the text and scrub the parts")
            found = self._analyze(self._rules, window)
            spans += [_shift(piece, offset) for piece in found]
            if needs_model(_without(window, found)):
                spans += [
                    _shift(piece, offset)
                    for piece in self._analyze(self._model, window)
                    if not any(one.start <= piece.start and piece.end <= one.end for one in found)
                ]
        names = {*names, *_name_words(view.text, spans), *_name_words(text, taken)}
        spans += [
            one
            for one in _echoes(view.text, names)
            if not any(p.start <= one.start and one.end <= p.end for p in spans)
        ]
        kept = (
            [(match.start(), match.end()) for match in self._allow.finditer(view.text)] if self._allow and spans else []
        )
        whole = [piece for piece in spans if not any(start <= piece.start and piece.end <= end for start, end in kept)]
        return [
            piece._replace(start=start, end=end)
            for piece in _clip(view.text, resolve(whole))
            for start, end in [view.original(piece.start, piece.end)]
        ]

    @staticmethod
    def _analyze(analyzer: Any, text: str) -> list[_Piece]:
        return [
            _Piece(
                result.start,
                result.end,
                PiiType(result.entity_type),
                round(float(result.score), 4),
                str(result.recognition_metadata["recognizer_name"]),
            )
            for result in analyzer.analyze(text, language="en")
        ]


def resolve(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Pieces that do not overlap: those that do become one over all of them, named after the most harmful type."""
    merged: list[_Piece] = []
    for piece in sorted(
        pieces, key=lambda piece: (piece.start, -piece.end, -SEVERITY[piece.type], -piece.score, piece.recognizer)
    ):
        if merged and piece.start < merged[-1].end:
            last = merged[-1]
            worse = max(last, piece, key=_harm)
            merged[-1] = worse._replace(start=last.start, end=max(last.end, piece.end))
        else:
            merged.append(piece)
    return merged


def _harm(piece: _Piece) -> tuple[object, ...]:
    """Of two types that allow fraud the longer finding names both, of all others the more harmful type."""
    if piece.type in HIGH_RISK:
        return 1, piece.end - piece.start, piece.score, SEVERITY[piece.type]
    return 0, SEVERITY[piece.type], piece.score


def _clip(text: str, pieces: Iterable[_Piece]) -> list[_Piece]:
    """The pieces without blanks at their ends, cut where a placeholder lies inside."""
    clipped = []
    for piece in pieces:
        for match in re.finditer(rf"[^{HOLE}{PERSON_HOLE}]+", text[piece.start : piece.end]):
            part = match.group()
            start = piece.start + match.start() + len(part) - len(part.lstrip())
            end = piece.start + match.start() + len(part.rstrip(" \t\n\r.,;:"))
            if any(character.isalnum() for character in part):
                clipped.append(piece._replace(start=start, end=end))
    return clipped


def _name_words(text: str, pieces: Iterable[_Piece]) -> set[str]:
    """The words, as written, of the people among ``pieces``."""
    return {
        word
        for piece in pieces
        if piece.type is PiiType.PERSON
        for word in words_of_name(text[piece.start : piece.end])
    }


def _echoes(text: str, names: Collection[str]) -> list[_Piece]:
    """Where words of ``names`` stand again: in any case when they can only be names, else only as they were written."""
    if not names:
        return []
    anywhere = {name.lower() for name in names if kind(name) in (Kind.GIVEN, Kind.SURNAME, Kind.UNKNOWN)}
    written = {name for name in names if name[0].isupper()}
    return [
        _Piece(match.start(), match.start() + len(word), PiiType.PERSON, 0.5, "echo")
        for match in WORD.finditer(text)
        for word in [match.group().removesuffix("'s")]
        if word in written or word.lower() in anywhere
    ]


def _shift(piece: _Piece, offset: int) -> _Piece:
    return piece._replace(start=piece.start + offset, end=piece.end + offset) if offset else piece


def _without(text: str, found: Iterable[_Piece]) -> str:
    for piece in found:
        text = text[: piece.start] + " " * (piece.end - piece.start) + text[piece.end :]
    return text


def _windows(text: str) -> Iterable[tuple[int, str]]:
    if len(text) <= _WINDOW:
        return [(0, text)]
    return windows(text, _WINDOW, _OVERLAP)


def _allowed(values: Collection[str]) -> re.Pattern[str] | None:
    """Matches the business's own numbers and addresses in the ways they are written."""
    forms = []
    for value in values:
        digits = "".join(filter(str.isdigit, value))
        if len(digits) >= 7 and not any(character.isalpha() for character in value):
            forms.append(r"(?<![\w+])(?:\+?1[\s.\-]{0,2})?\(?" + r"[\s.\-()/]{0,3}".join(digits[-10:]) + r"(?!\d)")
        elif value.strip():
            forms.append(r"(?<![\w.@\-])" + re.escape(value.strip()) + r"(?![\w@\-]|\.\w)")
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


@lru_cache(maxsize=8)
def _load(business_allow: tuple[str, ...]) -> Scrubber:
    return Scrubber(*_analyzers(), business_allow)


@lru_cache(maxsize=1)
def _analyzers() -> tuple[Any, Any]:
    try:
        from mhc_core.scrubbing.registry import analyzers
    except ImportError as error:
        raise ConfigurationError(
            f"the scrubber can not start, {error.name} is missing: install the project again"
        ) from None
    return analyzers()
