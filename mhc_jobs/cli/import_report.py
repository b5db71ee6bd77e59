"""What an import shows while it runs and when it has ended."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from mhc_core.collection.importing.report import ImportReport, silent
from mhc_core.collection.importing.report import Progress as OnProgress
from mhc_jobs.cli.console import console, err

SECONDS_BETWEEN_LINES = 10  # of progress, where there is no terminal
SHOWN = 5  # reasons, and files that were not read


@contextmanager
def bar(uri: str, quiet: bool) -> Iterator[OnProgress]:
    """Progress of one import, as a bar or a line now and then; nothing when ``quiet``."""
    if quiet:
        yield silent
        return
    if not err.is_terminal:
        yield _line_now_and_then(uri)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, TextColumn("{task.fields[records]} records"), console=err, transient=True) as bar:
        task = bar.add_task(uri.rpartition("/")[2], total=None, records=0)

        def show(position: int, size: int | None, records: int) -> None:
            bar.update(task, completed=position, total=size, records=records)

        yield show


@contextmanager
def listening(uri: str, quiet: bool) -> Iterator[Callable[[float, float], None]]:
    """Progress of listening to recordings, which takes minutes an hour; called with seconds heard and in all."""
    if quiet:
        yield lambda done, all_: None
        return
    if not err.is_terminal:
        yield _listening_line(uri)
        return
    columns = (TextColumn("listening"), BarColumn(), TextColumn("{task.fields[heard]}"), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task("", total=None, heard="", visible=False)

        def show(done: float, all_: float) -> None:
            heard = f"{_minutes(done)} of {_minutes(all_)}"
            bar.update(task, completed=done, total=all_, heard=heard, visible=done < all_)

        yield show


def _listening_line(uri: str) -> Callable[[float, float], None]:
    told = time.monotonic()

    def show(done: float, all_: float) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            err.print(f"{uri}: listened to {_minutes(done)} of {_minutes(all_)}", soft_wrap=True)

    return show


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _line_now_and_then(uri: str) -> OnProgress:
    told = time.monotonic()

    def show(position: int, size: int | None, records: int) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS_BETWEEN_LINES:
            told = time.monotonic()
            share = f"{position / size:.0%}" if size else f"{position:,} bytes"
            err.print(f"{uri}: {share}, {records:,} records", soft_wrap=True)

    return show


def tell(report: ImportReport, noun: str) -> None:
    """Print what went in, what did not and why, and where the whole list lies."""
    kinds = ", ".join(f"{count} × {kind}" if count > 1 else kind for kind, count in report.formats.items() if count > 0)
    text = f"{report.file}" + (f" ({kinds})" if kinds else "") + ": "
    if report.rejected and not report.stored:
        text += f"nothing went in: {report.rejected:,} {noun} read, all rejected"
    else:
        text += (
            f"{report.read:,} {noun} read, {report.inserted:,} new, {report.updated:,} changed, "
            f"{report.unchanged:,} unchanged, {report.rejected:,} rejected"
        )
    if report.erased:
        text += f", {report.erased:,} left out (erased customers, or past their retention)"
    if noun == "conversations":
        text += f"; {report.messages_inserted:,} messages and {report.feedback_inserted:,} pieces of feedback new"
    _print(f"{text}; {report.seconds:.1f} s, {report.per_second:,.0f} a second")
    for kind, count in sorted(report.notes.items()):
        _print(f"  noted: {kind if ' ' in kind else kind.replace('_', ' ')}: {count:,}")
    for name, reason in report.skipped[:SHOWN]:
        _print(f"  not read: {name}: {reason}", warning=True)
    if len(report.skipped) > SHOWN:
        _print(f"  not read: {len(report.skipped) - SHOWN:,} more files", warning=True)
    for why in report.reasons[:SHOWN]:
        where = f"{why.file} line {why.line}" if why.file else f"line {why.line}"
        often = f" ({why.times:,} times)" if why.times > 1 else ""
        _print(f"  rejected: {where}: {why.text}{often}", warning=True)
    if report.rejected:
        went = f"{report.stored:,} {noun} are in whole" if report.stored else "nothing is in"
        more = f"; {len(report.reasons) - SHOWN:,} more reasons" if len(report.reasons) > SHOWN else ""
        _print(f"  {went}; every rejected line with its reason: {report.reject_file}{more}", warning=True)


def _print(text: str, warning: bool = False) -> None:
    (err if warning else console).print(text, soft_wrap=True)
