"""A small Excel workbook, written as the parts of its archive: texts, numbers, and days as numbers with a format."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
_NS = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (
    f'<styleSheet xmlns="{_NS}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>"
)
BOOK = (
    f'<workbook xmlns="{_NS}" xmlns:r="{_REL}"><sheets><sheet name="Talks" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_PARTS = {
    "[Content_Types].xml": _TYPES,
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r1" Type="{_REL}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": BOOK,
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="r1" Type="{_REL}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_REL}/styles" Target="styles.xml"/>'
    f'<Relationship Id="r3" Type="{_REL}/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
    "xl/styles.xml": STYLES,
}


def write(path: Path, rows: Iterable[Sequence[object]], parts: Mapping[str, str] | None = None) -> Path:
    """A workbook with one sheet of these rows; ``parts`` stand for parts of the same names.

    Texts are shared, as Excel has them, and written in their cells, as other programs do, by turns.
    """
    shared: list[str] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
            sheet.write(f'<worksheet xmlns="{_NS}"><sheetData>'.encode())
            for number, row in enumerate(rows, 1):
                cells = "".join(_cell(value, shared) for value in row)
                sheet.write(f'<row r="{number}">{cells}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
        with archive.open("xl/sharedStrings.xml", "w") as strings:
            strings.write(f'<sst xmlns="{_NS}">'.encode())
            for text in shared:
                strings.write(f"<si><r><t>{escape(text)}</t></r><rPh><t>aloud</t></rPh></si>".encode())
            strings.write(b"</sst>")
        for name, text in (_PARTS | dict(parts or {})).items():
            archive.writestr(name, text)
    return path


def _cell(value: object, shared: list[str]) -> str:
    if isinstance(value, bool):
        return f'<c t="b"><v>{value:d}</v></c>'
    if isinstance(value, datetime):
        days = (value - datetime(1899, 12, 30)).total_seconds() / 86_400
        return f'<c s="1"><v>{days!r}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value!r}</v></c>"
    if len(shared) % 2:
        shared.append("not used")
        return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(str(value))}</t></is></c>'
    shared.append(str(value))
    return f'<c t="s"><v>{len(shared) - 1}</v></c>'
