"""A report as Markdown, as plain text, and as HTML for e-mail, with its styles in the elements."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from mhc_core.monitoring.weekly.charts import Picture
from mhc_core.monitoring.weekly.figures import behind, shown, told
from mhc_core.monitoring.weekly.gathering import Report

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=select_autoescape(["html"]),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def title(report: Report) -> str:
    """What the report is called."""
    year, week = report.week.split("-W")
    return f"{report.business}: week {int(week)} of {year}, {_day(report.first)} to {_day(report.last)}"


def markdown(report: Report, pictures: Sequence[Picture], console: str, names: Mapping[str, str]) -> str:
    """As Markdown; ``names`` are where the pictures lie beside it."""
    return _TEMPLATES.get_template("report.md").render(_values(report, pictures, console), places=names)


def text(report: Report, console: str) -> str:
    """As plain text."""
    return _TEMPLATES.get_template("report.txt").render(_values(report, (), console))


def html(report: Report, pictures: Sequence[Picture], console: str, addresses: Mapping[str, str]) -> str:
    """As a page for e-mail programs; ``addresses`` are those of the pictures."""
    import css_inline

    page = _TEMPLATES.get_template("report.html").render(_values(report, pictures, console), places=addresses)
    return css_inline.CSSInliner(load_remote_stylesheets=False).inline(page)


def learned(report: Report) -> list[str]:
    """What was learned, a line each, with the week before in brackets."""
    this, before = report.learned
    names = {
        "approved": "answers approved by reviewers",
        "edited": "answers written anew by reviewers",
        "rejected": "answers rejected by reviewers",
        "articles": "articles learned from approved answers",
        "corrections": "readings of messages corrected by staff",
        "datasets": "data sets built",
        "models": "models trained",
    }
    return [
        f"{getattr(this, name):,} {words} ({getattr(before, name):,})"
        for name, words in names.items()
        if getattr(this, name) or getattr(before, name)
    ]


def moves(report: Report) -> list[str]:
    """What was promoted and rolled back, a line each."""
    return [
        f"{_day(one.day)}: {one.kind} {'rolled back to' if one.rolled_back else 'promoted:'} {one.version}, by {one.by}"
        for one in report.moves
    ]


def _values(report: Report, pictures: Sequence[Picture], console: str) -> dict[str, object]:
    return {
        "report": report,
        "title": title(report),
        "pictures": pictures,
        "figures": [(one, told(one.this, one.unit), told(one.before, one.unit)) for one in report.figures],
        "shown": shown,
        "behind": behind,
        "learned": learned(report),
        "moves": moves(report),
        "console": console,
    }


def _day(day: str) -> str:
    found = date.fromisoformat(day)
    return f"{found.day} {found:%b}"
