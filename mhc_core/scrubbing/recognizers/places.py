"""Where somebody is, as coordinates or a what3words address."""

import re
from collections.abc import Iterator

from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.recognizers.base import Span, SpanRecognizer

_MINUTES = r"\d{1,2}(?:\.\d{1,6})?"
_DEGREES = rf"\d{{1,3}}(?:\.\d{{1,10}})?\s?[°º]\s?(?:{_MINUTES}\s?['′]\s?)?(?:{_MINUTES}\s?(?:\"|″|'')\s?)?[NSEWO]?"
_PAIR = re.compile(
    rf"[NS]?\s?{_DEGREES}[\s,;/]{{1,3}}[EW]?\s?-?{_DEGREES}|"
    r"(?<![\w.$])[-+]?(?:[0-8]?\d|90)\.\d{3,10}\s?[NS]?\s?[,;/ ]\s?"
    r"[-+]?(?:1[0-7]\d|180|\d{1,2})\.\d{3,10}\s?[EW]?(?![\w%]|\.\d)",
    re.IGNORECASE,
)
_WORDS = re.compile(r"///[^\W\d_]{2,20}\.[^\W\d_]{2,20}\.[^\W\d_]{2,20}")


class CoordinatesRecognizer(SpanRecognizer):
    """Latitude and longitude in degrees, decimal or not, and three words after ``///``."""

    types = (PiiType.COORDINATES,)

    def spans(self, text: str) -> Iterator[Span]:
        for pattern in (_PAIR, _WORDS):
            for match in pattern.finditer(text):
                yield PiiType.COORDINATES, match.start(), match.end(), 0.9
