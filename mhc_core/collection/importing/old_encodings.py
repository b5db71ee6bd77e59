"""Text that is no UTF-8: what spreadsheets on Windows write."""

import codecs
from collections import Counter

from mhc_core.collection.importing.decoding import clean
from mhc_core.collection.importing.readers import Source


def encoding_of(source: Source) -> str:
    """UTF-8, or Windows-1252 for a file in which more lines are no UTF-8 than are UTF-8 beyond ASCII."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in source.text():
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        lines = (line.data for line in source.lines() if not line.data.isascii())
        votes = sum(1 if _is_utf8(data) else -1 for data in lines)
        return "utf-8" if votes > 0 else "cp1252"
    return "utf-8"


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def decoded(data: bytes, notes: Counter[str], encoding: str = "utf-8") -> str:
    """A line as text; what is no UTF-8 is read as Windows-1252, and counted; what is neither keeps half surrogates."""
    for attempt in dict.fromkeys((encoding, "cp1252")):
        try:
            text = data.decode(attempt)
        except UnicodeDecodeError:
            continue
        if attempt == "cp1252" and not data.isascii():
            notes["lines read as Windows-1252"] += 1
        return clean(text, notes)
    return data.decode("utf-8", "surrogateescape")
