"""Allergens and how bad it is."""

import re
from functools import cache

from mhc_core.language.misspellings import meant
from mhc_core.understanding.values.spelling import tidy, unaccented
from mhc_core.understanding.values.word_lists import entries, meaning

MILD, SEVERE = "mild", "severe"
_AROUND = re.compile(r"^(?:any|all|no|the|a|an|raw|el|la|los|las|al)\s+|\s+(?:allerg\w+|products?|stuff|free)$")
_NO_PLURAL = ("ss", "us", "is")
_SHORTEST_MISSPELT = 5
_NEGATED = re.compile(
    r"\b(?:not|isn'?t|aren'?t|no|nothing|never|non)[ -](?:\w+ ){0,2}"
    r"(?:sever|serious|bad|deadly|life|fatal|grave|anaphyla|extreme|terribl|horribl|crazy|major|big)"
)
_LONG_CUE = 4


def allergen(words: str) -> str | None:
    """What somebody cannot eat, as they call it, in English and singular: ``camarones`` becomes ``shrimp``."""
    text = _AROUND.sub("", unaccented(tidy(words)))
    if not text:
        return None
    known = meaning("allergens")
    singular = _singular(text)
    for written in (text, singular):
        if written in known:
            return known[written]
    if len(text) < _SHORTEST_MISSPELT or allergen_group(singular):
        return singular
    near = meant(singular, (*known, *meaning("allergen_groups")), 85)
    return known.get(near, near) if near else singular


def allergen_group(word: str) -> str | None:
    """Which of the nine allergens of the FDA ``word`` belongs to: ``shellfish`` for ``crab``; ``None`` for others."""
    return meaning("allergen_groups").get(_singular(word.lower())) or meaning("allergen_groups").get(word.lower())


def severity(words: str) -> str | None:
    """``MILD`` or ``SEVERE``; ``None`` where the words tell neither."""
    text = unaccented(tidy(words)).replace("’", "'")
    if _cues(SEVERE).search(text):
        return MILD if _NEGATED.search(text) else SEVERE
    return MILD if _cues(MILD).search(text) else None


@cache
def _cues(grade: str) -> re.Pattern[str]:
    cues = (re.escape(cue) + (r"\w*" if len(cue) >= _LONG_CUE else r"s?d?") for cue in entries("severities")[grade])
    return re.compile(rf"\b(?:{'|'.join(cues)})\b")


def _singular(text: str) -> str:
    if text.endswith(_NO_PLURAL) or not text.endswith("s") or len(text) < _LONG_CUE:
        return text
    if text.endswith("ies"):
        return text[:-3] + "y"
    return text[:-2] if text.endswith(("ches", "shes", "xes")) else text[:-1]
