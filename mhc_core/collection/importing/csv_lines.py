"""The rows of a CSV file as people's programs write them: any delimiter, open and inner quotes, blank lines in cells,
cells of any size. A row that cannot be read is named, and never takes those after it along.
"""

import csv
import hashlib
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mhc_core.collection.importing.decoding import clean
from mhc_core.collection.importing.old_encodings import decoded, encoding_of
from mhc_core.collection.importing.readers import MAX_LINE, Line, Source
from mhc_core.collection.importing.reject import Place

DELIMITERS = ",;\t|"
MOST_LINES = 5_000  # of one row
_BREAK = "\x1e"  # stands for a line break that the csv reader must not see
NOT_CLOSED = "a quote is not closed"
NOT_TEXT = "neither UTF-8 nor Windows-1252; save the file as CSV UTF-8"
csv.field_size_limit(MAX_LINE)


@dataclass(frozen=True, slots=True)
class Row:
    """The cells of one row. With a ``problem`` they are what could be read of it."""

    place: Place
    cells: Sequence[str]
    problem: str | None = None


class _Text:
    """Lines of text that can be given back."""

    def __init__(self, source: Source, notes: Counter[str]) -> None:
        self._encoding = encoding_of(source)
        self._lines = source.lines(blank=True)
        self._waiting: deque[tuple[Line, str]] = deque()
        self._notes = notes

    def next(self) -> tuple[Line, str] | None:
        if self._waiting:
            return self._waiting.popleft()
        line = next(self._lines, None)
        return None if line is None else (line, decoded(line.data, self._notes, self._encoding))

    def give_back(self, lines: Sequence[tuple[Line, str]]) -> None:
        self._waiting.extendleft(reversed(lines))


def rows(
    source: Source,
    delimiter: str,
    width: int,
    notes: Counter[str],
    is_row: Callable[[Sequence[str]], bool],
    after: int = 0,
) -> Iterator[Row]:
    """The rows after line ``after``, blank ones left out.

    Args:
        width: the number of columns.
        is_row: whether cells are surely those of a row: it shows where a quote that was never closed has run into the
            next one, and which short row goes on in the next line.
    """
    text = _Text(source, notes)
    while (first := text.next()) is not None:
        line, begin = first
        if line.number <= after:
            continue
        if line.problem is not None:
            yield Row(_place([first]), (), line.problem)
            continue
        if not begin.strip(delimiter + ' \t\r"\u00a0'):
            continue
        taken, cells, problem = _row(text, first, delimiter, width, is_row)
        if cells is not None and problem is None and len(cells) < width:
            taken, cells = _continued(text, taken, cells, delimiter, width, is_row, notes)
        if problem == "repaired":
            notes["rows with quotes inside a cell, repaired"] += 1
            problem = None
        if any("\udc80" <= sign <= "\udcff" for cell in cells or () if not cell.isascii() for sign in cell):
            problem, cells = NOT_TEXT, [clean(cell, Counter()) for cell in cells or ()]
        yield Row(_place(taken), cells or _first_cells(begin, delimiter), problem)


Taken = list[tuple[Line, str]]


def _row(
    text: _Text, first: tuple[Line, str], delimiter: str, width: int, is_row: Callable[[Sequence[str]], bool]
) -> tuple[Taken, list[str] | None, str | None]:
    cells, is_open = _parse(first[1], delimiter)
    if cells is not None:
        return [first], cells, None
    taken, size = [first], first[0].length
    mended: tuple[Taken, list[str]] | None = None
    while is_open and (more := text.next()) is not None:
        taken.append(more)
        size += more[0].length
        alone = parsed(more[1], delimiter)
        if more[0].problem or len(taken) > MOST_LINES or size > MAX_LINE:
            break
        if alone is not None and len(alone) == width and is_row(alone):
            break
        if '"' not in more[1]:
            continue
        whole = "\n".join(part for _, part in taken)
        cells, is_open = _parse(whole, delimiter)
        if cells is not None:
            if len(cells) <= width or not any(cells[width:]):
                return taken, cells, None
            break
        if mended is None and _fits(loose := split_leniently(whole, delimiter), width, is_row):
            mended = list(taken), loose or []
    text.give_back(taken[1:])
    if _fits(loose := split_leniently(first[1], delimiter), width, is_row):
        return [first], loose, "repaired"
    if mended is not None:
        for _ in mended[0][1:]:
            text.next()
        return mended[0], mended[1], "repaired"
    return [first], None, NOT_CLOSED


def _fits(cells: list[str] | None, width: int, is_row: Callable[[Sequence[str]], bool]) -> bool:
    return cells is not None and len(cells) == width and is_row(cells)


def _continued(
    text: _Text,
    taken: Taken,
    cells: list[str],
    delimiter: str,
    width: int,
    is_row: Callable[[Sequence[str]], bool],
    notes: Counter[str],
) -> tuple[Taken, list[str]]:
    """A short row with the lines that belong to it: a line break that no quotes hold cut it in two."""
    more: Taken = []
    while len(more) < 50 and (following := text.next()) is not None:
        more.append(following)
        alone = parsed(following[1], delimiter)
        if following[0].problem or alone is None or is_row(alone):
            break
        joined = parsed(_BREAK.join(part for _, part in [*taken, *more]), delimiter)
        if joined is not None and len(joined) == width and is_row(joined):
            notes["rows cut by a line break, joined"] += 1
            return [*taken, *more], [cell.replace(_BREAK, "\n") for cell in joined]
        if joined is not None and len(joined) > width:
            break
    text.give_back(more)
    return taken, cells


def parsed(text: str, delimiter: str) -> list[str] | None:
    """The cells of one row, or None where its quotes are wrong or still open."""
    return _parse(text, delimiter)[0]


def _parse(text: str, delimiter: str) -> tuple[list[str] | None, bool]:
    """The cells of one row, or None and whether that is because a quote is still open."""
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True), []), False
    except csv.Error as error:
        return None, str(error) == "unexpected end of data"


def split_leniently(text: str, delimiter: str) -> list[str] | None:
    """The cells where quotes inside a quoted cell were not doubled; None when a cell stays open.

    A quote opens a cell only at its beginning, and closes it only before a delimiter or the end.
    """
    cells, rest = [], text
    while True:
        if rest.startswith('"'):
            end = 1
            while True:
                end = rest.find('"', end)
                if end < 0:
                    return None
                if rest[end + 1 : end + 2] in ("", delimiter):
                    break
                end += 1
            cells.append(rest[1:end].replace('""', '"'))
            rest = rest[end + 1 :]
        else:
            end = rest.find(delimiter)
            end = len(rest) if end < 0 else end
            cells.append(rest[:end])
            rest = rest[end:]
        if not rest:
            return cells
        rest = rest[1:]


def _first_cells(text: str, delimiter: str) -> list[str]:
    """What stands before the first quote of a broken row."""
    return text.partition('"')[0].split(delimiter)[:-1]


def _place(lines: Sequence[tuple[Line, str]]) -> Place:
    if len(lines) == 1:
        line = lines[0][0]
        return Place(0, line.number, line.number, line.length, line.sha256)
    digest = hashlib.sha256()
    for line, _ in lines:
        digest.update(line.data)
    return Place(0, lines[0][0].number, lines[-1][0].number, sum(line.length for line, _ in lines), digest.hexdigest())
