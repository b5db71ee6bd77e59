"""What one more day costs on top of histories of several lengths, and how long what people look at takes there."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from mhc_core.business import pricing
from mhc_core.db.queries import collection, conversation_stats
from mhc_core.monitoring import dashboard
from mhc_core.scoring.scorer import scorer_version
from mhc_jobs.bench import reads
from mhc_jobs.bench.loop import history, statements, storage
from mhc_jobs.bench.loop.stages import Loop, run, warm_up, write_until
from mhc_jobs.bench.loop.statements import Statement
from mhc_jobs.bench.loop.watch import Spent, cpu_seconds, watch
from mhc_jobs.sample.generate import SAMPLE_DAYS, SAMPLE_SEED, SAMPLE_START, generate

SAME = 0.2
"""A day on the longest history may cost so much more or less than on the shortest, as a share."""
READ_MS = 100.0
PEAK_MB = 2000.0
CHOOSING = "ix_training_examples_candidates"
"""The index that the examples of a data set are chosen from."""
_CHOOSE = """
    select id, day, intent, language, quality from ai.training_examples e
    where active and verified and embedder = :embedder
      and not exists (select from ai.calls k where k.conversation_id = e.conversation_id and k.consent <> 'given')
"""
FIGURES = "figures"
LOOK = "days with work"
DAY = "a day"
AGENTS = ("booking", "knowledge", "quote")
_STATEMENTS = 5
_SHARE, _LOOKUPS = 0.1, 500
"""Of all conversations, for the measurement of partitions, and of lookups in them."""


@dataclass(frozen=True, slots=True)
class Cost:
    """One stage over one more day. ``exponent`` is how cost grew with the history since the size before: 0 not at all,
    1 in proportion. Cost is processor time of this process and the database for each new conversation.
    """

    history: int
    stage: str
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    server_peak_mb: float
    cpu_ms_per_conversation: float
    against_smallest: float
    exponent: float | None


@dataclass(slots=True)
class _Found:
    """What was measured so far: costs of stages, and the rest by size."""

    costs: list[Cost] = field(default_factory=list)
    sizes: list[dict[str, Any]] = field(default_factory=list)


def measure(
    loop: Loop, sizes: Sequence[int], base: int, day: int, times: int, folder: Path, say: Callable[[str], None]
) -> dict[str, Any]:
    """Bring a database to each of these sizes (conversations, rising), and there run a day of about ``day`` new ones.

    Interrupted, it reports the sizes that were measured.

    Args:
        base: conversations that go through the real stages first; the rest of the history are copies of them.
        times: how often each read is timed.
    """
    days = max(1, round(base / day))
    total = days + len(sizes)
    first = SAMPLE_START + timedelta(SAMPLE_DAYS - total)
    stream = generate(SAMPLE_SEED, total * day, first, total, pricing.load(loop.settings.business_file))
    warm_up(loop)
    path = folder / "base.jsonl.gz"
    stream, _ = write_until(path, stream, first + timedelta(days - 1))
    span = [first + timedelta(number) for number in range(days)]
    for stage, rows, spent in run(_on(loop, span[-1]), path, span):
        say(f"base, {stage}: {rows:,} rows, {spent.seconds:,.1f} s")
    path.unlink()
    history.complete(loop.engine)
    _count_figures(_on(loop, span[-1]))
    known = history.remember(loop.engine)
    found, made = _Found(), 1
    try:
        for number, size in enumerate(sizes):
            copies = range(made, max(made, round(size / known)))
            history.grow(loop.engine, copies, days, loop.embedder.dimensions, say)
            made = copies.stop
            on = first + timedelta(days + number)
            path = folder / f"day-{number}.jsonl.gz"
            stream, new = write_until(path, stream, on)
            _measure_one(_on(loop, on), path, on, new, times, found, say)
            path.unlink()
        retention = storage.retention(loop.engine, _SHARE, _LOOKUPS)
    except KeyboardInterrupt:
        if not found.sizes:
            raise
        retention = None
    return _report(found) | {"base": known, "retention": retention}


def _measure_one(
    loop: Loop, path: Path, on: date, new: int, times: int, found: _Found, say: Callable[[str], None]
) -> None:
    """A day and the reads on top of what is stored."""
    with loop.engine.connect() as connection:
        disk = storage.sizes(connection)
    stored = disk["conversations"]
    dearest: dict[str, Any] = {}
    here: list[Cost] = []
    for stage, rows, spent, sent in _day(loop, path, on):
        here.append(_cost(found.costs, stored, stage, rows, spent, new))
        dearest[stage] = statements.dearest(sent, _STATEMENTS)
        say(f"{stored:,} conversations, {stage}: {rows:,} rows, {spent.cpu_seconds:,.1f} s of processor")
    zone = pricing.load(loop.settings.business_file).contact.zone
    pages = reads.of_everything(loop.settings, zone, loop.now)
    timed = reads.measure(loop.engine, pages, times, lambda: cpu_seconds(loop.database))
    for one in timed:
        say(f"{stored:,} conversations, {one.name}: p95 {one.p95_ms:,.0f} ms, {one.cpu_ms or 0:,.1f} of processor")
        if one.p95_ms > READ_MS:
            with statements.counted(loop.engine) as sent, loop.engine.connect() as connection:
                pages[one.name](connection)
            dearest[one.name] = statements.dearest(sent, _STATEMENTS)
    found.costs += [*here, _cost(found.costs, stored, DAY, new, _sum(here), new)]
    found.sizes.append({
        "history": stored,
        "new": new,
        "disk": disk,
        "statements": dearest,
        "reads": [asdict(one) for one in timed],
        "data_set_index": storage.without_index(
            loop.engine, CHOOSING, _CHOOSE, {"embedder": loop.embedder.id}, 5
        ),
    })  # fmt: skip


def _on(loop: Loop, day: date) -> Loop:
    """The loop as it runs in the night after a day is closed: what began then is over."""
    return replace(loop, now=datetime.combine(day + timedelta(2), time(), UTC))


def _day(loop: Loop, path: Path, on: date) -> Iterator[tuple[str, int, Spent, Mapping[str, Statement]]]:
    """Every stage over one day's file, and the figures of the dashboard after it, with the statements of each."""
    stages = run(loop, path, [on])
    while True:
        with statements.counted(loop.engine) as sent:
            done = next(stages, None)
        if done is None:
            break
        yield *done, sent
    spent = Spent()
    with statements.counted(loop.engine) as sent, watch(spent, loop.database):
        rows = _count_figures(loop)
    yield FIGURES, rows, spent, sent
    spent = Spent()
    with statements.counted(loop.engine) as sent, watch(spent, loop.database):
        rows = _look(loop)
    yield LOOK, rows, spent, sent


def _look(loop: Loop) -> int:
    """What the next night would have to do: nothing of all that is stored."""
    with loop.engine.connect() as connection:
        versions = scorer_version(loop.embedder), loop.scrubber.version
        return len(collection.days_with_work(connection, *versions, loop.now))


def _count_figures(loop: Loop) -> int:
    dashboard.refresh(loop.engine, AGENTS, loop.now)
    with loop.engine.begin() as connection:
        return conversation_stats.refresh(connection, loop.now)


def _cost(costs: Sequence[Cost], stored: int, stage: str, rows: int, spent: Spent, new: int) -> Cost:
    each = 1000 * spent.cpu_seconds / max(new, 1)
    before = [one for one in costs if one.stage == stage]
    smallest = before[0].cpu_ms_per_conversation if before else each
    grown = None
    if before and before[-1].history < stored:
        grown = exponent(before[-1].history, before[-1].cpu_ms_per_conversation, stored, each)
    return Cost(
        stored, stage, rows, round(spent.seconds, 2), round(spent.cpu_seconds, 2), round(spent.peak_mb),
        round(spent.server_peak_mb), round(each, 3), round(each / max(smallest, 1e-9), 2), grown,
    )  # fmt: skip


def exponent(before: float, cost_before: float, after: float, cost: float) -> float:
    """The power of a history's length by which a cost grew between two lengths."""
    least = 1e-6
    return round(math.log(max(cost, least) / max(cost_before, least)) / math.log(after / before), 3)


def _sum(stages: Sequence[Cost]) -> Spent:
    return Spent(
        sum(one.seconds for one in stages), sum(one.cpu_seconds for one in stages),
        max(one.peak_mb for one in stages), max(one.server_peak_mb for one in stages),
    )  # fmt: skip


def _report(measured: _Found) -> dict[str, Any]:
    costs, found = measured.costs, measured.sizes
    days = [one for one in costs if one.stage == DAY]
    peak = max(max(one.peak_mb, one.server_peak_mb) for one in costs)
    slowest = max(found[-1]["reads"], key=lambda one: one["p95_ms"])
    growth: dict[str, list[float]] = {}
    for before, after in pairwise(found):
        for one, other in zip(before["reads"], after["reads"], strict=True):
            grown = exponent(before["history"], one["cpu_ms"], after["history"], other["cpu_ms"])
            growth.setdefault(one["name"], []).append(grown)
    met = {
        "day": abs(days[-1].against_smallest - 1) <= SAME,
        "peak": peak <= PEAK_MB,
        "reads": slowest["p95_ms"] <= READ_MS,
    }
    return {
        "costs": [asdict(one) for one in costs],
        "sizes": found,
        "read_exponents": growth,
        "day_against_smallest": days[-1].against_smallest,
        "peak_mb": peak,
        "slowest_read": slowest,
        "targets": {"day": SAME, "peak_mb": PEAK_MB, "read_p95_ms": READ_MS},
        "met": met,
    }
