"""What a row costs every stage over a history that doubles."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from mhc_core.business import pricing
from mhc_jobs.bench.loop.stages import Loop, run, warm_up, write_until
from mhc_jobs.sample.generate import SAMPLE_DAYS, SAMPLE_SEED, SAMPLE_START, generate

STEPS = (1 / 8, 1 / 4, 1 / 2, 1)
"""The history at the end of each step, as a share of all days."""
A_DAY = 200
"""Conversations a day: more of them are a longer history, as they are for a business."""
TARGET = 1.2


@dataclass(frozen=True, slots=True)
class Measured:
    """One stage in one step: ``rows`` it made, and what each cost against the first step, 1 being the same.

    Cost is processor time, of the database too: on a shared machine the clock on the wall measures the neighbours.
    """

    stage: str
    conversations: int
    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float
    cpu_ms_per_row: float
    against_smallest: float


def measure(loop: Loop, conversations: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Run every stage on each step of a history of ``conversations``, which ends where the sample's ends."""
    days = max(8, round(conversations / A_DAY))
    first = SAMPLE_START + timedelta(SAMPLE_DAYS - days)
    business = pricing.load(loop.settings.business_file)
    warm_up(loop)
    stream = generate(SAMPLE_SEED, conversations, first, days, business)
    lines: list[Measured] = []
    smallest: dict[str, float] = {}
    done = known = 0
    for share in STEPS:
        until = round(days * share)
        span = [first + timedelta(day) for day in range(done, until)]
        path = folder / f"until-{until}.jsonl.gz"
        stream, written = write_until(path, stream, span[-1])
        known, done = known + written, until
        for stage, rows, spent in run(loop, path, span):
            cost = spent.cpu_seconds / max(rows, 1)
            smallest.setdefault(stage, cost)
            line = Measured(
                stage, known, rows, round(spent.seconds, 2), round(spent.cpu_seconds, 2), round(spent.peak_mb),
                round(1000 * cost, 3), round(cost / smallest[stage], 2),
            )  # fmt: skip
            lines.append(line)
            say(f"{known:,} conversations, {stage}: {rows:,} rows, {line.seconds:,} s, {line.against_smallest} × a row")
        path.unlink()
    worst = max(line.against_smallest for line in lines if line.conversations == known)
    return {
        "conversations": known,
        "days": days,
        "target": TARGET,
        "worst_at_the_end": worst,
        "met": worst <= TARGET,
        "lines": [asdict(line) for line in lines],
    }
