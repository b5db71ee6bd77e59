"""The words of each language for what a menu, a kitchen and a map name, in English."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import cast

from mhc_core.understanding.multilingual.script import SPANISH

KINDS = ("dishes", "allergens", "diets", "any_allergy", "severities", "cities", "persons", "occasions", "surnames")


@cache
def meanings(language: str, kind: str) -> Mapping[str, str]:
    """What is meant, by each way to write it in normal text (``script.normal``)."""
    return {written: word for word, ways in _lists(language)[kind].items() for written in ways}


@cache
def pattern(language: str, kind: str) -> re.Pattern[str]:
    """Finds the words of a kind in normal text, the longest first."""
    words = "|".join(sorted(map(re.escape, meanings(language, kind)), key=len, reverse=True)) or r"(?!)"
    return re.compile(rf"\b(?:{words})\b" if language == SPANISH else f"(?:{words})")


@cache
def _lists(language: str) -> Mapping[str, Mapping[str, list[str]]]:
    text = files(__package__).joinpath("words", f"{language}.toml").read_text("utf-8")
    return cast(Mapping[str, Mapping[str, list[str]]], tomllib.loads(text))
