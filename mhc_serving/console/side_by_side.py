"""Two texts next to each other, line by line, with what only one of them has marked."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from html import escape
from itertools import zip_longest

from nicegui import ui


def side_by_side(heads: tuple[str, str], first: Sequence[str], second: Sequence[str]) -> None:
    """Show both as a table of two columns."""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    rows = "".join(f"<tr><td>{old}</td><td>{new}</td></tr>" for old, new in _rows(first, second))
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    label = escape(f"{heads[0]} and {heads[1]} side by side")
    ui.html(html, sanitize=False).classes("table diff").props(f'tabindex=0 role=region aria-label="{label}"')


def _rows(first: Sequence[str], second: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Lines that belong together, as HTML."""
    for kind, i, j, k, m in SequenceMatcher(a=first, b=second, autojunk=False).get_opcodes():
        for old, new in zip_longest(first[i:j], second[k:m], fillvalue=""):
            yield (escape(old), escape(new)) if kind == "equal" else _marked(old, new)


def _marked(old: str, new: str) -> tuple[str, str]:
    """Two lines that differ, with the words marked that only one of them has."""
    before, after = old.split(" "), new.split(" ")
    left, right = [], []
    for kind, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        gone, come = escape(" ".join(before[i:j])), escape(" ".join(after[k:m]))
        left += [gone if kind == "equal" else f"<del>{gone}</del>"] if gone else []
        right += [come if kind == "equal" else f"<ins>{come}</ins>"] if come else []
    return " ".join(left), " ".join(right)
