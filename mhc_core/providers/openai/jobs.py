"""What OpenAI reports about a fine-tuning job, in the platform's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mhc_core.protocols import JobState
from mhc_core.vocabulary import JobStatus

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

KEY = "mhc_key"
"""Name of the job metadata that holds the key."""
EVENTS = 100
"""How many of the newest events are looked at while a job runs; when it succeeded all are."""
CURVE_POINTS = 200
"""A longer training curve is kept at this many even steps."""

_STATUS = {
    "pending": JobStatus.SUBMITTED,
    "validating_files": JobStatus.SUBMITTED,
    "queued": JobStatus.SUBMITTED,
    "running": JobStatus.RUNNING,
    "succeeded": JobStatus.SUCCEEDED,
    "failed": JobStatus.FAILED,
    "cancelled": JobStatus.CANCELLED,
}
_LOSSES = ("train_loss", "valid_loss", "full_valid_loss")
_QUOTED = re.compile(r"([\"'`“‘]).{24,}[\"'`”’]")
_SECRET = re.compile(r"\b(?:sk|rk|sess)-[A-Za-z0-9*_\-]{6,}")


def state(known: JobState, job: "FineTuningJob", events: "Sequence[FineTuningJobEvent]") -> JobState:
    """``known`` brought up to date by the job and its events, newest first.

    A status this code does not know counts as running. When the job has succeeded, ``events`` are all of them, and
    ``curve`` among the metrics holds the losses by step.
    """
    status = _STATUS.get(job.status, JobStatus.RUNNING)
    newest = latest(events)
    measured: dict[str, Any] = {name: newest[name] for name in ("step", *_LOSSES) if name in newest}
    if job.trained_tokens is not None:
        measured["trained_tokens"] = job.trained_tokens
    if job.finished_at is not None:
        measured["seconds"] = job.finished_at - job.created_at
    if status is JobStatus.SUCCEEDED:
        measured["curve"] = curve(events)
    progress = {name: value for name, value in known.progress.items() if name != "next"}
    progress |= {"train_file_id": job.training_file, "provider_status": job.status}
    if "event" in newest:
        progress["event"] = newest["event"]
    return replace(
        known,
        status=status,
        provider_job_id=job.id,
        provider_model_id=job.fine_tuned_model,
        error=_error(job, status),
        progress=progress,
        metrics={**known.metrics, **measured},
    )


def latest(events: Sequence["FineTuningJobEvent"]) -> dict[str, Any]:
    """The newest message and the newest measured losses among events that come newest first."""
    found: dict[str, Any] = {"event": clean(events[0].message)} if events else {}
    return found | next((numbers for event in events if (numbers := _numbers(event))), {})


def curve(events: Sequence["FineTuningJobEvent"]) -> list[dict[str, float]]:
    """Step and losses of every measurement, in order of the steps; a long one thinned out, its ends kept."""
    by_step = {numbers["step"]: numbers for event in events if "step" in (numbers := _numbers(event))}
    points = [by_step[step] for step in sorted(by_step)]
    if len(points) <= CURVE_POINTS:
        return points
    last = len(points) - 1
    return [points[round(number * last / (CURVE_POINTS - 1))] for number in range(CURVE_POINTS)]


def _numbers(event: "FineTuningJobEvent") -> dict[str, float]:
    if event.type != "metrics" or not isinstance(event.data, Mapping):
        return {}
    found = {name: event.data.get(name) for name in ("step", *_LOSSES)}
    return {name: value for name, value in found.items() if isinstance(value, int | float)}


def clean(text: str) -> str:
    """One short line without keys and without longer quotations, which can be training text."""
    line = _SECRET.sub("[key]", " ".join(text.split())[:2000])
    line = _QUOTED.sub("[…]", line)
    return line if len(line) <= 240 else line[:239] + "…"


def _error(job: "FineTuningJob", status: JobStatus) -> str | None:
    if status is JobStatus.CANCELLED:
        return "the job was cancelled at the provider: start a new training run if the model is still wanted"
    if status is not JobStatus.FAILED:
        return None
    code = getattr(job.error, "code", None) or "unknown"
    message = getattr(job.error, "message", None) or "no reason given"
    reason = clean(message).rstrip(".")
    return f"the provider failed the job ({clean(code)}): {reason}: correct the data set and train again"
