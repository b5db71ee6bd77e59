"""Ratings that a record brings under a key of its own: they are kept in the metadata and named in the report.

What such a mark means (of 5, of 10, good or bad) is not guessed; a person who reads its name maps it to
``satisfaction`` or ``feedback``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mhc_core.collection.importing.fields import stars_of
from mhc_core.collection.importing.record_format import Record
from mhc_core.language.memories import remembered

_RATING = re.compile(
    r"(?:^|_)(?:rat(?:e|ed|ing|ings)|satisf\w*|csat|nps|ces|stars?|score[sd]?|votes?|thumbs?|helpful\w*|accura\w*|feedback"
    r"|survey\w*|dis?likes?|liked?|happy|happiness|quality|grade|opinion|verdict|user_reported)(?:_|$)"
)
_NAME = re.compile(r"[A-Za-z][\w .-]{0,39}")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


def unread(record: Record) -> Iterator[str]:
    """The keys of a record, with where they stand, that look like a rating and are not read as one."""
    if record.satisfaction is not None and stars_of(record.satisfaction) is None:
        yield "satisfaction"
    yield from _named("", record.model_extra)
    yield from _named("meta.", record.meta)
    yield from _named("feedback.", record.feedback.model_extra if record.feedback else None)
    of_messages = {key: value for each in record.messages for key, value in (each.model_extra or {}).items()}
    yield from _named("messages.", of_messages)
    for message in record.messages:
        if message.feedback is not None:
            yield from _named("messages.feedback.", message.feedback.model_extra)


def _named(where: str, values: Mapping[str, Any] | None) -> Iterator[str]:
    return (where + key for key, value in (values or {}).items() if value is not None and _means_a_rating(key))


@remembered(10_000)
def _means_a_rating(key: str) -> bool:
    if not _NAME.fullmatch(key):
        return False
    return _RATING.search(re.sub(r"[ .-]", "_", _CAMEL.sub("_", key)).lower()) is not None
