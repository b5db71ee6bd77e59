"""Pieces that several pages are made of: headings, tables, figures, charts with their numbers, empty states."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

CHART_COLOURS = ("#3b82f6", "#f59e0b", "#10b981", "#8b5cf6", "#ef4444", "#06b6d4", "#a3a3a3", "#ec4899", "#84cc16")
_INK = "#8b95a5"
"""Of axes: told apart from both backgrounds."""


def text(tag: str, content: str, classes: str = "") -> TextElement:
    """An HTML element that holds a text."""
    return TextElement(tag=tag, text=content).classes(classes)


def box(tag: str = "div", classes: str = "") -> Element:
    """An HTML element that holds others."""
    return ui.element(tag).classes(classes)


def empty(said: str, next_step: str) -> None:
    """What stands where there is nothing: that there is nothing, and what to do about it."""
    with box("div", "empty"):
        text("p", said, "empty-said")
        text("p", next_step)


@contextmanager
def dialog(title: str) -> Iterator[ui.dialog]:
    """An open dialog with its heading."""
    with ui.dialog(value=True).props(f'aria-label="{escape(title)}"') as opened, ui.card().classes("form"):
        text("h2", title)
        yield opened


def moment(at: datetime | None, zone: ZoneInfo, now: datetime | None = None) -> str:
    """A time in the business's zone; without its day where that is today."""
    if at is None:
        return "–"
    local = at.astimezone(zone)
    if now is not None and local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    year = "" if now and local.year == now.year else f" {local.year}"
    return f"{local:%b} {local.day}{year}, {local:%H:%M}"


def ago(at: datetime, now: datetime) -> str:
    """How long it is since then, in the largest unit that fits."""
    seconds = max(0, int((now - at).total_seconds()))
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


def share(value: float | None) -> str:
    """0..1 as percent."""
    return "–" if value is None else f"{value:.0%}" if value in (0, 1) or value >= 0.1 else f"{value:.1%}"


def dollars(value: Any) -> str:
    """USD; fractions of a cent where there is not more."""
    if value is None:
        return "–"
    return f"${value:,.2f}" if value == 0 or abs(value) >= 1 else f"${value:,.4f}"


def milliseconds(value: float | None) -> str:
    """A time as people say it."""
    return "–" if value is None else f"{value / 1000:.1f} s" if value >= 1000 else f"{value:.0f} ms"


def table_html(heads: Sequence[str], rows: Sequence[Sequence[Any]], caption: str) -> str:
    """A table for people and screen readers; a head that begins with ``>`` is one of numbers."""
    number = [head.startswith(">") for head in heads]
    top = "".join(
        f'<th scope="col"{" class=number" if right else ""}>{escape(head.removeprefix(">"))}</th>'
        for head, right in zip(heads, number, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(
            f"<td{' class=number' if right else ''}>{escape(str(cell))}</td>"
            for cell, right in zip(row, number, strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return (
        f'<table><caption class="hidden">{escape(caption)}</caption><thead><tr>{top}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


class Table:
    """A table that can be shown anew."""

    def __init__(self, caption: str, heads: Sequence[str]) -> None:
        self._caption, self._heads = caption, heads
        self._html = ui.html("", sanitize=False).classes("table").props("tabindex=0 role=region")
        self._html.props(f'aria-label="{escape(caption)}"')

    def show(self, rows: Sequence[Sequence[Any]]) -> None:
        content = table_html(self._heads, rows, self._caption) if rows else '<p class="dim">Nothing yet.</p>'
        if self._html.content != content:
            self._html.content = content


class Figure:
    """One number with its name, and what it is made of."""

    def __init__(self, name: str) -> None:
        with box("div", "figure"):
            text("dt", name)
            self._value = text("dd", "–", "value")
            self._note = text("dd", "", "under")

    def show(self, value: str, note: str = "") -> None:
        self._value.text, self._note.text = value, note


class Chart:
    """A chart with a heading, and the same numbers as a table."""

    def __init__(self, title: str, heads: Sequence[str], *, wide: bool = False, note: str = "") -> None:
        self._shown: Mapping[str, Any] = {}
        with box("section", "card chart" + (" wide" if wide else "")):
            text("h2", title)
            if note:
                text("p", note, "dim")
            self._empty = text("p", "Nothing in this period yet.", "dim")
            self._chart = ui.echart({}, renderer="svg").classes("plot").props(f'role=img aria-label="{escape(title)}"')
            with box("details") as details:
                text("summary", "The numbers")
                self._table = Table(title, heads)
            self._details = details

    def show(self, options: Mapping[str, Any], rows: Sequence[Sequence[Any]]) -> None:
        """Show these numbers; nothing is drawn when they are the ones that are there."""
        self._table.show(rows)
        for part in (self._chart, self._details):
            part.set_visibility(bool(rows))
        self._empty.set_visibility(not rows)
        if rows and options != self._shown:
            self._shown = options
            self._chart.options.clear()
            self._chart.options.update(options)


def _axis(**options: Any) -> dict[str, Any]:
    return {
        "axisLabel": {"color": _INK, "fontSize": 12}, "axisLine": {"lineStyle": {"color": _INK}},
        "splitLine": {"lineStyle": {"color": _INK, "opacity": 0.25}}, **options,
    }  # fmt: skip


def bars(names: Sequence[str], values: Sequence[float], *, colour: str = CHART_COLOURS[0]) -> dict[str, Any]:
    """Options of horizontal bars, the first on top."""
    return {
        "animation": False, "color": [colour], "grid": {"left": 8, "right": 24, "top": 8, "bottom": 8,
        "containLabel": True}, "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}},
        "xAxis": _axis(type="value", minInterval=1),
        "yAxis": _axis(type="category", data=list(names), inverse=True),
        "series": [{"type": "bar", "data": list(values), "barMaxWidth": 22}],
    }  # fmt: skip


def lines(
    days: Sequence[str], series: Mapping[str, Sequence[float | None]], *, bar: bool = False, top: float | None = None
) -> dict[str, Any]:
    """Options of lines, or upright bars, over days."""
    return {
        "animation": False, "color": list(CHART_COLOURS), "grid": {"left": 8, "right": 24, "top": 24, "bottom": 8,
        "containLabel": True}, "tooltip": {"trigger": "axis"}, "legend": {"show": len(series) > 1, "top": 0,
        "textStyle": {"color": _INK}},
        "xAxis": _axis(type="category", data=list(days)),
        "yAxis": _axis(type="value", **({"max": top} if top is not None else {})),
        "series": [
            {"type": "bar" if bar else "line", "name": name, "data": list(values), "showSymbol": len(days) < 3,
             "connectNulls": True, "barMaxWidth": 22}
            for name, values in series.items()
        ],
    }  # fmt: skip


def bands(
    days: Sequence[str], middle: tuple[str, Sequence[float]], ends: Mapping[str, Sequence[tuple[float, float]]]
) -> dict[str, Any]:
    """Options of a line over days amid intervals, the widest first; each is named as its legend says."""
    options = lines(days, {middle[0]: middle[1]})
    areas: list[dict[str, Any]] = []
    for number, (name, pairs) in enumerate(ends.items()):
        common = {"type": "line", "stack": name, "symbol": "none", "lineStyle": {"opacity": 0}, "silent": True}
        areas += [
            common | {"name": f"{name} from", "data": [low for low, _ in pairs], "tooltip": {"show": False}},
            common | {"name": name, "data": [round(high - low, 2) for low, high in pairs],
                      "color": CHART_COLOURS[0], "areaStyle": {"opacity": 0.14 + 0.14 * number},
                      "itemStyle": {"opacity": 0.25 + 0.25 * number}},
        ]  # fmt: skip
    options["series"] = [*areas, *options["series"]]
    options["legend"] |= {"show": True, "data": [*ends, middle[0]]}
    options["tooltip"] = {"show": False}  # a stacked band would tell its width; the table tells the ends
    return options


def sankey(links: Mapping[tuple[str, str], int], names: Mapping[str, str]) -> dict[str, Any]:
    """Options of a flow; ``names`` are what is written at its nodes."""
    nodes = list(dict.fromkeys(node for link in links for node in link))
    return {
        "animation": False, "color": list(CHART_COLOURS), "tooltip": {"trigger": "item"},
        "series": [{
            "type": "sankey", "left": 8, "right": 110, "top": 8, "bottom": 8, "nodeGap": 10, "draggable": False,
            "data": [{"name": node, "label": {"formatter": names[node]}} for node in nodes],
            "links": [{"source": one, "target": other, "value": value} for (one, other), value in links.items()],
            "label": {"color": _INK, "fontSize": 12}, "lineStyle": {"color": "gradient", "opacity": 0.35},
        }],
    }  # fmt: skip
