"""What the JSON exports of all systems have in common: objects that are turned into records one by one."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mhc_core.collection.importing import json_values
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Rejected

OTHER_SHAPE = "a part of it has another shape than this export usually has; correct it, or write it as a record"


def converted(
    head: Head, context: Context, convert: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Iterator[Incoming]:
    """Every object of the file through ``convert``; one that does not fit is refused alone."""
    for item in json_values.objects(head.source, context.notes, context.rejects):
        try:
            record = convert(item.record)
        except Rejected as reason:
            item.reject(context.rejects, str(reason))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            item.reject(context.rejects, OTHER_SHAPE)
        else:
            yield Incoming(item.place, record)
