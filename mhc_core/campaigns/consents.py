"""Consents with their proof, as they come from forms and lists: one line each, CSV with a heading or JSON lines."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import orjson
import sqlalchemy as sa
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from mhc_core.campaigns import optouts
from mhc_core.db.queries import audit, installation
from mhc_core.db.queries import consents as queries
from mhc_core.db.queries.consents import Consent, Kept
from mhc_core.errors import DataError
from mhc_core.pseudonyms import customer_hash, person_id

COLUMNS = ("customer", "channel", "given_at", "how", "wording")
_FORMS = {"sms": "+", "whatsapp": "+", "email": "@"}
_LONGEST = 2000


def _whom(value: str) -> str:
    return person_id(value)


class Line(BaseModel):
    """One line. ``customer`` is a phone number or an e-mail address; it is not kept, its pseudonym is."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    customer: Annotated[str, Field(min_length=3, max_length=320), AfterValidator(_whom)]
    channel: Literal["sms", "whatsapp", "email"]
    given_at: AwareDatetime
    how: str = Field(min_length=3, max_length=200)
    wording: str = Field(min_length=10, max_length=_LONGEST)


class Report(NamedTuple):
    """What an import did; ``refused`` says of each line that was not taken why, without its content."""

    added: int
    known: int
    erased: int
    refused: Sequence[str]


def read(path: Path, now: datetime) -> tuple[list[Line], list[str]]:
    """The lines of a file, and why others are none. Nothing is kept yet.

    Raises:
        DataError: the file cannot be read, or is neither CSV with these columns nor JSON lines.
    """
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name} cannot be read ({type(error).__name__}); give a file in UTF-8") from None
    rows = _json(text) if text.lstrip().startswith("{") else _csv(text, path.name)
    lines: list[Line] = []
    refused: list[str] = []
    for number, row in rows:
        problem = _taken(row, now, lines)
        if problem is not None:
            refused.append(f"line {number}: {problem}")
    return lines, refused


def _taken(row: Any, now: datetime, lines: list[Line]) -> str | None:
    try:
        line = Line.model_validate(row)
    except ValidationError as error:
        return "; ".join(f"{'.'.join(map(str, item['loc'])) or 'line'}: {item['msg']}" for item in error.errors())
    if _FORMS[line.channel] not in line.customer:
        wanted = "an e-mail address" if line.channel == "email" else "a phone number"
        return f"customer: {line.channel} needs {wanted}"
    if line.given_at > now:
        return "given_at: lies in the future"
    lines.append(line)
    return None


def _csv(text: str, name: str) -> Iterator[tuple[int, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
        raise DataError(f"{name} has other columns; write {','.join(COLUMNS)} in its first line")
    for row in reader:
        yield reader.line_num, {key: value for key, value in row.items() if key is not None}


def _json(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                yield number, orjson.loads(line)
            except orjson.JSONDecodeError:
                yield number, None


def add(connection: sa.Connection, lines: Sequence[Line], refused: Sequence[str], by: str, now: datetime) -> Report:
    """Keep consents; the same one twice is kept once, and nobody who was erased comes back."""
    salt = installation.salt(connection)
    given = [
        Consent(customer_hash(salt, one.customer), one.channel, one.given_at, one.how, one.wording) for one in lines
    ]
    added, erased = queries.add(connection, given, by, now)
    audit.record(connection, by, "consents.imported", "consents", {"added": added, "refused": len(refused)}, now)
    return Report(added, len(given) - added - erased, erased, refused)


def hashes(connection: sa.Connection, customer: str) -> list[str]:
    """The pseudonyms of a person, as typed and in the one form."""
    salt = installation.salt(connection)
    return [customer_hash(salt, one) for one in dict.fromkeys((person_id(customer), customer))]


def revoke(connection: sa.Connection, customer: str, by: str, now: datetime) -> int:
    """End all advertising to a person, whether or not they had agreed to any; how many consents were in force."""
    found = hashes(connection, customer)
    ended = queries.revoke(connection, found, by, now)
    for hashed in found:
        optouts.note_hash(connection, hashed, "staff", None, now)
    audit.record(connection, by, "consents.revoked", found[0], {"consents": ended}, now)
    return ended


def kept(connection: sa.Connection, customer: str | None, limit: int) -> list[Kept]:
    """Consents, the newest first; of one person when they are named."""
    return queries.kept(connection, None if customer is None else hashes(connection, customer), limit)
