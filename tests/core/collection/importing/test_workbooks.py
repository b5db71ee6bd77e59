"""Workbooks: what cells show is read, however long the sheet is."""

import zipfile
from datetime import datetime
from pathlib import Path

import pytest
from fakes import workbook
from fakes.importing import peak_memory

from mhc_core.collection.importing import workbooks
from mhc_core.errors import DataError


def rows(path: Path) -> list[tuple[int, list[str]]]:
    with path.open("rb") as file:
        return [row for sheet in workbooks.sheets(file) for row in sheet()]


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    shown = [
        ("text", "text"),
        ("a & b", "a & b"),
        ("_x0041__xD83D__xDE00_", "A\U0001f600"),
        (1001, "1001"),
        (1.5, "1.5"),
        (175931000000000000, "1.75931E+17"),
        (True, "true"),
        (datetime(2026, 2, 3, 10, 1), "2026-02-03 10:01:00"),
        (datetime(2026, 2, 3), "2026-02-03"),
        (datetime(1899, 12, 30, 22, 5), "22:05:00"),
    ]
    path = workbook.write(tmp_path / "a.xlsx", [[], [value for value, _ in shown]])
    assert rows(path) == [(2, [text for _, text in shown])]


def test_own_formats_of_dates_durations_and_the_calendar_of_1904(tmp_path: Path) -> None:
    styles = workbook.STYLES.replace(
        "<cellXfs",
        '<numFmts><numFmt numFmtId="164" formatCode="[$-409]d/m/yy;@"/><numFmt numFmtId="165" formatCode="[h]:mm"/>'
        '<numFmt numFmtId="166" formatCode="0.0&quot; days&quot;"/></numFmts><cellXfs',
    )
    for kind, shown in ((164, "2026-02-03"), (165, "46056 days, 0:00:00"), (166, "46056")):
        parts = {"xl/styles.xml": styles.replace('"22"', f'"{kind}"')}
        path = workbook.write(tmp_path / "a.xlsx", [[datetime(2026, 2, 3)]], parts)
        assert rows(path) == [(1, [shown])]
    of_1904 = workbook.BOOK.replace("<sheets>", '<workbookPr date1904="1"/><sheets>')
    path = workbook.write(tmp_path / "a.xlsx", [[datetime(2022, 2, 2)]], {"xl/workbook.xml": of_1904})
    assert rows(path) == [(1, ["2026-02-03"])]


def test_cells_that_are_left_out_keep_the_others_in_their_columns(tmp_path: Path) -> None:
    path = workbook.write(tmp_path / "a.xlsx", [])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    row = '<row r="7"><c r="B7"><v>1</v></c><c r="AA7"><v>2</v></c></row>'
    parts = {"xl/worksheets/sheet1.xml": sheet.replace("<sheetData>", f"<sheetData>{row}")}
    with pytest.warns(UserWarning, match="Duplicate name"):
        workbook.write(path, [], parts)
    [(number, cells)] = rows(path)
    assert (number, len(cells), cells[1], cells[26]) == (7, 27, "1", "2")


def test_a_workbook_in_an_archive_is_read(tmp_path: Path) -> None:
    path = workbook.write(tmp_path / "a.xlsx", [["one", "two", "three"]])
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "a.xlsx")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive, archive.open("a.xlsx") as member:
        [sheet] = workbooks.sheets(member)
        assert list(sheet()) == [(1, ["one", "two", "three"])]


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"])
def test_a_damaged_workbook_is_told_in_one_sentence(tmp_path: Path, part: str) -> None:
    path = tmp_path / "a.xlsx"
    workbook.write(path, [["one"]])
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data[: len(data) // 2] if name == part else data)
    with pytest.raises(DataError, match="save it as CSV"):
        rows(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    with pytest.raises(DataError, match="save it as CSV"):
        rows(path)


def test_memory_does_not_grow_with_the_rows(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = workbook.write(tmp_path / "a.xlsx", ([f"{number} {'words ' * 40}", number] for number in range(count)))
        return peak_memory(
            "from mhc_core.collection.importing import workbooks\ntracemalloc.start()\n"
            f"assert sum(1 for sheet in workbooks.sheets(file) for _ in sheet()) == {count}",
            path,
        )

    assert peak(6_000) < peak(1_000) + 200_000
