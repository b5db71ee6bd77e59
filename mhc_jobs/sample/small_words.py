"""The words around the matter (greetings, thanks, doubts, goodbyes), read from ``small_words.toml``."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random

from mhc_jobs.sample.wording import Template, say, templates


def small_talk(rng: Random, kind: str, slots: Mapping[str, str]) -> str:
    """One way to say what ``kind`` (a key of the file) is for."""
    return say(rng, _patterns()[kind], slots)


@cache
def _patterns() -> dict[str, tuple[Template, ...]]:
    text = Path(__file__).with_suffix(".toml").read_text("utf-8")
    return {kind: templates(sources) for kind, sources in tomllib.loads(text).items()}
