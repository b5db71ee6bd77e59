"""One model: its evaluation in numbers, its way among customers, and what may be decided about it now."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui
from nicegui.element import Element

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries import rollout as rollouts
from mhc_core.db.queries import training, versions
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.rollout import Look, Rollout, RolloutDecision
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import NotFound
from mhc_core.evaluation import measures
from mhc_core.rollout import promotion, stages
from mhc_core.vocabulary import RolloutStatus
from mhc_serving.console import dagster_links
from mhc_serving.console.pages import models_pairs
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Chart, Table, box, dialog, dollars, lines, moment, text

LOOKS = 200
_FLYING = (RolloutStatus.SHADOW, RolloutStatus.CANARY, RolloutStatus.HELD)
Decide = Callable[[sa.Connection, str, str, datetime], object]


@dataclass(frozen=True)
class _Read:
    model: ModelVersion
    live: bool
    compared: list[Evaluation]
    rollout: Rollout | None
    looks: list[Look]
    decisions: list[RolloutDecision]


def _read(connection: sa.Connection, model_id: str) -> _Read:
    model = training.model(connection, model_id)
    if model is None:
        raise NotFound(f"there is no model {model_id}; take another one of the list")
    rollout = rollouts.of_model(connection, model_id)
    return _Read(
        model, versions.live(connection, "model") == model_id, evaluations.of_candidate(connection, model_id), rollout,
        rollouts.looks(connection, rollout.id, LOOKS) if rollout else [], rollouts.decisions(connection, model_id),
    )  # fmt: skip


async def draw(visit: Visit, place: Element, model_id: str, changed: Callable[[], Awaitable[None]]) -> None:
    """Draw a model; ``changed`` is called when something was decided."""
    found = await visit.act(lambda connection, person, now: _read(connection, model_id))
    if found is None:
        return
    seen = found.value
    place.clear()
    with place:
        text("h2", seen.model.id)
        made = seen.model
        text(
            "p",
            f"{made.provider}, {made.base_model}, data set {made.dataset_id or '–'}, cost {dollars(made.cost_usd)}",
            "dim",
        )
        links = [("Its training in Dagster", dagster_links.TRAINED, made.created_at)] if made.dataset_id else []
        links += [("Its evaluation in Dagster", dagster_links.JUDGED, one.created_at) for one in seen.compared[:1]]
        with box("div", "filters"):
            for label, asset, at in links:
                ui.link(label, dagster_links.made(asset, at), new_tab=True)
        _acts(visit, seen, lambda: _again(visit, place, model_id, changed))
        if seen.rollout is not None:
            _rollout(visit, seen.rollout)
        if seen.looks:
            _sequence(visit, seen.looks)
        for one in seen.compared[:1]:
            _evaluation(one)
            models_pairs.section(visit, one)
        if seen.decisions:
            text("h3", "Decisions")
            Table("Decisions", ("When", "Decision", "By")).show(
                [(moment(one.decided_at, visit.console.zone), one.action, one.decided_by) for one in seen.decisions]
            )


async def _again(visit: Visit, place: Element, model_id: str, changed: Callable[[], Awaitable[None]]) -> None:
    await draw(visit, place, model_id, changed)
    await changed()


def _acts(visit: Visit, seen: _Read, afterwards: Callable[[], Awaitable[None]]) -> None:
    """What can be decided now. Everything that takes something away asks why."""
    model_id, status = seen.model.id, seen.rollout.status if seen.rollout else None
    settings = visit.console.settings

    def approve(connection: sa.Connection, by: str, why: str, now: datetime) -> None:
        promotion.approve(connection, model_id, by, now)
        if settings.promotes_directly:
            promotion.promote(connection, model_id, by, now)

    def start(connection: sa.Connection, by: str, why: str, now: datetime) -> None:
        stages.start(connection, model_id, by, settings, now, None)

    def reject(connection: sa.Connection, by: str, why: str, now: datetime) -> None:
        promotion.reject(connection, model_id, by, why, now)

    acts: list[tuple[str, Decide]] = []
    approved = seen.rollout is not None and seen.rollout.approved_by is not None
    if status in (RolloutStatus.PENDING, *_FLYING) and not approved:
        acts.append(("Approve", approve))
    if status in (RolloutStatus.APPROVED, RolloutStatus.HELD):
        acts.append(("Start", start))
    if status in (RolloutStatus.SHADOW, RolloutStatus.CANARY):
        acts.append(("Hold", stages.hold))
    if status in _FLYING:
        acts.append(("Kill", stages.kill))
    if status in (RolloutStatus.PENDING, RolloutStatus.APPROVED, *_FLYING):
        acts.append(("Reject", reject))
    if seen.live:
        acts.append(("Roll back", promotion.roll_back))
    with box("div", "acts"):
        for label, act in acts:
            ui.button(label, on_click=lambda said=label, does=act: _ask(visit, said, model_id, does, afterwards)).props(
                "outline"
            )


def _ask(visit: Visit, label: str, model_id: str, act: Decide, afterwards: Callable[[], Awaitable[None]]) -> None:
    with dialog(f"{label} {model_id}?") as opened:
        why = (
            ui.input("Why; it is kept with the decision", placeholder="by hand").props("outlined dense").classes("full")
        )
        with box("div", "acts"):
            ui.button(label, on_click=lambda: decide()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    async def decide() -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> object:
            return act(connection, person.name, why.value or "by hand", now)

        if await visit.act(work):
            visit.say(f"{label}: done")
            opened.close()
            await afterwards()


def _rollout(visit: Visit, found: Rollout) -> None:
    zone = visit.console.zone
    told = f"Rollout {found.id}: {found.status.replace('_', ' ')}"
    if found.status in _FLYING:
        told += f", {found.share} % of customers" if found.share else ", shown to nobody"
        told += f", against {found.control_id}" if found.control_id else ""
    text("p", told)
    if found.approved_by is not None:
        text("p", f"The step to all customers is approved by {found.approved_by}.", "dim")
    if found.killed_at is not None:
        text("p", f"Killed {moment(found.killed_at, zone)}: production answers everybody.", "note")
    if found.deadline is not None and found.status in _FLYING:
        text("p", f"This stage waits for proof until {moment(found.deadline, zone)}.", "dim")


def _sequence(visit: Visit, looks: list[Look]) -> None:
    """What the newest look says, and the confidence sequence of each outcome over time, once there are bounds."""
    zone = visit.console.zone
    days = [moment(look.looked_at, zone) for look in looks]
    text("h3", f"Look of {days[-1]}: {looks[-1].decision}")
    with box("ul"):
        for reason in looks[-1].reasons:
            text("li", reason)
    for name in looks[-1].numbers.get("metrics", {}):
        found = [look.numbers.get("metrics", {}).get(name, {}) for look in looks]
        if all(one.get("low") is None and one.get("high") is None for one in found):
            continue
        series = {bound: [one.get(bound) for one in found] for bound in ("low", "gain", "high")}
        chart = Chart(
            f"Candidate − control: {name.replace('_', ' ')}", ("Look", ">Lower", ">Gain", ">Upper", "Decision")
        )
        chart.show(
            lines(days, series),
            [
                (day, _bound(one.get("low")), _bound(one.get("gain")), _bound(one.get("high")), look.decision)
                for day, one, look in zip(days, found, looks, strict=True)
            ],
        )


def _evaluation(found: Evaluation) -> None:
    text("h3", f"Evaluation: {found.verdict} against {found.baseline_id}")
    interval = f"{found.difference:+.3f} ({found.interval_low:+.3f} to {found.interval_high:+.3f})"
    text("p", f"{interval} on {found.questions:,} questions")
    with box("ul"):
        for reason in found.reasons:
            text("li", reason)
    Table("Side by side", ("Measure", ">Candidate", ">Baseline")).show(
        measures.rows(found.candidate_metrics, found.baseline_metrics)
    )
    for title, heads, rows in (
        ("Guardrails", measures.GUARDRAIL_COLUMNS, measures.guardrail_rows(found.details)),
        ("Slices", measures.SLICE_COLUMNS, measures.slice_rows(found.details)),
    ):
        if rows:
            text("h3", title)
            Table(title, (heads[0], *(f">{head}" for head in heads[1:]))).show(rows)


def _bound(value: float | None) -> str:
    return "–" if value is None else f"{value:+.3f}"
