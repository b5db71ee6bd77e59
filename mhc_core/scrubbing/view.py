"""The form of a text that recognisers read, and the way back to offsets of the original.

Placeholders and already found pieces become one character that no recogniser matches, invisible characters vanish,
typographic variants become plain ones. A text and its scrubbed form with other numbers in the placeholders look the
same here, which is why a second scrub finds nothing new.
"""

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

HOLE = "\ufffc"
"""Stands for a placeholder."""

PERSON_HOLE = "\ufff9"
"""Stands for a placeholder of a person, which says something about the words around."""

PLACEHOLDER = re.compile(r"\[([A-Z][A-Z_]{1,30})_(\d{1,9})\]")

_PLAIN = {
    **dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-"),
    **dict.fromkeys(map(ord, "‘’‛′ʼ＇"), "'"),
    **dict.fromkeys(map(ord, "“”„″＂"), '"'),
    **dict.fromkeys(
        map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"),
        " ",
    ),
    **{0xFF01 + offset: chr(0x21 + offset) for offset in range(94)},
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),
    **{code: " " for code in range(32) if chr(code) not in "\n\t\r"},
    0x7F: " ",
}
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff\u20e3]+"
)


@dataclass(frozen=True, slots=True)
class View:
    """``text`` is what recognisers read; ``starts``/``origins`` are the segments that map it back."""

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Offsets in the original of the slice ``start:end`` of the view."""
        return self._at(start), self._at(end - 1) + 1

    def _at(self, position: int) -> int:
        segment = bisect_right(self.starts, position) - 1
        return self.origins[segment] + position - self.starts[segment]


def build_view(text: str, taken: Iterable[tuple[int, int, str]] = ()) -> View:
    """The view of ``text`` in which the slices ``taken`` (start, end, type) are holes; they must not overlap."""
    plain = text if text.isascii() and text.isprintable() else text.translate(_PLAIN)
    cuts = [(start, end, _hole(kind)) for start, end, kind in taken]
    if "[" in text:
        cuts += [(match.start(), match.end(), _hole(match.group(1))) for match in PLACEHOLDER.finditer(text)]
    if not plain.isascii():
        cuts += [(match.start(), match.end(), "") for match in _INVISIBLE.finditer(plain)]
    if not cuts:
        return View(plain, (0,), (0,))
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    length = position = 0
    for start, end, filler in sorted(cuts):
        if start < position:
            continue
        starts += [length, length + start - position]
        origins += [position, start]
        parts += [plain[position:start], filler]
        length += start - position + len(filler)
        position = end
    starts.append(length)
    origins.append(position)
    parts.append(plain[position:])
    return View("".join(parts), tuple(starts), tuple(origins))


def _hole(kind: str) -> str:
    return PERSON_HOLE if kind == "PERSON" else HOLE


def windows(text: str, size: int, overlap: int) -> Iterator[tuple[int, str]]:
    """Slices of at most ``size`` characters with their offsets, cut at blanks where there are any, overlapping."""
    start = 0
    while len(text) - start > size:
        end = text.rfind(" ", start + size - overlap, start + size) + 1 or start + size
        yield start, text[start:end]
        start = text.find(" ", end - overlap, end) + 1 or end - overlap
    yield start, text[start:]


def steady_windows(text: str, size: int, overlap: int) -> Iterator[tuple[int, str]]:
    """Overlapping slices of at most ``size`` characters, cut at blanks that the words before them choose.

    Where a text changes, its cuts come back to the same words soon after, so that most slices stay what they were.
    """
    start = 0
    while len(text) - start > size:
        yield start, text[start : (end := _cut(text, start + size // 2, start + size))]
        start = text.find(" ", end - overlap, end) + 1 or end - overlap
    yield start, text[start:]


def _cut(text: str, low: int, high: int) -> int:
    """One blank in eight is chosen, the first between ``low`` and ``high``; else the last blank, else ``high``."""
    position = text.find(" ", low, high)
    while position >= 0:
        if zlib.crc32(text[position - 12 : position].encode("utf-8", "replace")) % 8 == 0:
            return position + 1
        position = text.find(" ", position + 1, high)
    return text.rfind(" ", low, high) + 1 or high
