"""The rows of Excel workbooks as text, one at a time.

Of .xlsx files, which may be as long as one likes, memory holds a row, and eight bytes for each text that cells share;
those that Excel wrote before or writes beside it (.xls, .xlsb) and OpenDocument's are short and read whole. Readers of
other people's that stream keep all shared texts, and an empty element of every row.
"""

import errno
import re
import shutil
import tempfile
import weakref
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import IO, Any
from xml.etree.ElementTree import Element, ParseError, iterparse

from mhc_core.errors import DataError

Sheet = Callable[[], Iterator[tuple[int, list[str]]]]
"""Reads a sheet from its beginning: rows with their numbers, without those that are empty."""
_WORKBOOK = "xl/workbook.xml"
_DATES = frozenset([*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)])  # formats that need no definition
_DURATION = 46
_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_NO_DATE = re.compile(r'"[^"]*"|\\.|\[(?!h+\]|m+\]|s+\])[^\]]*\]|general', re.IGNORECASE)
_FAULTS = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, OverflowError, EOFError, OSError)


def sheets(file: IO[bytes]) -> list[Sheet]:
    """The sheets of a workbook, in order; read them while ``file`` is open.

    Raises:
        DataError: it cannot be read, now or in the middle of a sheet.
    """
    try:
        if not zipfile.is_zipfile(file):
            return _short(file)
        inside = isinstance(file, zipfile.ZipExtFile)  # to go back in what is packed is to unpack it again
        book = zipfile.ZipFile(_copied(file) if inside else file)
        if inside and book.fp is not None:
            weakref.finalize(book, book.fp.close)
        return _Book(book).sheets() if _WORKBOOK in book.namelist() else _short(book.fp or file)
    except _FAULTS as error:
        raise _unreadable(error) from None


def _copied(file: IO[bytes]) -> IO[bytes]:
    copy = tempfile.TemporaryFile()  # noqa: SIM115
    file.seek(0)
    shutil.copyfileobj(file, copy)
    return copy


def _unreadable(error: Exception) -> DataError:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return DataError("no space left on the disk for the texts of the workbook; free some in the temporary folder")
    return DataError(f"the Excel workbook cannot be read ({type(error).__name__}); save it as CSV UTF-8")


def _short(file: IO[bytes]) -> list[Sheet]:
    import python_calamine

    file.seek(0)
    try:
        book = python_calamine.load_workbook(file)
        pages = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    except python_calamine.CalamineError as error:
        raise _unreadable(error) from None
    return [lambda rows=rows: _rows(rows) for rows in pages]  # type: ignore[misc]


def _rows(rows: Sequence[Sequence[Any]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in enumerate(rows, 1):
        texts = [_text(cell) for cell in cells]
        if any(text.strip() for text in texts):
            yield number, texts


class _Book:
    """An .xlsx file."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        book = [*self._elements(_WORKBOOK, {"sheet", "workbookPr"})]
        epoch = any(each.get("date1904") in ("1", "true") for each in book)
        self._epoch = datetime(1904, 1, 1) if epoch else datetime(1899, 12, 30)
        places = {each.get("Id"): each for each in self._elements("xl/_rels/workbook.xml.rels", {"Relationship"})}
        found = [places[_attribute(each, "id")] for each in book if _name(each) == "sheet"]
        self._sheets = [_path(each) for each in found if str(each.get("Type")).endswith("/worksheet")]
        kinds = {str(each.get("Type")).rpartition("/")[2]: _path(each) for each in places.values()}
        self._dates, self._durations = self._formats(kinds.get("styles", ""))
        self._strings = kinds.get("sharedStrings", "")

    def sheets(self) -> list[Sheet]:
        return [lambda path=path: self._read(path) for path in self._sheets]  # type: ignore[misc]

    @cached_property
    def _shared(self) -> "_Texts":
        return _Texts(_words(each) for each in self._elements(self._strings, {"si"}))

    def _read(self, path: str) -> Iterator[tuple[int, list[str]]]:
        number = 0
        try:
            for row in self._elements(path, {"row"}):
                number = int(row.get("r") or number + 1)
                texts = self._cells(row)
                if any(text.strip() for text in texts):
                    yield number, texts
        except _FAULTS as error:
            raise _unreadable(error) from None

    def _cells(self, row: Element) -> list[str]:
        texts: list[str] = []
        for cell in row:
            place = _column(cell.get("r")) or len(texts)
            texts += [""] * (place - len(texts))
            texts.append(self._cell(cell))
        return texts

    def _cell(self, cell: Element) -> str:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            return _words(cell)
        value = next((each.text or "" for each in cell if _name(each) == "v"), "")
        if not value or kind in ("str", "d", "e"):
            return _unescaped(value)
        if kind == "s":
            return self._shared[int(value)]
        if kind == "b":
            return _text(value == "1")
        number, style = float(value), int(cell.get("s", 0))
        if style in self._durations:
            return _text(timedelta(days=number))
        return _text(self._moment(number) if style in self._dates else number)

    def _moment(self, days: float) -> datetime | date | time:
        moment = self._epoch + timedelta(milliseconds=round(days * 86_400_000))
        if 0 <= days < 1:
            return moment.time()
        return moment.date() if moment.time() == time() else moment

    def _formats(self, path: str) -> tuple[frozenset[int], frozenset[int]]:
        """Which styles of cells show a moment, and which a duration."""
        dates, durations, styles = set(_DATES), {_DURATION}, list[int]()
        for each in self._elements(path, {"numFmt", "cellXfs"}) if path else ():
            if _name(each) == "cellXfs":
                styles = [int(style.get("numFmtId", 0)) for style in each]
            elif re.search("[ymdhs]", code := _NO_DATE.sub("", str(each.get("formatCode"))).lower()):
                (durations if "[" in code else dates).add(int(each.get("numFmtId", 0)))
        return (
            frozenset(place for place, style in enumerate(styles) if style in dates - durations),
            frozenset(place for place, style in enumerate(styles) if style in durations),
        )

    def _elements(self, path: str, names: set[str]) -> Iterator[Element]:
        """The elements of these names in a part of the workbook; each is gone when the next one is read."""
        if not path:
            return
        above: list[Element] = []
        with self._archive.open(path) as stream:
            for event, element in iterparse(stream, ("start", "end")):
                if event == "start":
                    above.append(element)
                    continue
                above.pop()
                if _name(element) in names:
                    yield element
                    if above:
                        above[-1].remove(element)


class _Texts:
    """Texts by number, in a temporary file as far as they were asked for."""

    def __init__(self, texts: Iterator[str]) -> None:
        self._texts = texts
        self._file = tempfile.TemporaryFile()  # noqa: SIM115
        weakref.finalize(self, self._file.close)
        self._ends = array("Q", [0])

    def __getitem__(self, place: int) -> str:
        while place >= len(self._ends) - 1:
            self._file.seek(self._ends[-1])
            text = next(self._texts, None)
            if text is None:
                raise ValueError("a cell names a text that is not there")
            self._ends.append(self._ends[-1] + self._file.write(text.encode()))
        self._file.seek(self._ends[place])
        return self._file.read(self._ends[place + 1] - self._ends[place]).decode()


def _name(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _attribute(element: Element, name: str) -> str:
    """An attribute of another namespace, whichever."""
    return next(value for key, value in element.items() if key.endswith("}" + name))


def _path(relationship: Element) -> str:
    target = str(relationship.get("Target"))
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _column(reference: str | None) -> int | None:
    """The place of a cell such as ``BC12`` in its row, from 0."""
    letters = re.match("[A-Z]{1,3}", reference or "")
    if letters is None:
        return None
    place = 0
    for letter in letters[0]:
        place = place * 26 + ord(letter) - 64
    return place - 1


def _words(element: Element) -> str:
    """The text in an element, without what says how it is read aloud."""
    runs = [each for child in element if _name(child) != "rPh" for each in child.iter() if _name(each) == "t"]
    return _unescaped("".join(run.text or "" for run in runs))


def _unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _text(value: Any) -> str:
    """What a cell shows, but for numbers: those are written out as far as a workbook keeps them."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < 1e15 else f"{value:.5E}"
        return repr(value)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else value.isoformat()
    return str(value)
