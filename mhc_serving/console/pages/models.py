"""What is live, which candidates there are, how they compare, and what a person may decide about them."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import dataset, training, understanding_versions, versions
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import rollout as rollouts
from mhc_core.db.queries.dataset import DatasetVersion
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.training import ModelVersion
from mhc_core.db.queries.understanding_versions import UnderstandingEvaluation
from mhc_core.db.queries.versions import AliasMove
from mhc_serving.console import dagster_links
from mhc_serving.console.pages import models_answer, models_datasets, models_experiments, models_one, models_prompts
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Table, box, empty, lines, moment, text

_KINDS = {"model": "Model", "knowledge": "Knowledge", "understanding": "Understanding"}
_ROWS = 30


@dataclass(frozen=True)
class _Read:
    live: dict[str, AliasMove | None]
    models: list[tuple[ModelVersion, Evaluation | None, Rollout | None]]
    datasets: list[DatasetVersion]
    understanding: list[UnderstandingEvaluation]


def _read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
    moves = {kind: next(iter(versions.history(connection, kind)), None) for kind in _KINDS}
    models = []
    for model in training.models(connection, _ROWS):
        compared = evaluations.of_candidate(connection, model.id)
        models.append((model, compared[0] if compared else None, rollouts.of_model(connection, model.id)))
    known = understanding_versions.all_versions(connection)[:_ROWS]
    judged = [understanding_versions.latest_evaluation(connection, version.id) for version in known]
    return _Read(
        moves, models, dataset.versions(connection, _ROWS), [one for one in reversed(judged) if one is not None]
    )


async def build(visit: Visit) -> None:
    """The page."""
    zone = visit.console.zone
    with box("div", "head"):
        text("h1", "Models")
        box("span", "space")
        for label, path in (("Runs in Dagster", "runs"), ("Assets in Dagster", "assets")):
            ui.link(label, f"{dagster_links.BASE}/{path}", new_tab=True)
    with box("section", "card"):
        text("h2", "Live now")
        live = Table("Live now", ("What", "Version", "Since", "By", "Why"))
    with box("div", "models"):
        listed = box("ul", "talks").props('aria-label="Model versions"')
        place = box("section", "open").props('aria-label="Model"')
    with box("div", "charts gap-top"):
        curve = Chart("Understanding, version by version", ("Version", ">Slots F1", ">Topics", "Verdict"))
        with box("section", "card"):
            sets = models_datasets.Datasets(visit)
    with box("section", "card gap-top"):
        wordings = models_prompts.Prompts(visit)
    with box("section", "card gap-top"):
        tried = models_experiments.Experiments(visit)
    models_answer.section(visit)
    await wordings.show()
    await tried.show()

    async def show() -> None:
        found = await visit.act(_read)
        if found is None:
            return
        seen = found.value
        live.show(
            [
                (_KINDS[kind], move.version_id, moment(move.moved_at, zone), move.moved_by, move.reason)
                for kind, move in seen.live.items()
                if move is not None
            ]
        )
        production = seen.live["model"].version_id if seen.live["model"] else None
        listed.clear()
        with listed:
            for model, compared, rollout in seen.models:
                _row(model, compared, rollout, production)
        _curve(seen.understanding)
        sets.show(seen.datasets)
        if not seen.models:
            with place:
                empty("No model yet.", "Approve examples, then run `mhc loop`, or wait for the night.")

    def _row(model: ModelVersion, compared: Evaluation | None, rollout: Rollout | None, production: str | None) -> None:
        with box("li"), ui.element("button").props("type=button").classes("talk") as row:
            with box("span", "top"):
                text("span", model.id, "name")
                text("span", moment(model.created_at, zone), "when")
            with box("span", "chips"):
                text("span", model.provider, "chip")
                if model.id == production:
                    text("span", "live", "chip good")
                elif rollout is not None:
                    text("span", rollout.status.replace("_", " "), "chip warn")
                if compared is not None:
                    text("span", f"{compared.verdict} {compared.difference:+.3f}", "chip")
        row.on("click", lambda chosen=model.id: models_one.draw(visit, place, chosen, show))

    def _curve(judged: list[UnderstandingEvaluation]) -> None:
        names = [one.candidate_id[-8:] for one in judged]
        slots = [_rounded(one.candidate_metrics.get("slots_f1")) for one in judged]
        topics = [_rounded(one.candidate_metrics.get("topics")) for one in judged]
        rows = [
            (name, "–" if slot is None else f"{slot:.3f}", "–" if topic is None else f"{topic:.3f}", one.verdict)
            for name, slot, topic, one in zip(names, slots, topics, judged, strict=True)
        ]
        curve.show(lines(names, {"Slots F1": slots, "Topics": topics}, top=1), rows)

    with place:
        empty("No model is chosen.", "Choose one of the list.")
    await show()


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
