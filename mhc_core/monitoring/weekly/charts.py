"""The pictures of a report, each with what it shows in words."""

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mhc_core.monitoring.weekly.figures import Figure
from mhc_core.monitoring.weekly.gathering import Report

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_THIS, _BEFORE, _HANDED = "#9c2b20", "#8a94a0", "#e8a29b"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG of ``width`` by ``height`` points; ``alt`` says what it shows."""

    name: str
    png: bytes
    alt: str
    width: int
    height: int


def pictures(report: Report) -> list[Picture]:
    """All pictures; none of a week in which nothing happened."""
    found = [_days(report)] if any(day.conversations for day in report.days) else []
    shares = [one for one in report.figures if one.unit == "share" and one.this.value is not None]
    return [*found, _shares(shares)] if shares else found


def _days(report: Report) -> Picture:
    canvas, axes = _canvas(2.2)
    days = report.days
    places = range(len(days))
    axes.bar(places, [day.conversations for day in days], color=[_BEFORE] * 7 + [_THIS] * 7, width=0.8)
    axes.bar(places, [day.escalated for day in days], color=_HANDED, width=0.8, label="handed over to a person")
    axes.set_xticks(list(places), [day.day[5:] for day in days], rotation=45, ha="right")
    axes.set_ylabel("conversations", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper left")
    per_day = ", ".join(f"{day.day[5:]} {day.conversations} ({day.escalated})" for day in days[7:])
    alt = f"Conversations a day in this week and the one before; this week, handed over in brackets: {per_day}"
    return _picture("days", canvas, alt, 2.2)


def _shares(shares: list[Figure]) -> Picture:
    height = 0.7 + 0.34 * len(shares)
    canvas, axes = _canvas(height)
    for place, one in enumerate(reversed(shares)):
        for measured, color, beside in ((one.before, _BEFORE, -0.14), (one.this, _THIS, 0.14)):
            if measured.value is not None and measured.low is not None and measured.high is not None:
                axes.plot([measured.low, measured.high], [place + beside] * 2, color=color, linewidth=2)
                axes.plot(measured.value, place + beside, "o", color=color, markersize=5)
    for name, color in (("this week", _THIS), ("the week before", _BEFORE)):
        axes.plot([], [], "o-", color=color, markersize=5, label=name)
    axes.legend(fontsize=7, frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1))
    axes.set_yticks(range(len(shares)), [one.name for one in reversed(shares)])
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0 %", "25 %", "50 %", "75 %", "100 %"])
    said = ", ".join(f"{one.name.lower()} {one.this.value:.0%}" for one in shares)
    alt = f"Shares of this week (red) and the one before (grey) with 95 % intervals; this week {said}"
    return _picture("shares", canvas, alt, height)


def _canvas(height: float) -> "tuple[Canvas, Axes]":
    from matplotlib.figure import Figure as Canvas

    canvas = Canvas(figsize=(6, height), layout="constrained")
    axes = canvas.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=8)
    return canvas, axes


def _picture(name: str, canvas: "Canvas", alt: str, height: float) -> Picture:
    buffer = io.BytesIO()
    canvas.savefig(buffer, format="png", dpi=144, metadata={"Software": None})
    return Picture(name, buffer.getvalue(), alt, 432, round(72 * height))
