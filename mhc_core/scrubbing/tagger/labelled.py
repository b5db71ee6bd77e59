"""A text with the places of its personal data."""

from collections.abc import Sequence
from typing import NamedTuple


class Labelled(NamedTuple):
    """A text with the places (label, start, end) of its personal data."""

    text: str
    spans: Sequence[tuple[str, int, int]]
