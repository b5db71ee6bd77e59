"""The stages from raw conversations to a data set, as the pipeline runs them, over a history that doubles.

Dagster is left out: an asset opens, calls what is called here, and reports. What an asset costs around that is the
same however much there is.
"""

import gzip
import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.settling import score_feedback, settle_day
from mhc_core.dataset.build import store
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import examples, review, scoring
from mhc_core.db.rows.scoring import FinishedConversation
from mhc_core.evaluation import sets
from mhc_core.protocols import Embedder, Turn
from mhc_core.review import decisions
from mhc_core.scoring.scorer import score_conversations, scorer_version
from mhc_core.scrubbing import Scrubber, merging
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings
from mhc_jobs.bench.loop.watch import Spent, watch
from mhc_jobs.sample.generate import SAMPLE_DAYS, SAMPLE_SEED, SAMPLE_START, generate
from mhc_jobs.sample.talk import Record

STEPS = (1 / 8, 1 / 4, 1 / 2, 1)
"""The history at the end of each step, as a share of all days."""
A_DAY = 200
"""Conversations a day: more of them are a longer history, as they are for a business."""
TARGET = 1.2
STAGES = ("import", "collect", "score", "scrub", "review", "dataset")


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


@dataclass(frozen=True, slots=True)
class Loop:
    """What the stages work with; ``database`` is the folder of the server's data."""

    engine: sa.Engine
    database: Path
    settings: Settings
    embedder: Embedder
    scrubber: Scrubber
    now: datetime


def measure(loop: Loop, conversations: int, folder: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """Run every stage on each step of a history of ``conversations``, which ends where the sample's ends."""
    days = max(8, round(conversations / A_DAY))
    first = SAMPLE_START + timedelta(SAMPLE_DAYS - days)
    business = pricing.load(loop.settings.business_file)
    _warm_up(loop)
    stream = generate(SAMPLE_SEED, conversations, first, days, business)
    lines: list[Measured] = []
    smallest: dict[str, float] = {}
    done = known = 0
    for share in STEPS:
        until = round(days * share)
        span = [first + timedelta(day) for day in range(done, until)]
        path = folder / f"until-{until}.jsonl.gz"
        stream, written = _write(path, stream, span[-1])
        known, done = known + written, until
        for stage, rows, spent in _stages(loop, path, span):
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


def _warm_up(loop: Loop) -> None:
    """Load models and libraries, or the first step pays for them."""
    import scipy.sparse.csgraph  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    said = (Turn("user", "Hi, this is Ann"), Turn("assistant", "Hello Ann"), Turn("user", "A nice day"))
    score_conversations([FinishedConversation(uuid4(), None, said, ())], loop.embedder, loop.settings)
    loop.scrubber.scrub_conversation([turn.content for turn in said])


def _write(path: Path, stream: Iterable[Record], last: date) -> tuple[Iterator[Record], int]:
    """The records up to a day as a file; the rest of the stream, and how many were written."""
    rest = iter(stream)
    count = 0
    with gzip.GzipFile(path, "wb", compresslevel=1) as out:
        for record in rest:
            if record["started_at"][:10] > last.isoformat():
                return itertools.chain([record], rest), count
            out.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))
            count += 1
    return rest, count


def _stages(loop: Loop, path: Path, span: list[date]) -> Iterator[tuple[str, int, Spent]]:
    work: dict[str, Callable[[], int]] = {
        "import": lambda: import_conversations(loop.engine, path, loop.now, path.with_suffix(".rejects")).inserted,
        "collect": lambda: sum(_collect(loop, day) for day in span),
        "score": lambda: sum(_score(loop, day) for day in span),
        "scrub": lambda: sum(_scrub(loop, day) for day in span),
        "review": lambda: _review(loop),
        "dataset": lambda: _dataset(loop),
    }
    for stage in STAGES:
        spent = Spent()
        with watch(spent, loop.database):
            rows = work[stage]()
        yield stage, rows, spent


def _collect(loop: Loop, day: date) -> int:
    with loop.engine.begin() as connection:
        settled = settle_day(connection, loop.settings, day, loop.now)
        score_feedback(connection, loop.settings, day)
    return settled.conversations


def _score(loop: Loop, day: date) -> int:
    with loop.engine.begin() as connection:
        scorer = scorer_version(loop.embedder)
        pending = scoring.pending(connection, day, scorer)
        usual = scoring.usual_lengths(connection, day) if pending else {}
        found = score_conversations(pending, loop.embedder, loop.settings, usual)
        scoring.save_scores(connection, found, scorer, loop.now)
        scoring.summary(connection, day, loop.settings.quality_threshold)
    return len(found)


def _scrub(loop: Loop, day: date) -> int:
    with loop.engine.begin() as connection:
        written = scrub_day(connection, loop.scrubber, loop.embedder, loop.settings, day, loop.now)
        examples.summary(connection, day)
    return written


def _review(loop: Loop) -> int:
    with loop.engine.begin() as connection:
        queued = decisions.enqueue(connection, loop.settings)
        decisions.apply_carried(connection, lambda: loop.scrubber)
        merging.merge(connection, loop.embedder, loop.settings)
        review.summary(connection)
    return queued


def _dataset(loop: Loop) -> int:
    with loop.engine.connect() as connection:
        verified = datasets.verified(connection, loop.embedder.id)
    dataset = store(loop.engine, verified, pricing.load(loop.settings.business_file), loop.settings)
    with loop.engine.begin() as connection:
        sets.ensure(connection, dataset)
    return len(verified)
