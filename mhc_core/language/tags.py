"""What a text is like besides its content: its language, and whether it swears or attacks. Nothing is rewritten."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from mhc_core.languages import detection

_NOT_WORDS = re.compile(r"\[[A-Z_]+_\d+\]|https?://\S+|(?<!\S)\S+@\S+|[\d_]+")
_ABUSE = (
    "idiot", "idiots", "moron", "morons", "imbecile", "stupid bot", "stupid people", "you are stupid",
    "you're stupid", "youre stupid", "ur stupid", "you are dumb", "you're dumb", "ur dumb", "you dumb", "dumbass",
    "shut up", "go to hell", "go die", "drop dead", "kill yourself", "kys", "kill you", "hurt you", "beat you up",
    "burn your", "burn down your", "i hate you", "screw you", "fuck you", "fuck u", "fuck off", "piece of shit",
    "piece of trash", "piece of garbage", "scumbag", "loser", "losers", "you are trash", "you are garbage",
    "you are useless", "you're useless", "pathetic", "estupido", "estúpido", "idiota", "imbecil", "imbécil",
    "pendejo", "callate", "cállate", "te voy a matar", "vete al diablo",
)  # fmt: skip
"""Insults and threats, for the same matcher that finds profanity."""


def language(text: str, before: Sequence[str] = ()) -> str | None:
    """The ISO 639-1 code of a scrubbed text's language, ``None`` where its words say too little.

    ``before`` is what the same person wrote earlier; it is read too when the text alone is not enough.
    """
    return _language(text) or (_language("\n".join((*before, text))) if before else None)


def english(text: str) -> bool:
    """Whether English is the likeliest of all languages for a text of any kind."""
    return detection.likeliest(text) == "en"


def tone(text: str) -> tuple[str, ...]:
    """``profanity`` for words of the lists of ``badwords-py`` (English, Spanish), ``abuse`` for insults and threats."""
    profanity, abuse, options = _filters()
    # The library folds "!" and "/" into letters; ends of sentences are none.
    plain = re.sub(r"(?<![!?.,;:/])[!?.,;:/]+(?=\s|$)", " ", _NOT_WORDS.sub(" ", text))
    found = [("abuse", abuse.is_profane(plain, options)), ("profanity", profanity.is_profane(plain, options))]
    return tuple(tag for tag, there in found if there)


def _language(text: str) -> str | None:
    found = detection.detect(text)
    return None if found is None else found.split("-")[0]


@cache
def _filters() -> tuple[Any, Any, Any]:
    from badwords import Options, ProfanityFilter

    profanity, abuse = ProfanityFilter(), ProfanityFilter()
    profanity.init(languages=["en", "es"])
    abuse.init(languages=[])
    abuse.add_words(_ABUSE)
    return profanity, abuse, Options(collapse_repeats=True, split_on_punctuation=True)
