"""Runs whose process is gone: the launcher that Dagster's run monitoring asks, and the sweep of a start without it.

A run writes the id of its process into its event log before it starts. The process is that run only if it is older
than the entry: a later one got the number after the run had died. Nothing has to be kept alive for this, so a busy run,
a sleeping computer or a database that restarts never makes a living run look dead.
"""

import socket

import dagster as dg
import orjson
import psutil
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG

HOST = "mhc/host"
"""Run tag with the machine of a run that no code server executes; another machine cannot tell whether it lives."""
_OURS = ("localhost", "127.0.0.1")
_CLOCK_SECONDS = 1.0
"""Processes know their start to a hundredth of a second, counted from a boot time that is rounded to a second."""


class RunLauncher(dg.DefaultRunLauncher):
    """Dagster's default launcher, which knows whether a run's process lives."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """``NOT_FOUND`` when the run's process is gone; a run on another machine is taken to live."""
        gone = why_gone(self._instance, run)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND if gone else WorkerStatus.RUNNING, gone)


def why_gone(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """Why a started run cannot go on; None while it may, and for one of which is not known that it runs here."""
    server = orjson.loads(run.tags.get(GRPC_INFO_TAG, "{}")).get("host")
    if run.tags.get(HOST, socket.gethostname() if server in _OURS else None) != socket.gethostname():
        return None
    started = process_of(instance, run.run_id)
    if started is None:
        return None
    pid, written_at = started
    try:
        process = psutil.Process(pid)
        lives = process.create_time() <= written_at + _CLOCK_SECONDS and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        lives = False
    return None if lives else f"its process {pid} is gone: it was killed, or the machine went down"


def fail_gone(instance: dg.DagsterInstance) -> int:
    """Fail the started runs whose process is gone, for a start without the daemon; returns how many."""
    going_on = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING])
    gone = [(run, why) for run in instance.get_runs(going_on) if (why := why_gone(instance, run))]
    for run, why in gone:
        instance.report_run_failed(run, f"This run cannot go on: {why}.")
    return len(gone)


def process_of(instance: dg.DagsterInstance, run_id: str) -> tuple[int, float] | None:
    """Id of the process that executes a run, and when it was written down (seconds since 1970)."""
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    for entry in (record.event_log_entry for record in records):
        said = entry.get_dagster_event().engine_event_data.metadata.get("pid")
        if said is not None:
            return int(str(said.value)), entry.timestamp
    return None
