"""Dagster's launcher on Celery, which knows whether a run's worker lives and ends runs as others do.

Celery itself cannot tell: a task whose worker was killed stays *started* in its backend for ever. So the daemon asks
the database (``claims``), and no backend is needed.
"""

import time
from typing import Any

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher as DagstersLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from mhc_jobs.workers import claims

FREE_SECONDS = 15.0
"""A run whose lock was free for so long has no process: one that lives has its lock back before, or has ended."""


class CeleryRunLauncher(DagstersLauncher):  # type: ignore[misc]
    """Launches whole runs as tasks of Celery."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._free: dict[str, float] = {}  # since when nobody is at a run, by the clock of this process

    @property
    def supports_resume_run(self) -> bool:
        """Not resumed but made again, as everywhere here: from the step it was in, by Dagster's run retries."""
        return False

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """``NOT_FOUND`` when no process was at the run for ``FREE_SECONDS``."""
        if claims.is_held(self._instance, run.run_id):
            self._free.pop(run.run_id, None)
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        now = time.monotonic()
        if now - self._free.setdefault(run.run_id, now) < FREE_SECONDS:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        del self._free[run.run_id]
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "no worker is at it: it was killed, or its machine is gone")

    def terminate(self, run_id: str) -> bool:
        """Ask the run's worker to stop it; False where it ended before."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished:
            return False
        self._instance.report_run_canceling(run)
        if task := run.tags.get(DAGSTER_CELERY_TASK_ID_TAG):
            self.celery.control.revoke(task, terminate=True, signal="SIGTERM")
        return True

    def get_run_worker_debug_info(self, run: dg.DagsterRun, include_container_logs: bool | None = True) -> str | None:
        """Nothing: Dagster's own asks the backend, and there is none."""
        return None
