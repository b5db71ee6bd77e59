"""What commands print never tells a terminal anything, whoever wrote it."""

import io
import re
from typing import Any

import pytest
from fakes.places import ROOT
from hypothesis import given
from hypothesis import strategies as st
from rich.panel import Panel
from rich.text import Text

from mhc_core.db.queries.review import ReviewItem
from mhc_jobs.cli import console as consoles
from mhc_jobs.cli import review
from mhc_jobs.cli.console import Terminal, columns, harmless

HOSTILE = [
    "[/b]",
    "[bold",
    "[link=https://evil.example]x[/link]",
    "\x1b[2J",
    "\x1b]0;title\x07",
    "\x9b31m",
    "a\rb",
    "\u202e",
]
WRITTEN = st.lists(st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20)), max_size=6).map("".join)
OURS = re.compile(r"\x1b\[[0-9;]*m")  # the styles that Rich itself sets
ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def shown(*parts: Any, **options: Any) -> str:
    out = io.StringIO()
    Terminal(file=out, force_terminal=True, color_system="standard", width=100).print(*parts, **options)
    return out.getvalue()


@given(WRITTEN)
def test_whatever_a_customer_wrote_is_text(written: str) -> None:
    table = columns("said", "by")
    table.add_row(written, Text(written, "bold"))
    for part in (
        written,
        Text(written),
        Panel(written, title="customer"),
        table,
        Text.assemble((written, "red"), written),
    ):
        assert not ORDERS.search(OURS.sub("", shown(part, soft_wrap=isinstance(part, str))))


@given(WRITTEN)
def test_nothing_but_orders_is_changed(written: str) -> None:
    lines = re.sub("[\x07\x08\x0b\x0c\r]", "", written.replace("\t", " "))  # Rich takes these out by itself
    assert shown(lines, soft_wrap=True) == harmless(lines) + "\n"


def test_brackets_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    consoles.respond(False, {}, "[/b] and [red]x[/red] :smile:")
    assert capsys.readouterr().out == "[/b] and [red]x[/red] :smile:\n"


def test_a_review_shows_what_would_have_stopped_it(capsys: pytest.CaptureFixture[str]) -> None:
    fields: dict[str, Any] = dict.fromkeys(ReviewItem._fields)
    fields |= {"id": 7, "intent": "menu", "channel": "web", "quality": 0.5, "reasons": ["[/x]"]}
    fields |= {"question": "is it [/b] \x1b[31mred", "answer": "[/i]"}
    item = ReviewItem(**fields | {"context": [{"role": "user", "content": "\x1b[2J[/c]"}]})
    review._show(item, 3)
    out = capsys.readouterr().out
    assert "is it [/b] \ufffd[31mred" in out
    assert "\ufffd[2J[/c]" in out


def test_programs_get_what_is_there_and_terminals_get_it_harmless(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    consoles.echo("a\x9b2Jb")
    assert capsys.readouterr().out == "a\x9b2Jb\n"
    monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
    consoles.echo("a\x1b[2Jb\x9b2J")
    assert capsys.readouterr().out == "a\ufffd[2Jb\ufffd2J\n"


def test_commands_print_through_one_place() -> None:
    for path in (ROOT / "mhc_jobs/cli").glob("*.py"):
        if path.name != "console.py":
            used = re.findall(
                r"rich\.console import \(?[^)\n]*\bConsole\b|(?<![.\w])print\(|markup=True", path.read_text()
            )
            assert used == [], f"{path.name} prints past mhc_jobs/cli/console.py"
