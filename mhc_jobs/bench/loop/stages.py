"""The stages from raw conversations to a data set, as the pipeline runs them.

Dagster is left out: an asset opens, calls what is called here, and reports. What an asset costs around that is the
same however much there is.
"""

import gzip
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import uuid4

import orjson
import sqlalchemy as sa

from mhc_core.business import pricing
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.settling import score_feedback, settle_day
from mhc_core.dataset.newest import store_newest
from mhc_core.db.queries import examples, review, scoring
from mhc_core.db.rows.scoring import FinishedConversation
from mhc_core.evaluation import sets
from mhc_core.protocols import Embedder, Turn
from mhc_core.review import decisions
from mhc_core.scoring import own
from mhc_core.scoring.scorer import score_conversations, scorer_version
from mhc_core.scrubbing import Scrubber, merging
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings
from mhc_jobs.bench.loop.watch import Spent, watch
from mhc_jobs.sample.talk import Record

STAGES = ("import", "collect", "score", "scrub", "review", "dataset")


@dataclass(frozen=True, slots=True)
class Loop:
    """What the stages work with; ``database`` is the folder of the server's data."""

    engine: sa.Engine
    database: Path
    settings: Settings
    embedder: Embedder
    scrubber: Scrubber
    now: datetime


def warm_up(loop: Loop) -> None:
    """Load models and libraries, or the first step pays for them."""
    import scipy.sparse.csgraph  # noqa: F401
    import sklearn.linear_model  # noqa: F401

    said = (Turn("user", "Hi, this is Ann"), Turn("assistant", "Hello Ann"), Turn("user", "A nice day"))
    score_conversations([FinishedConversation(uuid4(), None, said, ())], loop.embedder, loop.settings)
    loop.scrubber.scrub_conversation([turn.content for turn in said])


def write_until(path: Path, stream: Iterable[Record], last: date) -> tuple[Iterator[Record], int]:
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


def run(loop: Loop, path: Path, span: Sequence[date]) -> Iterator[tuple[str, int, Spent]]:
    """Every stage over the conversations of a file, which began on the days of ``span``: what each made and took."""
    work: dict[str, Callable[[], int]] = {
        "import": lambda: import_conversations(loop.engine, path, loop.now, path.with_suffix(".rejects")).inserted,
        "collect": lambda: sum(_collect(loop, day) for day in span),
        "score": lambda: _score(loop, span),
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


def _score(loop: Loop, span: Sequence[date]) -> int:
    scorer, scored = scorer_version(loop.embedder), 0
    with loop.engine.connect() as connection:
        learned = own.current(connection)
    for day in span:
        with loop.engine.begin() as connection:
            pending = scoring.pending(connection, day, scorer)
            usual = scoring.usual_lengths(connection, day) if pending else {}
            found = score_conversations(pending, loop.embedder, loop.settings, usual, learned.model)
            scoring.save_scores(connection, found, scorer, loop.now)
            scoring.summary(connection, day, loop.settings.quality_threshold)
        scored += len(found)
    if scored:
        with loop.engine.begin() as connection:
            own.keep(connection, own.current(connection), loop.now)
    return scored


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
    business = pricing.load(loop.settings.business_file)
    dataset = store_newest(loop.engine, loop.embedder.id, business, loop.settings)
    with loop.engine.begin() as connection:
        sets.ensure(connection, dataset)
    return int(dataset.manifest["available"])
