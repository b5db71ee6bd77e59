"""A report as PDF: the same figures, pictures and lists on A4 or letter paper."""

import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from mhc_core.monitoring.weekly import rendering
from mhc_core.monitoring.weekly.charts import Picture
from mhc_core.monitoring.weekly.figures import told
from mhc_core.monitoring.weekly.gathering import Report

_FONT, _BOLD = "DejaVuSans", "DejaVuSans-Bold"
_MARGIN = 48  # points


def pdf(report: Report, pictures: Sequence[Picture], console: str) -> bytes:
    """The file; the same report makes the same bytes."""
    from reportlab.lib import colors, pagesizes
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.platypus import Image, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

    _fonts()
    plain = ParagraphStyle("plain", fontName=_FONT, fontSize=9, leading=13)
    quiet = ParagraphStyle("quiet", plain, fontSize=7.5, leading=10, textColor=colors.HexColor("#5a626b"))
    top = ParagraphStyle("top", plain, fontName=_BOLD, fontSize=14, leading=18, spaceAfter=4)
    head = ParagraphStyle("head", plain, fontName=_BOLD, fontSize=11, leading=14, spaceBefore=12, spaceAfter=4)

    def lines(title: str, found: Sequence[str], none: str) -> list[Any]:
        return [Paragraph(title, head), *(Paragraph(f"• {escape(one)}", plain) for one in found or [none])]

    this, before = report.conversations
    rows = [
        [
            [
                Paragraph(f"<font name='{_BOLD}'>{escape(one.name)}</font>", plain),
                Paragraph(escape(one.meaning), quiet),
            ],
            Paragraph(escape(told(one.this, one.unit)), plain),
            Paragraph(escape(told(one.before, one.unit)), quiet),
        ]
        for one in report.figures
    ]
    grid = TableStyle(
        [("LINEBELOW", (0, 0), (-1, -1), 0.5, colors.HexColor("#d9d5cf")), ("VALIGN", (0, 0), (-1, -1), "TOP")]
    )
    header = [Paragraph(name, quiet) for name in ("", "This week", "The week before")]
    story: list[Any] = [
        Paragraph(escape(rendering.title(report)), top),
        Paragraph(f"{this:,} conversations, {before:,} the week before ({escape(report.zone)})", quiet),
        Spacer(0, 8),
        Table([header, *rows], colWidths=[180, 180, 156], style=grid, repeatRows=1),
        Paragraph("In brackets the interval that holds the value with a probability of 95 %.", quiet),
        *(Image(io.BytesIO(one.png), one.width, one.height) for one in pictures),
        Paragraph("Worth doing", head),
        *(
            Paragraph(
                f'{place}. <link href="{escape(console + one.link)}" color="#9c2b20">{escape(one.title)}</link>: '
                f"{escape(one.why)}.",
                plain,
            )
            for place, one in enumerate(report.worth_doing, 1)
        ),
        *([] if report.worth_doing else [Paragraph("Nothing waits and nothing stands out.", plain)]),
        *lines(
            "Questions without an answer",
            [f"{one.intent}: {one.questions}" for one in report.unanswered],
            "None.",
        ),
        *lines("Learned (the week before in brackets)", rendering.learned(report), "Nothing."),
        *lines("Promoted and rolled back", rendering.moves(report), "Nothing."),
    ]
    file = io.BytesIO()
    SimpleDocTemplate(
        file,
        pagesize=pagesizes.letter,
        title=rendering.title(report),
        author=report.business,
        lang="en",
        invariant=1,
        leftMargin=_MARGIN,
        rightMargin=_MARGIN,
        topMargin=_MARGIN,
        bottomMargin=_MARGIN,
    ).build(story)
    return file.getvalue()


def _fonts() -> None:
    """Fonts that have more than Latin letters; they come with the library of the charts."""
    from matplotlib import get_data_path
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (_FONT, _BOLD):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, Path(get_data_path()) / "fonts" / "ttf" / f"{name}.ttf"))
