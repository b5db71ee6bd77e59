"""What a file is, by how it begins: enough for every format to know its own, and the name of what is not taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mhc_core.collection.importing import json_values
from mhc_core.collection.importing.bytes_as_text import wide_encoding
from mhc_core.collection.importing.readers import Source
from mhc_core.errors import DataError

SIZE = 1 << 16
_BINARY = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"RIFF", "a sound, picture or film"),
    (b"ID3", "a sound file"),
    (b"OggS", "a sound file"),
    (b"\x00\x00\x00", "a film or sound file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"{\\rtf", "a rich-text document"),
    (b"7z\xbc\xaf", "a 7z archive: unpack it"),
    (b"Rar!", "a RAR archive: unpack it"),
    (b"BZh", "a bzip2 archive: unpack it"),
    (b"\xfd7zXZ", "an xz archive: unpack it"),
    (b"!BDN", "an Outlook mailbox (.pst): export it as mbox"),
)
_JSON = re.compile(r"\s*(?:\{|\[\s*[{\[\]\"]|\[\s*$)")
_WORKBOOK_ENDINGS = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")


@dataclass(frozen=True)
class Head:
    """The beginning of a file: its name without folders, its first bytes unpacked, and the file itself."""

    name: str
    data: bytes
    source: Source

    @classmethod
    def of(cls, source: Source) -> "Head":
        return cls(source.name, source.head(SIZE), source)

    @cached_property
    def ending(self) -> str:
        """Of the name, in small letters and with its dot; that of what is packed where the file is."""
        plain = self.name.lower().removesuffix(".gz")
        return plain[plain.rfind(".") :] if "." in plain else ""

    @cached_property
    def is_archive(self) -> bool:
        return self.data.startswith(b"PK\x03\x04") or self.data.startswith(b"PK\x05\x06")

    @cached_property
    def is_workbook(self) -> bool:
        old = self.data.startswith(b"\xd0\xcf\x11\xe0") and self.ending in _WORKBOOK_ENDINGS
        return old or (self.is_archive and self.ending in _WORKBOOK_ENDINGS)

    @cached_property
    def text(self) -> str:
        """The beginning as text, without a byte order mark; empty where the file is none."""
        encoding = wide_encoding(self.data)
        if encoding is None and b"\0" in self.data[:SIZE]:
            return ""
        return self.data.decode(encoding or "utf-8", "replace").removeprefix("\ufeff")

    @cached_property
    def lines(self) -> list[str]:
        """The first lines that are not blank."""
        return [line for line in re.split(r"\r\n|\r|\n", self.text) if line.strip()][:50]

    @cached_property
    def is_json(self) -> bool:
        return _JSON.match(self.text) is not None and self.ending not in (".csv", ".tsv")

    @cached_property
    def record(self) -> Mapping[str, Any]:
        """The first object of a JSON file, out of the envelope it may lie in; empty where there is none."""
        if not self.is_json:
            return {}
        try:
            return json_values.first(self.source)
        except DataError:
            return {}

    @cached_property
    def unknown(self) -> str:
        """What the file seems to be, for people."""
        if self.is_archive and self.ending == ".docx":
            return "a Word document"
        if self.is_archive:
            return "a zip archive"
        if self.data.startswith(b"\xd0\xcf\x11\xe0"):
            return "an old Office document (Word, Excel or Outlook)"
        for magic, name in _BINARY:
            if self.data.startswith(magic):
                return name
        if not self.data.strip():
            return "an empty file"
        if re.match(r"\s*<(!doctype html|html)", self.text, re.IGNORECASE):
            return "a web page; choose JSON where the export asks for a format"
        if re.match(r"\s*<\?xml", self.text):
            return "an XML file"
        if self.is_json:
            return "JSON of an unknown kind"
        if self.text:
            return f"a text file ({self.ending or 'without an ending'})"
        return "a file of an unknown kind"
