"""Conversations as CSV: a header, then one row a message, in any order.

The rows are copied to a temporary table and come back sorted by conversation, so memory holds one conversation at a
time however the file is sorted. Inside a conversation the column ``position`` decides, else the times when every row
has one, else the order in the file. Delimiters comma, semicolon and tab are recognised.
"""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from mhc_core.collection.importing.decoding import clean
from mhc_core.collection.importing.fields import moment
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.record_format import MAX_MESSAGES
from mhc_core.collection.importing.reject import RejectFile
from mhc_core.db.queries import staging
from mhc_core.errors import DataError

SPELLINGS: dict[str, tuple[str, ...]] = {
    "conversation_id": ("conversation", "conv_id", "session_id", "chat_id", "ticket_id"),
    "role": ("sender", "author", "speaker", "from", "sender_type"),
    "content": ("text", "message", "body", "message_text"),
    "timestamp": ("sent_at", "time", "created_at", "date", "datetime"),
    "position": ("index", "turn", "seq", "sequence", "message_index"),
    "customer_id": ("customer", "user_id", "contact_id", "client_id"),
    "thread_id": ("thread",),
    "agent_id": ("agent",),
    "satisfaction": ("csat",),
    "message_intent": (),
}
_OF_CONVERSATION = (
    "source", "channel", "customer_id", "agent_id", "thread_id", "status", "intent", "outcome", "booking_value_usd",
    "satisfaction", "started_at",
)  # fmt: skip
_NEEDED = ("conversation_id", "role", "content")
_COLUMNS = (
    ("conversation", "text"), ("line", "bigint"), ("last_line", "bigint"), ("length", "bigint"), ("digest", "text"),
    ("fields", "text"),
)  # fmt: skip
_GROUPED = """
    select conversation, count(*) as rows, min(line) as line, max(last_line) as last_line,
        sum(length)::bigint as length, array_agg(digest order by line) as digests,
        array_agg(fields order by line) as fields
    from (
        select *, row_number() over (partition by conversation order by line) as number from pg_temp.import_csv
    ) numbered
    where number <= 1 + :limit
    group by conversation order by min(line)
"""


class _TextLines:
    """Feeds the csv reader and remembers which bytes made the current row."""

    def __init__(self, source: Source, rejects: RejectFile) -> None:
        self._lines = source.lines()
        self._rejects = rejects
        self.start_row()

    def start_row(self) -> None:
        self.first = self.last = self.length = 0
        self.digest = hashlib.sha256()

    def __iter__(self) -> "_TextLines":
        return self

    def __next__(self) -> str:
        for line in self._lines:
            if line.problem is not None:
                self._rejects.add(line.number, line.problem, line.length, line.sha256)
                continue
            self.first = self.first or line.number
            self.last = line.number
            self.length += line.length
            self.digest.update(line.data)
            return line.data.decode("utf-8", "surrogateescape") + "\n"
        raise StopIteration


def header(names: Sequence[str], spellings: dict[str, tuple[str, ...]], needed: Sequence[str]) -> list[str]:
    """The column names in our own words; unknown ones stay as they are.

    Raises:
        DataError: a needed column is missing, or one is there twice.
    """
    own = {other: name for name, others in spellings.items() for other in others}
    folded = [name.strip().lower().replace(" ", "_").replace("-", "_") for name in names]
    columns = [own.get(name, name) if own.get(name) not in folded else name for name in folded]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise DataError(f"the CSV header lacks the column {', '.join(missing)}; name it in the first line")
    if len(set(columns)) < len(columns):
        raise DataError("the CSV header names a column twice; rename one")
    return columns


def rows(
    source: Source,
    spellings: dict[str, tuple[str, ...]],
    needed: Sequence[str],
    notes: Counter[str],
    rejects: RejectFile,
) -> Iterator[Incoming]:
    """Every row as a record of its non-empty cells; rows that cannot be read go to ``rejects``."""
    lines = _TextLines(source, rejects)
    first = next(lines, None)
    if first is None:
        return
    delimiter = max(",;\t", key=first.count)
    columns = header(next(csv.reader([first], delimiter=delimiter)), spellings, needed)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        lines.start_row()
        problem = None
        cells: list[str] = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            problem = "not valid CSV: a quote is not closed or a field is over 128 KB"
        if problem is None and len(cells) != len(columns):
            problem = f"has {len(cells)} cells, the header has {len(columns)}"
        if problem is None and any(
            "\udc80" <= sign <= "\udcff" for cell in cells if not cell.isascii() for sign in cell
        ):
            problem = "not UTF-8"
        if problem is not None:
            rejects.add(lines.first, problem, lines.length, lines.digest.hexdigest(), lines.last)
            continue
        record: dict[str, Any] = {
            name: clean(cell, notes) for name, cell in zip(columns, cells, strict=True) if cell.strip()
        }
        yield Incoming(lines.first, lines.last, lines.length, lines.digest.hexdigest(), record)


def conversations(source: Source, engine: sa.Engine, notes: Counter[str], rejects: RejectFile) -> Iterator[Incoming]:
    """The conversations of the file in our own record format.

    Raises:
        DataError: the header lacks conversation_id, role or content.
    """

    def staged() -> Iterator[tuple[object, ...]]:
        for item in rows(source, SPELLINGS, _NEEDED, notes, rejects):
            ident = item.record.get("conversation_id")
            if ident is None:
                item.reject(rejects, "conversation_id: is empty")
                continue
            yield ident, item.line, item.last_line, item.length, item.sha256, orjson.dumps(item.record).decode()

    with engine.connect() as connection:
        staging.fill(connection, "import_csv", _COLUMNS, staged())
        groups = connection.execution_options(stream_results=True, yield_per=100).execute(
            sa.text(_GROUPED), {"limit": MAX_MESSAGES}
        )
        for group in groups:
            place = (
                group.line,
                group.last_line,
                group.length,
                hashlib.sha256("".join(group.digests).encode()).hexdigest(),
            )
            if group.rows > MAX_MESSAGES:
                rejects.add(place[0], f"conversation of more than {MAX_MESSAGES:,} messages", *place[2:], place[1])
                continue
            yield Incoming(*place, _record(group.conversation, [orjson.loads(text) for text in group.fields]))


def _record(ident: str, messages: list[dict[str, Any]]) -> dict[str, Any]:
    record: dict[str, Any] = {"id": ident}
    for name in _OF_CONVERSATION:
        values = [message.pop(name) for message in messages if name in message]
        if values:
            record[name] = values[-1]
    messages.sort(key=_order(messages))
    for message in messages:
        message.pop("conversation_id")
        message.pop("position", None)
        if "message_intent" in message:
            message["intent"] = message.pop("message_intent")
    record["messages"] = messages
    record.setdefault("channel", "")
    return record


def _order(messages: list[dict[str, Any]]) -> Any:
    if all(str(message.get("position", "")).strip().isdecimal() for message in messages):
        return lambda message: int(message["position"])
    try:
        times = {id(message): moment(message["timestamp"]) for message in messages}
    except (KeyError, ValueError):
        return lambda message: 0
    return lambda message: times[id(message)]
