"""One run for one cause, whoever asks for it."""

import dagster as dg

from mhc_core.monitoring.triggers import Due

TRIGGER = "mhc/trigger"


def once(instance: dg.DagsterInstance, due: Due) -> dg.RunRequest | dg.SkipReason:
    """A request for the run that is due, unless a run was started for the same cause.

    Dagster tells run keys apart by the sensor or schedule that used them, so a schedule that asks the same
    question as a sensor would start a second run. The tag is looked for in all runs.
    """
    if not due.key:
        return dg.SkipReason(due.reason)
    if instance.get_run_records(dg.RunsFilter(tags={TRIGGER: due.key}), limit=1):
        return dg.SkipReason(f"{due.reason}; the run for that was started before ({due.key})")
    return dg.RunRequest(run_key=due.key, tags={TRIGGER: due.key})
