"""UTF-8 that was read as something else on its way: found exactly where each byte became a character, else repaired."""

import re

_SUSPECT = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u2018-\u203a\u20ac\u2122]")


def bytes_as_characters(text: str) -> str | None:
    """``text`` with the UTF-8 that its characters are the bytes of; None when they are not."""
    if text.isascii():
        return None
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return None


def suspected(text: str) -> bool:
    """Whether ``text`` holds a pair of characters that UTF-8 read as Windows-1252 leaves."""
    return not text.isascii() and _SUSPECT.search(text) is not None


def repaired(text: str) -> str:
    """``text`` as it was before UTF-8 was read as an older encoding, where that can be told."""
    if not suspected(text):
        return text
    import ftfy

    return ftfy.fix_encoding(text)
