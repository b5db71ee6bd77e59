"""The taggers of other languages, as they come with the release."""

import lzma
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files

from mhc_core.errors import ConfigurationError
from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.languages import signs
from mhc_core.scrubbing.tagger.model import Tagger
from mhc_core.scrubbing.tagger.tokens import Token

FIELDS: dict[str, Callable[[Sequence[Token]], list[list[str]]]] = {"es": features, "signs": signs.features}
"""What each of them sees of a text."""


def file_of(field: str) -> str:
    """The file of a field in this package."""
    return f"{field}.crf.xz"


@cache
def packaged(field: str) -> Tagger:
    """The field ``es`` or ``signs`` of the release, loaded when it is first needed.

    Raises:
        ConfigurationError: its file is missing or damaged.
    """
    try:
        data = files("mhc_core.scrubbing.tagger.languages").joinpath(file_of(field)).read_bytes()
        return Tagger(lzma.decompress(data), FIELDS[field])
    except (OSError, EOFError, ValueError, lzma.LZMAError):
        raise ConfigurationError(
            f"the tagger's file {file_of(field)} is missing or damaged: install the project again"
        ) from None
