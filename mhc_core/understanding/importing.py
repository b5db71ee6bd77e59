"""Labelled messages that the data team brings: a file of lines in the format, checked as a whole, scrubbed and stored.

They teach and judge like corrections of staff, but belong to no customer: an erasure does not find them, so a file with
words of customers is for `mhc review understanding`, not for here.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from mhc_core.db.queries import audit
from mhc_core.db.queries import understanding as queries
from mhc_core.db.rows.understanding import NewExample
from mhc_core.errors import DataError
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding import masking
from mhc_core.understanding.correcting import fault
from mhc_core.understanding.examples import is_held_out, text_hash
from mhc_core.understanding.labelled import LabelledMessage, parse_line, written

_SHOWN = 5
"""Faults of a file that are told at once."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file brought: its messages, how many of them are new or changed, and how many are for judging only."""

    messages: int
    changed: int
    held_out: int


class _Row(NamedTuple):
    """A labelled message with the number of its line in the file."""

    line: int
    message: LabelledMessage


def import_lines(
    connection: sa.Connection,
    scrubber: Scrubber,
    reasons: Sequence[str],
    lines: Iterable[bytes],
    source: str,
    by: str,
    now: datetime,
) -> Imported:
    """Store the labelled messages of a JSONL file; the same words of the same writer, asked the same, are relabelled.

    Each line is ``{"line": "inform/book: for [guests:12]", "writer": "ann"}``. ``writer`` tells whose words they are;
    without it all of the file, named ``source``, count as one writer's. ``reasons`` are those for which the business
    has a person answer. A file with a fault changes nothing.

    Raises:
        DataError: lines are not in the format, or the scrubber holds one back; names the first of them.
        ScrubRefused: the scrubber failed.
    """
    rows, faults = list[_Row](), list[str]()
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                message = _message(line, source)
                if wrong := fault(message, reasons):
                    raise ValueError(wrong)
                rows.append(_Row(number, masking.masked(masking.scrubbed(scrubber, message))))
            except (ValueError, DataError) as error:
                faults.append(f"line {number}: {error}")
    if faults:
        more = f" (and {len(faults) - _SHOWN:,} more)" if len(faults) > _SHOWN else ""
        raise DataError(
            f"{source} was not imported, mend it and import it again: {'; '.join(faults[:_SHOWN])}{more}",
        )
    if not rows:
        raise DataError(f"{source} holds no labelled message; write one JSON object with a `line` on each line")
    examples = {example.key: example for example in (_example(row.message, by) for row in rows)}
    changed = queries.save(connection, [*examples.values()], now)
    found = Imported(len(examples), changed, sum(each.held_out for each in examples.values()))
    details = {"messages": found.messages, "changed": found.changed}
    audit.record(connection, by, "understanding.imported", source, details, now)
    return found


def _message(line: bytes, source: str) -> LabelledMessage:
    try:
        row: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise ValueError("it is no JSON object") from error
    if not isinstance(row, dict) or not isinstance(row.get("line"), str):
        raise ValueError('it is no object with a text under "line"')
    if unknown := sorted(row.keys() - {"line", "writer"}):
        raise ValueError(f'"{unknown[0]}" is not known; a line has "line" and, if you like, "writer"')
    writer = row.get("writer", source)
    if not isinstance(writer, str) or not writer.strip():
        raise ValueError('"writer" is a name, or left out')
    return replace(parse_line(row["line"].strip()), writer=writer.strip())


def _example(message: LabelledMessage, by: str) -> NewExample:
    words = hashlib.sha256(f"{sorted(message.asked)} {message.text}".encode()).hexdigest()[:32]
    digest = text_hash(message)
    return NewExample(
        f"imported:{message.writer}:{words}", "imported", written(message), digest, is_held_out(digest), author=by
    )
