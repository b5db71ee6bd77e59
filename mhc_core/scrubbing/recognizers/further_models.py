"""A model of the operator's own, asked besides the built-in one: of spaCy, or a token classifier of transformers.

Both are loaded from this machine; nothing is ever fetched.
"""

import importlib
import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mhc_core.errors import ConfigurationError
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.lexicon import WORD
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer
from mhc_core.scrubbing.vocabulary import CALENDAR, FOOD, FUNCTION

_TYPES = {
    **dict.fromkeys(
        ("PERSON", "PER", "NAME", "GIVENNAME", "FIRSTNAME", "MIDDLENAME", "LASTNAME", "SURNAME", "FULLNAME"),
        PiiType.PERSON,
    ),
    **dict.fromkeys(("PHONE", "PHONENUMBER", "TELEPHONENUM", "TELEPHONE"), PiiType.PHONE),
    **dict.fromkeys(("EMAIL", "EMAILADDRESS"), PiiType.EMAIL),
    **dict.fromkeys(("ADDRESS", "STREETADDRESS", "STREET", "STREETNAME"), PiiType.ADDRESS),
    **dict.fromkeys(("CREDITCARD", "CREDITCARDNUMBER"), PiiType.CREDIT_CARD),
    **dict.fromkeys(("SSN", "USSSN", "SOCIALNUM", "SOCIALSECURITYNUMBER"), PiiType.US_SSN),
    **dict.fromkeys(("IDCARD", "IDCARDNUM", "PASSPORT", "DRIVERLICENSE", "DRIVERLICENSENUM"), PiiType.GOVERNMENT_ID),
}
"""Labels of models, without signs, by what they mean here. Others, such as organisations and dates, are not asked."""
_HARMLESS = FUNCTION | FOOD | CALENDAR


class SpacyRecognizer(SpanRecognizer):
    """The entities of a spaCy pipeline."""

    types = tuple(dict.fromkeys(_TYPES.values()))
    reads_signs = True

    def __init__(self, pipeline: Any) -> None:
        super().__init__()
        self._pipeline = pipeline

    def spans(self, text: str) -> Iterator[Span]:
        for entity in self._pipeline(text).ents:
            yield from _span(text, entity.label_, entity.start_char, entity.end_char, 0.85)


class TransformersRecognizer(SpanRecognizer):
    """The entities of a ``token-classification`` pipeline that joins pieces of words."""

    types = tuple(dict.fromkeys(_TYPES.values()))
    reads_signs = True

    def __init__(self, pipeline: Any) -> None:
        super().__init__()
        self._pipeline = pipeline

    def spans(self, text: str) -> Iterator[Span]:
        for entity in self._pipeline(text):
            score = round(float(entity["score"]), 4)
            yield from _span(text, entity["entity_group"], int(entity["start"]), int(entity["end"]), score)


def further_model(name: str) -> SpanRecognizer:
    """The recogniser of the model ``name``: an installed spaCy package, or a folder that spaCy or transformers wrote.

    Raises:
        ConfigurationError: there is no such model, or what loads it is not installed.
    """
    folder = Path(name)
    try:
        if (folder / "config.json").is_file():
            return _transformers(folder)
        if (folder / "config.cfg").is_file() or importlib.util.find_spec(name.replace("-", "_")):
            import spacy

            return SpacyRecognizer(spacy.load(name, exclude=["parser", "lemmatizer", "attribute_ruler"]))
    except ConfigurationError:
        raise
    except Exception as error:
        raise ConfigurationError(
            f"MHC_PII_MODEL={name} does not load ({type(error).__name__}): install it again or unset the variable"
        ) from error
    raise ConfigurationError(
        f"MHC_PII_MODEL={name} is neither an installed spaCy package nor a folder of spaCy or transformers: "
        "install the model or unset the variable"
    )


def _transformers(folder: Path) -> SpanRecognizer:
    try:
        hub: Any = importlib.import_module("transformers")
    except ImportError:
        raise ConfigurationError(
            "MHC_PII_MODEL is a model of transformers, which is not installed: pip install transformers torch"
        ) from None
    # Safetensors only: other weights are pickles, which run what they hold.
    model = hub.AutoModelForTokenClassification.from_pretrained(
        str(folder), local_files_only=True, use_safetensors=True
    )
    tokenizer = hub.AutoTokenizer.from_pretrained(str(folder), local_files_only=True)
    return TransformersRecognizer(
        hub.pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple")
    )


def _span(text: str, label: str, start: int, end: int, score: float) -> Iterator[Span]:
    kind = _TYPES.get("".join(filter(str.isalnum, label.upper())))
    if kind is None:
        return
    words = [match.group().lower() for match in WORD.finditer(text, start, end)]
    if kind is PiiType.PERSON and (not words or all(word in _HARMLESS for word in words)):
        return
    yield kind, start, end, score
