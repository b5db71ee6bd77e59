"""The word lists beside this module, turned round: what is meant by each way to write it."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import cast


@cache
def entries(section: str) -> Mapping[str, Sequence[str]]:
    """A section of ``words.toml``: the ways to write each word, without the word itself."""
    return cast(Mapping[str, Mapping[str, Sequence[str]]], _lists())[section]


@cache
def meaning(section: str) -> Mapping[str, str]:
    """A section turned round: the word that is meant, by every way to write it."""
    return {written: word for word, ways in entries(section).items() for written in (word.lower(), *ways)}


@cache
def _lists() -> Mapping[str, object]:
    return tomllib.loads(files(__package__).joinpath("words.toml").read_text("utf-8"))
