"""Tables, from CSV files and workbooks alike: where the header is, what its columns mean, and the rows below it."""

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mhc_core.collection.importing import csv_lines, workbooks
from mhc_core.collection.importing.csv_lines import Row
from mhc_core.collection.importing.decoding import clean
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.old_encodings import decoded
from mhc_core.collection.importing.readers import Source
from mhc_core.collection.importing.reject import Place
from mhc_core.errors import DataError

Spellings = Mapping[str, Sequence[str]]
TOP = 30  # rows in which the header is looked for: reports have a title above it
LONGEST_NAME = 400  # characters of a column's name
_DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_NAME = re.compile(r"[A-Za-z][A-Za-z _./-]{0,30}")
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: its first rows with their numbers, and all rows after a number."""

    top: Sequence[tuple[int, Sequence[str]]]
    below: Callable[[int, int, Callable[[Sequence[str]], bool], Counter[str]], Iterator[Row]]
    """Called with the header's number, the width, what surely is a row, and notes."""
    delimiter: str = ","

    known: frozenset[str] = frozenset()
    """Folded names of columns; a row without any of them is no header, and its cells may be a customer's words."""

    @property
    def told(self) -> str:
        """The columns of the first row and how cells were told apart, for an error."""
        number, cells = self.top[0] if self.top else (1, ())
        names = [name.strip() for name in cells if name.strip()]
        told = _DELIMITER_NAMES.get(self.delimiter, self.delimiter)
        if not any(fold(name) in self.known for name in names) or not all(_NAME.fullmatch(name) for name in names):
            return f"line {number} is no header that is known ({told})"
        return f"line {number} has the columns {', '.join(names[:10])} ({told})"


@dataclass(frozen=True, slots=True)
class Header:
    """The columns of a table in our own names; unnamed ones are empty, unknown ones stay as they are."""

    number: int
    columns: Sequence[str]


def fold(name: str) -> str:
    """A column's name in the form in which spellings are listed."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip()).lower()
    return re.sub(r"[\s/_-]+", "_", re.sub(r"[?:#().*]", "", words)).strip("_")


def renamed(folded: Sequence[str], spellings: Spellings) -> dict[str, str]:
    """Our own name of each folded one that means a column; the first spelling that is there counts."""
    found: dict[str, str] = {}
    for name, others in spellings.items():
        spelled = next((other for other in others if other in folded and other not in found), None)
        if name not in folded and spelled:
            found[spelled] = name
    return found


def header(sheet: Sheet, spellings: Spellings, needed: Sequence[str]) -> Header | None:
    """The first row that has all needed columns.

    Raises:
        DataError: it names one of the columns twice, or a name is no name.
    """
    for number, cells in sheet.top:
        folded = [fold(name) for name in cells]
        ours = renamed(folded, spellings)
        columns = [ours.get(name, name) for name in folded]
        if any(name not in columns for name in needed):
            continue
        named = [name for name in columns if name]
        if twice := [name for name in spellings if named.count(name) > 1]:
            raise DataError(f"the header names a column twice ({twice[0]}); rename one")
        if any(len(name) > LONGEST_NAME for name in named):
            raise DataError(f"a column's name is longer than {LONGEST_NAME} characters; correct the header")
        return Header(number, columns)
    return None


def records(
    sheet: Sheet,
    found: Header,
    is_row: Callable[[Mapping[str, str]], bool],
    notes: Counter[str],
    free_text: str = "",
) -> Iterator[tuple[Row, dict[str, Any]]]:
    """Each row with its cells that are not empty, by column; what is wrong with a row stands in its problem.

    A row with too many cells is mended where the delimiter can only belong to the column ``free_text``: all others
    must hold then what ``is_row`` expects of them.
    """
    width = len(found.columns)
    while width and not found.columns[width - 1]:
        width -= 1

    def named(cells: Sequence[str]) -> dict[str, Any]:
        pairs = zip(found.columns, cells, strict=False)
        return {name or f"column_{place}": cell for place, (name, cell) in enumerate(pairs, 1) if cell.strip()}

    def surely(cells: Sequence[str]) -> bool:
        return is_row(named(cells))

    for row in sheet.below(found.number, width, surely, notes):
        cells, problem = row.cells, row.problem
        surplus = len(cells) - width
        if problem is None and surplus > 0 and any(cell.strip() for cell in cells[len(found.columns) :]):
            if free_text in found.columns:
                place = list(found.columns).index(free_text)
                text = sheet.delimiter.join(cells[place : place + surplus + 1])
                mended = [*cells[:place], text, *cells[place + surplus + 1 :]]
                if surely(mended):
                    notes["rows with the delimiter inside a message, joined"] += 1
                    yield row, named(mended)
                    continue
            problem = f"has {len(cells)} cells, the header has {width}"
        record = named(cells)
        if problem is None and len(cells) < width:
            notes["short rows, taken with empty cells"] += 1
        yield (row if problem == row.problem else Row(row.place, cells, problem)), record


def sheets(head: Head, known: frozenset[str]) -> list[Sheet]:
    """The tables of a file; none where it cannot be one. ``known`` are the folded names by which a header is told."""
    if head.is_workbook:
        pages = [_page(read, known) for read in workbooks.sheets(head.source.file)]
        return [page for page in pages if page.top]
    if not head.text or head.is_json:
        return []
    return [_text(head.source, known)]


def _text(source: Source, known: frozenset[str]) -> Sheet:
    top = [(line.number, decoded(line.data, Counter())) for line in itertools.islice(source.lines(), TOP)]
    after = 0
    delimiters = csv_lines.DELIMITERS
    if top and (said := _SEP.fullmatch(top[0][1].strip().strip('"'))):
        delimiters, after = said[1], top.pop(0)[0]
    best: list[tuple[int, list[str]]] = []
    chosen, most = delimiters[0], (-1, -1)
    for delimiter in delimiters:
        rows = [
            (number, csv_lines.parsed(text, delimiter) or csv_lines.split_leniently(text, delimiter) or [])
            for number, text in top
        ]
        hits = max((sum(fold(cell) in known for cell in cells) for _, cells in rows), default=0)
        if (hits, len(rows[0][1]) if rows else 0) > most:
            chosen, best, most = delimiter, rows, (hits, len(rows[0][1]) if rows else 0)

    def below(number: int, width: int, is_row: Callable[[Sequence[str]], bool], notes: Counter[str]) -> Iterator[Row]:
        return csv_lines.rows(source, chosen, width, notes, is_row, max(number, after))

    return Sheet(
        [(number, cells) for number, cells in best if any(cell.strip() for cell in cells)], below, chosen, known
    )


def _page(read: workbooks.Sheet, known: frozenset[str]) -> Sheet:
    def below(number: int, width: int, is_row: Callable[[Sequence[str]], bool], notes: Counter[str]) -> Iterator[Row]:
        for line, cells in read():
            if line > number:
                texts = [clean(cell, notes) for cell in cells]
                yield Row(Place(0, line, line, sum(map(len, texts)), ""), texts)

    return Sheet(list(itertools.islice(read(), TOP)), below, known=known)
