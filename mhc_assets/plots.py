"""Small pictures for asset metadata, as Markdown with the image inside."""

import base64
import io
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import dagster as dg

from mhc_core.demand.bookings import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def paired_differences(label: str, differences: Sequence[float], low: float, high: float) -> dg.MarkdownMetadataValue:
    """The distribution of paired differences with the interval of their mean."""
    figure, axes = _canvas()
    axes.hist(differences, bins=40, color="#d5d8dc")
    axes.axvspan(low, high, color="#c0392b", alpha=0.35, label="95 % interval of the mean")
    axes.axvline(0, color="#2c3e50", linewidth=1)
    axes.set_xlabel(label, fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    return _picture(figure, label)


def sequence(
    label: str, times: Sequence[datetime], gains: Sequence[float], lows: Sequence[float], highs: Sequence[float]
) -> dg.MarkdownMetadataValue:
    """A difference at every look, with the confidence sequence around it; a bound that is not known yet is NaN."""
    from matplotlib.dates import date2num

    figure, axes = _canvas()
    places = [float(date2num(time)) for time in times]  # type: ignore[no-untyped-call]
    axes.xaxis_date()
    axes.fill_between(places, lows, highs, color="#c0392b", alpha=0.25, label="where it lies at all looks together")
    axes.plot(places, gains, color="#c0392b", linewidth=1.2, marker=".", markersize=3)
    axes.axhline(0, color="#2c3e50", linewidth=1)
    axes.set_ylabel(label, fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    figure.autofmt_xdate(rotation=30, ha="right")
    return _picture(figure, label)


def distribution(label: str, values: Sequence[float]) -> dg.MarkdownMetadataValue:
    """How many have which value; the highest hundredth is left out."""
    figure, axes = _canvas()
    shown = sorted(values)[: max(1, round(0.99 * len(values)))]
    axes.hist(shown, bins=40, color="#c0392b")
    axes.set_xlabel(label, fontsize=8)
    axes.set_ylabel("customers", fontsize=8)
    return _picture(figure, label)


def outlook(label: str, days: Sequence[Day]) -> dg.MarkdownMetadataValue:
    """A forecast with its intervals, and what is booked already as bars."""
    from matplotlib.dates import date2num

    figure, axes = _canvas()
    places = [float(date2num(one.day)) for one in days]  # type: ignore[no-untyped-call]
    axes.xaxis_date()
    axes.fill_between(
        places, [one.low_95 for one in days], [one.high_95 for one in days], color="#c0392b", alpha=0.15, label="95 %"
    )
    axes.fill_between(
        places, [one.low_80 for one in days], [one.high_80 for one in days], color="#c0392b", alpha=0.3, label="80 %"
    )
    axes.plot(places, [one.expected for one in days], color="#c0392b", linewidth=1.2, label="expected")
    axes.bar(places, [one.booked for one in days], color="#2c3e50", alpha=0.6, label="booked")
    axes.set_ylabel(label, fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    figure.autofmt_xdate(rotation=30, ha="right")
    return _picture(figure, label)


def forest(label: str, means: Mapping[str, tuple[float, float, float]]) -> dg.MarkdownMetadataValue:
    """Mean, lower and upper bound for each name, one below the other, beside a line at zero."""
    figure, axes = _canvas(0.6 + 0.22 * max(len(means), 4))
    for place, (mean, low, high) in enumerate(reversed([*means.values()])):
        axes.plot([low, high], [place, place], color="#2c3e50", linewidth=1)
        axes.plot(mean, place, "o", color="#c0392b", markersize=4)
    axes.axvline(0, color="#2c3e50", linewidth=1, linestyle=":")
    axes.set_yticks(range(len(means)), list(means)[::-1], fontsize=7)
    axes.set_xlabel(label, fontsize=8)
    return _picture(figure, label)


def losses(label: str, curve: Sequence[Mapping[str, float]]) -> dg.MarkdownMetadataValue:
    """A training curve: each loss that was measured, by step."""
    figure, axes = _canvas()
    for name in sorted({name for point in curve for name in point} - {"step"}):
        points = [(point["step"], point[name]) for point in curve if name in point]
        axes.plot(*zip(*points, strict=True), linewidth=1.2, marker=".", markersize=3, label=name.replace("_", " "))
    axes.set_xlabel("step", fontsize=8)
    axes.set_ylabel(label, fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    return _picture(figure, label)


def _canvas(height: float = 2.2) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, height), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)
    return figure, axes


def _picture(figure: "Figure", label: str) -> dg.MarkdownMetadataValue:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return dg.MetadataValue.md(f"![{label}](data:image/png;base64,{encoded})")
