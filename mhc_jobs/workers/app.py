"""The worker: Celery's own, with Dagster's tasks, in processes that end with it and hold the claims of their runs."""

import ctypes
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg
from celery import Celery, Task
from celery.signals import setup_logging, worker_process_init
from dagster._grpc.types import ExecuteRunArgs
from dagster._serdes import unpack_value
from dagster._utils.interrupts import capture_interrupts
from dagster_celery.config import DEFAULT_CONFIG
from dagster_celery.make_app import make_app
from dagster_celery.tasks import create_execute_job_task

from mhc_jobs.run_launcher import HOST
from mhc_jobs.workers import claims

RUNS_OF_A_PROCESS = 200
"""Then a fresh one takes its place, whatever the libraries in it have kept."""
_PR_SET_PDEATHSIG = 1


class RunTask(Task):  # type: ignore[misc]
    """A run, under its claim. A second delivery of it does nothing while the first is at it, or after it ended."""

    ignore_result = True

    def __call__(self, execute_job_args_packed: Any) -> Any:
        """Execute the run in this process."""
        run_id = unpack_value(execute_job_args_packed, as_type=ExecuteRunArgs).run_id
        with _stoppable(), dg.DagsterInstance.get() as instance:
            run = instance.get_run_by_id(run_id)
            if run is None or run.is_finished:
                return None
            try:
                with claims.claim(instance, run_id):
                    instance.add_run_tags(run_id, {HOST: socket.gethostname()})
                    return super().__call__(execute_job_args_packed)
            except claims.Taken:
                return None


def build(broker_url: str) -> Celery:
    """The app of a worker on this broker.

    A message is acknowledged when its run has ended, and each process takes one at a time: what waits stays with the
    broker, for whichever machine is free first.
    """
    app = make_app({"broker": broker_url, "backend": None, "config_source": dict(DEFAULT_CONFIG)})
    app.conf.update(
        worker_prefetch_multiplier=1,
        worker_max_tasks_per_child=RUNS_OF_A_PROCESS,
        worker_redirect_stdouts=False,
        broker_connection_retry_on_startup=True,
        # Others cannot tell from it whether a run lives, and it is a message a second.
        worker_send_task_events=False,
    )
    create_execute_job_task(app, base=RunTask, acks_late=True)
    setup_logging.connect(_log, weak=False)
    worker_process_init.connect(_ending_with(os.getpid()), weak=False)
    return app


def arguments(runs: int) -> list[str]:
    """Of Celery's command ``worker`` for so many runs at once."""
    return [
        *("worker", "--pool", "prefork", "--concurrency", str(runs), "--queues", "dagster"),
        *("--hostname", f"mhc-{os.getpid()}@%h", "--without-gossip", "--without-mingle"),
    ]


def _log(**_: Any) -> None:
    """What Celery does is logged; of libraries only warnings, since what they print could hold customers' text."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(processName)s %(message)s")
    logging.getLogger("celery").setLevel(logging.INFO)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Runs stop at a signal as they do in a process of Dagster's; the pool's own signals are put back after it."""
    before = signal.getsignal(signal.SIGTERM)
    try:
        with capture_interrupts():
            yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _ending_with(worker: int) -> Callable[..., None]:
    """Has the kernel end a process when the worker dies: else its run would go on without anybody to stop it."""

    def begin(**_: Any) -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != worker:  # it died before that
                os._exit(1)

    return begin
