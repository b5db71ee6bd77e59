"""The scrubber: runs the recognisers through Presidio, resolves overlaps, and puts placeholders where findings were."""

import copy
import re
import time
from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import accumulate
from typing import Any, NamedTuple

from mhc_core.errors import ConfigurationError, ScrubRefused
from mhc_core.scrubbing.findings import HIGH_RISK, REGIONS, SEVERITY, Finding, PiiType, ScrubResult
from mhc_core.scrubbing.lexicon import WORD, only_a_name
from mhc_core.scrubbing.placeholders import TITLES, Placeholders, words_of_name
from mhc_core.scrubbing.risk import grade, residue
from mhc_core.scrubbing.signs import again
from mhc_core.scrubbing.terms import NO_TERMS, Listed, Terms
from mhc_core.scrubbing.view import HOLE, PERSON_HOLE, build_view, steady_windows

VERSION = "6"
"""Raised whenever what is found or stored changes, so that conversations scrubbed before are scrubbed again."""

MAX_CHARS = 4_000_000
TIME_BUDGET_SECONDS = 30.0
BUDGET_CHARS = 100_000
"""Every started hundred thousand characters of a text have the time budget."""
_PASSES = 8
_WINDOW = 2_400
_OVERLAP = 400


class Known(NamedTuple):
    """A slice of a text that a person marked as personal data."""

    start: int
    end: int
    type: PiiType


@dataclass(frozen=True, slots=True)
class Taught:
    """A version of the tagger other than that of the release; its id names its content."""

    id: str
    data: bytes = field(repr=False, compare=False)


class _Piece(NamedTuple):
    """A resolved finding before it has a placeholder; offsets in the original."""

    start: int
    end: int
    type: PiiType
    score: float
    recognizer: str


class _Cover:
    """Slices of a text, asked whether one of them holds another slice whole."""

    def __init__(self, slices: Iterable[tuple[int, int]]) -> None:
        ordered = sorted(slices)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def holds(self, start: int, end: int) -> bool:
        """Whether a slice begins at ``start`` or before and ends at ``end`` or after."""
        before = bisect_right(self._starts, start)
        return before > 0 and self._reach[before - 1] >= end


class Scrubber:
    """Takes personal data out of texts; safe to share between threads.

    Every pass reads the text as it will be after the passes before it. Passes go on until one finds nothing, so what
    comes out is exactly what a further scrub would leave alone.
    """

    version = VERSION
    """Names what this scrubber finds: that of the rules, of a further model, and of reviewers' lists."""
    _terms = NO_TERMS
    _parts: tuple[str, ...] = ()

    def __init__(
        self, rules: Any, model: Any = None, business_allow: Collection[str] = (), budget: float = TIME_BUDGET_SECONDS
    ) -> None:
        """``rules`` and ``model`` are Presidio analyzers, the latter one of the operator's own where there is any.

        ``budget`` is the time a text may take, in seconds. Only texts longer than ``BUDGET_CHARS`` characters may take
        longer, in proportion.
        """
        self._rules = rules
        self._model = model
        self._allow = _allowed(business_allow)
        self._budget = budget

    @staticmethod
    def load(
        business_allow: Collection[str] = (),
        model: str | None = None,
        budget: float = TIME_BUDGET_SECONDS,
        regions: str = "",
        taught: Taught | None = None,
    ) -> "Scrubber":
        """The scrubber of this process.

        Args:
            business_allow: the business's own phone numbers, addresses, links and area.
            model: a spaCy pipeline or the folder of a token classifier, asked besides the tagger.
            budget: the time one text may take, in seconds; one that takes longer is refused.
            regions: the countries whose phone numbers are found without a country code, with commas; else the usual.
            taught: a version of the tagger in place of that of the release.

        Raises:
            ConfigurationError: a model is missing, altered, or of no known kind.
        """
        return _load(tuple(sorted(business_allow)), model, budget, regions, taught)

    def with_terms(self, terms: Terms) -> "Scrubber":
        """This scrubber under reviewers' lists: denied terms are always found, allowed ones never by themselves."""
        if terms == self._terms:
            return self
        other = copy.copy(self)
        other._terms = terms
        other.version = "+".join((VERSION, *self._parts, *filter(None, (terms.digest,))))
        return other

    def scrub(self, text: str, memory: Placeholders | None = None, known: Sequence[Known] = ()) -> ScrubResult:
        """``text`` with placeholders instead of personal data; ``memory`` keeps their numbers over several texts.

        ``known`` is personal data that a person found in the text, taken out whatever the recognisers say.

        Raises:
            ScrubRefused: something failed or took too long; the text must be held.
        """
        memory = Placeholders() if memory is None else memory
        try:
            return self._scrub(text, memory, known)
        except ScrubRefused:
            raise
        except Exception as error:
            # The cause may quote the text, so it is named but not chained.
            raise ScrubRefused(
                f"scrubbing failed with {type(error).__name__}: hold the text and look into the scrubber"
            ) from None

    def scrub_conversation(
        self, texts: Sequence[str], known: Mapping[int, Sequence[Known]] | None = None
    ) -> list[ScrubResult]:
        """The texts of one conversation, oldest first, with the same placeholder for the same person or number.

        ``known`` is what people marked in a text, by the text's index.

        Raises:
            ScrubRefused: one of them could not be scrubbed.
        """
        memory = Placeholders()
        marked = known or {}
        return [self.scrub(text, memory, marked.get(index, ())) for index, text in enumerate(texts)]

    def _scrub(self, text: str, memory: Placeholders, known: Sequence[Known]) -> ScrubResult:
        if len(text) > MAX_CHARS:
            raise ScrubRefused(f"the text is longer than {MAX_CHARS} characters: split it and scrub the parts")
        budget = self._budget * -(-max(1, len(text)) // BUDGET_CHARS)
        deadline = time.monotonic() + budget
        pieces = resolve(
            _Piece(one.start, one.end, one.type, 1.0, "reviewer")
            for one in known
            if 0 <= one.start < one.end <= len(text)
        )
        read: dict[str, list[_Piece]] = {}
        for _ in range(_PASSES):
            new = self._pass(text, pieces, memory.known_names(), deadline, read)
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

    def _pass(
        self,
        text: str,
        taken: Sequence[_Piece],
        names: Collection[str],
        deadline: float,
        read: dict[str, list[_Piece]],
    ) -> list[_Piece]:
        """What the recognisers find in the text without the slices already taken, and where the people named recur.

        ``read`` remembers windows over the passes of one text.
        """
        view = build_view(text, [(piece.start, piece.end, piece.type.value) for piece in taken])
        spans: list[_Piece] = []
        for offset, window in steady_windows(view.text, _WINDOW, _OVERLAP):
            if time.monotonic() > deadline:
                raise ScrubRefused("scrubbing took longer than MHC_SCRUB_TIMEOUT_SECONDS: split the text or raise it")
            if window not in read:
                read[window] = self._read(window)
            spans += [_shift(piece, offset) for piece in read[window]]
        names = {*names, *_name_words(view.text, spans), *_name_words(text, taken)}
        found = _Cover((piece.start, piece.end) for piece in spans)
        spans += [one for one in _echoes(view.text, names) if not found.holds(one.start, one.end)]
        kept = (
            _Cover(match.span() for match in self._allow.finditer(view.text)) if self._allow and spans else _Cover(())
        )
        listed = list(self._terms.find(view.text))
        spans += [_Piece(one.start, one.end, one.type, 1.0, "deny_list") for one in listed if one.deny]
        whole = [
            piece
            for piece in spans
            if not kept.holds(piece.start, piece.end)
            and not (piece.recognizer != "deny_list" and any(_excused(view.text, piece, one) for one in listed))
        ]
        return [
            piece._replace(start=start, end=end)
            for piece in _clip(view.text, resolve(whole))
            for start, end in [view.original(piece.start, piece.end)]
        ]

    def _read(self, window: str) -> list[_Piece]:
        """What rules and tagger find in one window, and a model of the operator's where there is one."""
        found = self._analyze(self._rules, window)
        if self._model is None:
            return found
        return found + [
            piece
            for piece in self._analyze(self._model, window)
            if not any(one.start <= piece.start and piece.end <= one.end for one in found)
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


class Refusing(Scrubber):
    """Stands in for a scrubber that cannot be loaded: every text is held, none passes."""

    def __init__(self, reason: str) -> None:
        """``reason`` is what each text is refused with."""
        self._reason = reason

    def scrub(self, text: str, memory: Placeholders | None = None, known: Sequence[Known] = ()) -> ScrubResult:
        """Refuse.

        Raises:
            ScrubRefused: always.
        """
        raise ScrubRefused(self._reason)


def version(model: str | None, regions: str, taught: str | None, terms: Terms) -> str:
    """What a scrubber of these parts calls itself."""
    return "+".join(part for part in (VERSION, *_named(model, regions, taught), terms.digest) if part)


def _named(model: str | None, regions: str, taught: str | None) -> tuple[str, ...]:
    usual = regions in ("", ",".join(REGIONS))
    return tuple(part for part in (model and f"model:{model}", "" if usual else regions, taught) if part)


def _excused(text: str, piece: _Piece, listed: Listed) -> bool:
    """Whether an allowed term is all that was found, titles such as "chef" aside."""
    if listed.deny or piece.type is not listed.type or piece.end <= listed.start or listed.end <= piece.start:
        return False
    rest = text[piece.start : max(piece.start, listed.start)] + " " + text[min(piece.end, listed.end) : piece.end]
    return all(word.lower() in TITLES for word in re.findall(r"\w+", rest))


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
    anywhere = {name.lower() for name in names if only_a_name(name)}
    written = {name for name in names if name[0].isupper()}
    in_signs = [_Piece(start, end, PiiType.PERSON, 0.5, "echo") for start, end in again(text, names)]
    return in_signs + [
        _Piece(match.start(), match.start() + len(word), PiiType.PERSON, 0.5, "echo")
        for match in WORD.finditer(text)
        for word in [match.group().removesuffix("'s")]
        if word in written or word.lower() in anywhere
    ]


def _shift(piece: _Piece, offset: int) -> _Piece:
    return piece._replace(start=piece.start + offset, end=piece.end + offset) if offset else piece


def _allowed(values: Collection[str]) -> re.Pattern[str] | None:
    """Matches what is the business's own in the ways it is written, and lists of it: "Sacramento, San Jose"."""
    forms = []
    for value in values:
        digits = "".join(filter(str.isdigit, value))
        if len(digits) >= 7 and not any(character.isalpha() for character in value):
            forms.append(r"(?<![\w+])(?:\+?1[\s.\-]{0,2})?\(?" + r"[\s.\-()/]{0,3}".join(digits[-10:]) + r"(?!\d)")
        elif value.strip():
            forms.append(r"(?<![\w.@\-])" + re.escape(value.strip()) + r"(?![\w@\-]|\.\w)")
    one = f"(?:{'|'.join(forms)})"
    return re.compile(rf"{one}(?:,?\s(?:(?:and|or)\s)?{one})*", re.IGNORECASE) if forms else None


@lru_cache(maxsize=8)
def _load(
    business_allow: tuple[str, ...], model: str | None, budget: float, regions: str, taught: Taught | None
) -> Scrubber:
    scrubber = Scrubber(*_analyzers(model, regions, taught), business_allow, budget)
    scrubber._parts = _named(model, regions, taught.id if taught else None)
    scrubber.version = version(model, regions, taught.id if taught else None, NO_TERMS)
    return scrubber


@lru_cache(maxsize=2)
def _analyzers(model: str | None, regions: str, taught: Taught | None) -> tuple[Any, Any]:
    try:
        from mhc_core.scrubbing import registry
        from mhc_core.scrubbing.tagger.model import Tagger
    except ImportError as error:
        raise ConfigurationError(
            f"the scrubber cannot start, {error.name} is missing: install the project again"
        ) from None
    tagger = Tagger(taught.data) if taught else None
    return registry.analyzers(model, tagger, regions.split(",") if regions else REGIONS)
