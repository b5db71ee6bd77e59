"""``mhc models train``: the training stage alone, with a bar; what the pipeline's run of it does."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from mhc_core import settings as configuration
from mhc_core.db.engine import database
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import ids
from mhc_core.errors import NotFound
from mhc_core.providers import select
from mhc_core.training import jobs
from mhc_core.vocabulary import JobStatus
from mhc_jobs.cli.console import AsJson, err, respond


def command(
    dataset: Annotated[str | None, typer.Option(help="A data set version. Without it the newest.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train on a data set with the provider in MHC_FINE_TUNER. Killed, the same command goes on from where it was."""
    settings = configuration.load()
    now = datetime.now(UTC)
    with database(settings) as engine:
        with engine.connect() as connection:
            if dataset:
                version = datasets.get(connection, ids.complete(connection, ids.DATASET, dataset))
            else:
                version = datasets.latest(connection)
        if version is None:
            raise NotFound("there is no such data set; `mhc dataset list` shows them, `mhc loop` builds one")
        with _bar():
            job = jobs.submit(engine, select.fine_tuner(settings, now.date()), version, now)
        jobs.raise_if_failed(job)
        model_id = None
        if job.state.status is JobStatus.SUCCEEDED:
            with engine.begin() as connection:
                model_id = jobs.record(connection, job)
    found = {"job": job.id, "status": job.state.status, "model": model_id, "metrics": dict(job.state.metrics)}
    said = f"job {job.id} at {job.provider} is {job.state.status}; `mhc up` follows it"
    if model_id:
        said = f"trained {model_id}; `mhc models card {model_id}` shows it, `mhc loop` evaluates it"
    respond(as_json, found, said)


@contextmanager
def _bar() -> Iterator[None]:
    """A bar on the terminal, or lines where there is none, from what a trainer says of its progress."""
    columns = TextColumn("training"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.description}")
    with Progress(*columns, TimeRemainingColumn(), console=err, disable=not err.is_terminal) as progress:
        shown = _Shown(progress)
        logger = logging.getLogger("mhc_core.providers")
        level = logger.level
        logger.addHandler(shown)
        logger.setLevel(logging.INFO)
        try:
            yield
        finally:
            logger.removeHandler(shown)
            logger.setLevel(level)


class _Shown(logging.Handler):
    """Takes the pair ``progress`` of a log record (done, of how many) to the bar, and its text to the terminal."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(logging.INFO)
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def emit(self, record: logging.LogRecord) -> None:
        done, total = getattr(record, "progress", (None, None))
        text = record.getMessage()
        if done is None or self._progress.disable:
            self._progress.console.print(text)
        else:
            self._progress.update(self._task, completed=done, total=total, description=text.partition(", ")[2])
