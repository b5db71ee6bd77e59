"""The model card of a version: what it is, what it was made of, how it was measured, and who let it into production.

Sections follow Mitchell et al. 2019 (Model Cards for Model Reporting, FAT* 2019) under the names of Hugging Face's
annotated template. A card holds counts, hashes, figures and the names of staff who decided; nothing a customer wrote or
is known by ever stands in it.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import retired, rollout, training, versions
from mhc_core.db.queries.training import ModelVersion, TrainingJob
from mhc_core.errors import NotFound
from mhc_core.evaluation import measures
from mhc_core.providers.openai import deprecations

if TYPE_CHECKING:
    from jinja2 import Template

CURVE_ROWS = 12
"""A longer training curve is shown at this many even steps; the JSON form holds all of it."""
_SHOWN_APART = ("curve", "seconds", "base_licence", "model_shuts_down", "erased")


def card(connection: sa.Connection, model_id: str) -> dict[str, Any]:
    """Everything that is recorded of a model version, as plain values; times are ISO 8601 in UTC.

    Raises:
        NotFound: no such model version.
    """
    model = training.model(connection, model_id)
    if model is None:
        raise NotFound(f"there is no model {model_id}; `mhc models list` shows them")
    job = training.find(connection, model.training_job_id) if model.training_job_id is not None else None
    return {
        "model": {
            "id": model.id,
            "provider": model.provider,
            "base_model": model.base_model,
            "base_licence": job.base_licence if job else None,
            "provider_model": model.provider_model_id,
            "artifact_sha256": model.artifact_sha256,
            "made_at": _iso(model.created_at),
            "in_production": versions.live(connection, "model") == model.id,
            "ends": _ends(model),
        },
        "erased": _erased(model),
        "dataset": _dataset(connection, model.dataset_id) if model.dataset_id else None,
        "training": _training(job, model) if job else None,
        "evaluations": [
            {
                "baseline": found.baseline_id,
                "knowledge": found.knowledge_version_id,
                "evaluation_set": found.evaluation_set_id,
                "questions": found.questions,
                "difference": found.difference,
                "interval": [found.interval_low, found.interval_high],
                "verdict": found.verdict.value,
                "reasons": list(found.reasons),
                "details": dict(found.details),
                "candidate_metrics": dict(found.candidate_metrics),
                "baseline_metrics": dict(found.baseline_metrics),
                "at": _iso(found.created_at),
            }
            for found in evaluations.of_candidate(connection, model.id)
        ],
        "decisions": [
            {"action": str(found.action), "by": found.decided_by, "at": _iso(found.decided_at)}
            for found in rollout.decisions(connection, model.id)
        ],
    }


def markdown(found: Mapping[str, Any]) -> str:
    """The card as a page."""
    curve = (found["training"] or {}).get("curve") or []
    return _template().render(
        **found,
        curve=_thinned(curve),
        losses=[name for name in ("train_loss", "valid_loss", "full_valid_loss") if any(name in at for at in curve)],
        tables=[measures.rows(each["candidate_metrics"], each["baseline_metrics"]) for each in found["evaluations"]],
    )


def _dataset(connection: sa.Connection, dataset_id: str) -> dict[str, Any]:
    version = datasets.get(connection, dataset_id)
    assert version is not None, "a model keeps its data set"
    about = version.manifest
    return {
        "id": version.id,
        "train": version.train_count,
        "validation": version.validation_count,
        "sha256": about.get("sha256", {}),
        "days": about.get("days"),
        "groups": about.get("groups"),
        "seed": about.get("seed"),
        "mean_quality": about.get("mean_quality"),
        "intents": about.get("intents", {}).get("train", {}),
        "origins": about.get("origins", {}),
        "channels": about.get("channels", {}),
        "languages": about.get("languages", {}),
        "approvals": datasets.approvals(connection, version.id),
        "retired": retired.RETIRED in about,
    }


def _erased(model: ModelVersion) -> dict[str, Any] | None:
    """What erasures took out of the model, and where its former artifact may still be read."""
    mark = model.metrics.get("erased")
    if mark is None:
        return None
    return {
        "erasures": sorted(map(int, mark["sha256_before"])),
        "last_at": mark["at"],
        "former_sha256": sorted({former for former in mark["sha256_before"].values() if former}),
        "beyond_reach": mark.get("beyond_reach", []),
    }


def _training(job: TrainingJob, model: ModelVersion) -> dict[str, Any]:
    measured = job.state.metrics
    seconds = measured.get("seconds")
    if seconds is None and job.started_at and job.finished_at:
        seconds = round((job.finished_at - job.started_at).total_seconds(), 3)
    return {
        "job": job.id,
        "code_version": job.code_version,
        "hyperparameters": dict(job.hyperparameters),
        "started_at": _iso(job.started_at),
        "finished_at": _iso(job.finished_at),
        "seconds": seconds,
        "estimated_cost_usd": None if job.estimated_cost_usd is None else float(job.estimated_cost_usd),
        "cost_usd": float(model.cost_usd),
        "curve": list(measured.get("curve", [])),
        "measured": {
            name: value
            for name, value in measured.items()
            if name not in _SHOWN_APART and isinstance(value, int | float)
        },
    }


def _ends(model: ModelVersion) -> str | None:
    """The day from which the provider no longer answers with the model, where one is known."""
    known = deprecations.find(model.provider, model.base_model)
    return known.fine_tuned_retires.on.isoformat() if known and known.fine_tuned_retires else None


def _thinned(curve: list[Mapping[str, float]]) -> list[Mapping[str, float]]:
    if len(curve) <= CURVE_ROWS:
        return curve
    last = len(curve) - 1
    return [curve[round(number * last / (CURVE_ROWS - 1))] for number in range(CURVE_ROWS)]


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None


@cache
def _template() -> "Template":
    from jinja2 import Environment, StrictUndefined

    text = resources.files("mhc_core.evaluation").joinpath("model_card.md.j2").read_text("utf-8")
    environment = Environment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False)
    return environment.from_string(text)
