"""``mhc scrub``: personal data out of a file or a stream, line by line."""

import json
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from functools import partial
from itertools import chain, islice
from multiprocessing import connection
from pathlib import Path
from typing import Annotated, Any, BinaryIO, NamedTuple

import orjson
import typer

from mhc_core import settings
from mhc_core.business import pricing
from mhc_core.errors import DataError, ScrubRefused
from mhc_core.scrubbing import Scrubber, ScrubResult

MAX_LINE_BYTES = 16 * 1024 * 1024
BATCH = 64  # lines that a process is given at once
AHEAD = 4  # batches read ahead for each process


class Line(NamedTuple):
    """One line of output and whether its input was held back."""

    content: bytes
    refused: bool


def command(
    file: Annotated[str, typer.Argument(help="A file, or - for standard input.")] = "-",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that scrub; the order of lines is kept.")] = 1,
    plain: Annotated[bool, typer.Option("--plain", help="Plain text, one text a line, instead of JSON lines.")] = False,
) -> None:
    """Replace personal data by placeholders, in constant memory.

    Reads JSON lines {"id", "text"} and writes {"id", "text", "findings", "risk", "safe_for_training"} in the same
    order. A line that cannot be scrubbed becomes {"id", "line", "error"}, and the exit code is 1 at the end.
    """
    configured = settings.load()
    allow = tuple(pricing.load(configured.business_file).allow_list)
    work = partial(
        scrub_lines,
        allow=allow,
        plain=plain,
        model=configured.pii_model,
        budget=configured.scrub_timeout_seconds,
        regions=configured.phone_regions,
    )
    lines = refused = 0
    with closing(_open(file)) as stream:
        numbered = enumerate(_lines(stream), start=1)
        for line in (
            _parallel(numbered, work, jobs) if jobs > 1 else chain.from_iterable(work([one]) for one in numbered)
        ):
            typer.echo(line.content)
            lines += 1
            refused += line.refused
    if refused:
        hint = "; is it plain text? then add --plain" if refused == lines and not plain else ""
        typer.echo(f"{refused} lines were refused: see their error{hint}", err=True)
        raise typer.Exit(1)


def _open(file: str) -> BinaryIO:
    if file == "-":
        return typer.get_binary_stream("stdin")
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise DataError(
            f"{file} cannot be read ({error.strerror}): name an existing file, or - for standard input"
        ) from None


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """The lines without their ends; None for one that is too long, whose rest is skipped."""
    while line := stream.readline(MAX_LINE_BYTES + 1):
        if len(line) <= MAX_LINE_BYTES or line.endswith(b"\n"):
            yield line.rstrip(b"\r\n")
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(MAX_LINE_BYTES)
        yield None


def _parallel(
    numbered: Iterable[tuple[int, bytes | None]],
    work: Callable[[list[tuple[int, bytes | None]]], list[Line]],
    jobs: int,
) -> Iterator[Line]:
    """``work`` on batches of lines in other processes, results in the order of input, a bounded number read ahead."""
    waiting: deque[Future[list[Line]]] = deque()
    pool = ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=_end_with_parent)
    try:
        lines = iter(numbered)
        while batch := list(islice(lines, BATCH)):
            waiting.append(pool.submit(work, batch))
            if len(waiting) >= jobs * AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A process of a pool outlives a parent that is killed; this one ends with it."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    sentinel = parent.sentinel

    def watch() -> None:
        connection.wait([sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def scrub_lines(
    numbered: list[tuple[int, bytes | None]],
    allow: tuple[str, ...],
    plain: bool,
    model: str | None,
    budget: float,
    regions: str,
) -> list[Line]:
    """The output lines of some input lines; empty JSON lines vanish."""
    scrubber = Scrubber.load(allow, model, budget, regions)
    one = _plain if plain else _record
    return [line for number, raw in numbered if (line := one(scrubber, number, raw)) is not None]


def _plain(scrubber: Scrubber, number: int, raw: bytes | None) -> Line:
    try:
        if raw is None:
            raise ScrubRefused("the line is too long")
        text = scrubber.scrub(raw.decode("utf-8", "surrogateescape")).text
        return Line(text.encode("utf-8", "surrogateescape"), False)
    except ScrubRefused as refusal:
        return Line(f"[REFUSED] line {number}: {refusal}".encode(), True)


def _record(scrubber: Scrubber, number: int, raw: bytes | None) -> Line | None:
    if raw is not None and not raw.strip():
        return None
    identifier: Any = None
    try:
        record = _parse(raw)
        identifier = record.get("id")
        if not isinstance(identifier, str | int | None):
            raise ScrubRefused('"id" is neither text nor a number')
        if not isinstance(record.get("text"), str):
            raise ScrubRefused('"text" is missing or not text')
        return Line(_json(_result(identifier, scrubber.scrub(record["text"]))), False)
    except ScrubRefused as refusal:
        return Line(
            _json(
                {"id": identifier if isinstance(identifier, str | int) else None, "line": number, "error": str(refusal)}
            ),
            True,
        )


def _parse(raw: bytes | None) -> dict[str, Any]:
    if raw is None:
        raise ScrubRefused(f"the line is longer than {MAX_LINE_BYTES} bytes: split the text")
    try:
        record = json.loads(raw)
    except (ValueError, RecursionError):
        raise ScrubRefused("the line is not JSON in UTF-8: correct it and run again") from None
    if not isinstance(record, dict):
        raise ScrubRefused("the line is not a JSON object: correct it and run again")
    return record


def _result(identifier: str | int | None, result: ScrubResult) -> dict[str, Any]:
    return {
        "id": identifier,
        "text": result.text,
        "findings": [
            {
                "type": finding.type.value,
                "start": finding.start,
                "end": finding.end,
                "placeholder": finding.placeholder,
                "score": finding.score,
            }
            for finding in result.findings
        ],
        "risk": result.risk.value,
        "safe_for_training": result.safe_for_training,
    }


def _json(record: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(record)
    except TypeError:  # half a surrogate pair has no UTF-8 form, but an escaped one
        return json.dumps(record).encode("ascii")
