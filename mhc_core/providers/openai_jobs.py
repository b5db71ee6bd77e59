"""What OpenAI reports about a fine-tuning job, in the platform's words."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mhc_core.providers.protocols import JobState
from mhc_core.vocabulary import JobStatus

if TYPE_CHECKING:
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

KEY = "mhc_key"
"""Name of the job metadata that holds the key."""
EVENTS = 20
"""How many of the newest events are looked at."""

_STATUS = {
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


def state(known: JobState, job: "FineTuningJob", latest: Mapping[str, Any]) -> JobState:
    """``known`` brought up to date; a status this code does not know counts as running."""
    status = _STATUS.get(job.status, JobStatus.RUNNING)
    measured = {name: latest[name] for name in ("step", *_LOSSES) if name in latest}
    if job.trained_tokens is not None:
        measured["trained_tokens"] = job.trained_tokens
    progress = {name: value for name, value in known.progress.items() if name != "next"}
    progress |= {"train_file_id": job.training_file, "provider_status": job.status}
    if "event" in latest:
        progress["event"] = latest["event"]
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
    for event in events:
        if event.type == "metrics" and isinstance(event.data, Mapping):
            numbers = {name: event.data.get(name) for name in ("step", *_LOSSES)}
            return found | {name: value for name, value in numbers.items() if isinstance(value, int | float)}
    return found


def clean(text: str) -> str:
    """One short line without keys and without longer quotations, which can be training text."""
    line = _SECRET.sub("[key]", " ".join(text.split()))
    line = _QUOTED.sub("[…]", line)
    return line if len(line) <= 240 else line[:239] + "…"


def _error(job: "FineTuningJob", status: JobStatus) -> str | None:
    if status is JobStatus.CANCELLED:
        return "the job was cancelled at OpenAI: start a new training run if the model is still wanted"
    if status is not JobStatus.FAILED:
        return None
    code = getattr(job.error, "code", None) or "unknown"
    message = getattr(job.error, "message", None) or "no reason given"
    return f"OpenAI failed the job ({clean(code)}): {clean(message).rstrip('.')}: correct the data set and train again"
