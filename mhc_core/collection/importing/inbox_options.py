"""What is said of the files of the inbox, in ``import.toml`` beside them: what ``mhc import`` is told by options.

The names at its top are said of all files, those under ``[[files]]`` of the ones whose names match.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatch
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError

from mhc_core.collection.importing.context import Reading
from mhc_core.collection.importing.records import MAX_SOURCE, why
from mhc_core.collection.importing.times import DateOrder
from mhc_core.errors import DataError
from mhc_core.vocabulary import Channel

NAME = "import.toml"


def _zone(name: object) -> ZoneInfo:
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("is no time zone; write one such as America/Los_Angeles or UTC") from None


class _Said(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    channel: Channel | None = None
    source: Annotated[str, StringConstraints(min_length=1, max_length=MAX_SOURCE)] | None = None
    role: dict[str, Literal["user", "assistant", "agent", "system"]] = {}
    zone: Annotated[ZoneInfo, PlainValidator(_zone)] | None = Field(None, alias="timezone")
    date_order: DateOrder | None = Field(None, alias="date-order")


class _OfSome(_Said):
    match: str


class _OfAll(_Said):
    files: tuple[_OfSome, ...] = ()


class Options:
    """The options of an inbox.

    Raises:
        DataError: the file is not what it should be.
    """

    def __init__(self, data: bytes | None) -> None:
        try:
            self._said = _OfAll.model_validate(tomllib.loads((data or b"").decode("utf-8-sig")))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{NAME} is no TOML ({error}); no file of the inbox is imported until it is") from None
        except ValidationError as error:
            raise DataError(f"{NAME}: {why(error)}; no file of the inbox is imported until it is corrected") from None

    def applied(self, reading: Reading, name: str) -> Reading:
        """How the file of this name is read."""
        for said in self._of(name):
            given = {field: getattr(said, field) for field in ("channel", "source", "zone", "date_order")}
            roles = {**reading.roles, **{who.strip().lower(): role for who, role in said.role.items()}}
            reading = replace(reading, roles=roles, **{field: value for field, value in given.items() if value})
        return reading

    def digest(self, name: str) -> str:
        """The same while the same is said of the file; empty while nothing is."""
        said: Sequence[Any] = [each.model_dump(mode="json", exclude_defaults=True) for each in self._of(name)]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16] if any(said) else ""

    def _of(self, name: str) -> list[_Said]:
        some = [each for each in self._said.files if fnmatch(name.lower(), each.match.lower())]
        return [_Said.model_construct(**{**dict(self._said), "files": ()}), *some]
