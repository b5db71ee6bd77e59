"""Small pictures for asset metadata, as Markdown with the image inside."""

import base64
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def bars(label: str, values: Mapping[str, float]) -> dg.MarkdownMetadataValue:
    """A bar for each name."""
    figure, axes = _canvas()
    axes.bar(range(len(values)), list(values.values()), color="#c0392b")
    step = max(1, len(values) // 8)
    axes.set_xticks(range(0, len(values), step), list(values)[::step], rotation=30, ha="right", fontsize=7)
    axes.set_ylabel(label, fontsize=8)
    return _picture(figure, label)


def paired_differences(label: str, differences: Sequence[float], low: float, high: float) -> dg.MarkdownMetadataValue:
    """The distribution of paired differences with the interval of their mean."""
    figure, axes = _canvas()
    axes.hist(differences, bins=40, color="#d5d8dc")
    axes.axvspan(low, high, color="#c0392b", alpha=0.35, label="95 % interval of the mean")
    axes.axvline(0, color="#2c3e50", linewidth=1)
    axes.set_xlabel(label, fontsize=8)
    axes.legend(fontsize=7, frameon=False)
    return _picture(figure, label)


def _canvas() -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 2.2), layout="constrained")
    axes = figure.subplots()
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelsize=7)
    return figure, axes


def _picture(figure: "Figure", label: str) -> dg.MarkdownMetadataValue:
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=110)
    encoded = base64.b64encode(buffer.getvalue()).decode()
    return dg.MetadataValue.md(f"![{label}](data:image/png;base64,{encoded})")
