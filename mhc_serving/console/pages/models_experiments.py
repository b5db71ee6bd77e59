"""Experiments on wordings: what they show so far, and starting, pausing and ending them."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import experiments, prompts
from mhc_core.db.queries.experiments import StoredExperiment
from mhc_core.db.queries.prompts import StoredPrompt
from mhc_core.prompts import experiment_control as control
from mhc_core.prompts.experiment_report import VariantReport
from mhc_core.vocabulary import ExperimentMetric, ExperimentStatus
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, dialog, dollars, milliseconds, moment, share, text

_HEADS = ("Variant", "State", ">Weight", ">Customers", ">Counted", ">Contained", ">Booked", ">Feedback", ">Escalated",
          ">95 % under", ">Cost")  # fmt: skip
_WINDOW_HOURS = 24
_Decide = Callable[[sa.Connection, str, str, str, datetime], object]


class Experiments:
    """The section."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        with box("div", "head"):
            text("h2", "Experiments", "inline")
            box("span", "space")
            ui.button("Start an experiment", on_click=self._prepare).props("outline")
        self._list = box("ul", "cards").props('aria-label="Experiments"')

    async def show(self) -> None:
        """Read them."""
        found = await self._visit.act(lambda connection, person, now: experiments.listed(connection))
        if found is None:
            return
        self._list.clear()
        with self._list:
            for one in found.value:
                self._row(one)
            if not found.value:
                with box("li"):
                    text("p", "None yet: write a second version of a prompt, then try it on a part of the customers.",
                         "dim")  # fmt: skip

    def _row(self, one: StoredExperiment) -> None:
        with box("li", "card"):
            with box("div", "chips"):
                text("h3", one.name, "inline")
                text("span", one.status, "chip good" if one.running else "chip")
            since = moment(one.started_at, self._visit.console.zone)
            text("p", f"{one.prompt}, about {one.primary_metric}, since {since} by {one.started_by}", "dim")
            ui.button("Open", on_click=lambda: self._open(one.name)).props(f'flat dense aria-label="Open {one.name}"')

    async def _open(self, name: str) -> None:
        def read(
            connection: sa.Connection, person: Person, now: datetime
        ) -> tuple[StoredExperiment, list[VariantReport]]:
            found = control.existing(connection, name)
            return found, control.measure(connection, found, now)

        found = await self._visit.act(read)
        if found is None:
            return
        one, variants = found.value
        with dialog(name) as opened:
            text("p", f"{one.prompt}: {one.status}, {one.window_hours} h after a customer's first answer count")
            Table("Variants", _HEADS).show([_figures(variant) for variant in variants])
            for variant in variants:
                for reason in variant.reasons:
                    text("p", f"{variant.version_id}: {reason}", "dim")
            why = ui.input("Why; it is kept with the decision", value="by hand").props("outlined dense").classes("full")
            others = [each.version_id for each in variants[1:] if each.state != "stopped"]
            stopped = ui.select(others, value=next(iter(others), None), label="Variant").props("outlined dense")
            stopped.set_visibility(one.status is not ExperimentStatus.ENDED and len(others) > 1)
            with box("div", "acts"):
                if one.running:
                    ui.button("Pause", on_click=lambda: act(control.pause)).props("outline")
                if one.status is ExperimentStatus.PAUSED:
                    ui.button("Go on", on_click=lambda: act(go_on)).props("outline")
                if one.status is not ExperimentStatus.ENDED:
                    if len(others) > 1:
                        ui.button("Stop this variant", on_click=lambda: act(stop)).props("outline")
                    ui.button("End it", on_click=lambda: act(control.end)).props("unelevated")
                ui.button("Close", on_click=opened.close).props("flat")

        def go_on(connection: sa.Connection, name: str, by: str, reason: str, now: datetime) -> None:
            control.resume(connection, name, by, now)

        def stop(connection: sa.Connection, name: str, by: str, reason: str, now: datetime) -> None:
            control.stop_variant(connection, name, str(stopped.value), by, reason, now)

        async def act(decide: _Decide) -> None:
            def work(connection: sa.Connection, person: Person, now: datetime) -> object:
                return decide(connection, name, person.name, str(why.value or "by hand"), now)

            if await self._visit.act(work):
                self._visit.say(f"{name}: done")
                opened.close()
                await self.show()

    async def _prepare(self) -> None:
        def read(connection: sa.Connection, person: Person, now: datetime) -> list[StoredPrompt]:
            live = {one.version_id for one in prompts.standing(connection)}
            return [one for one in prompts.listed(connection) if one.id not in live]

        found = await self._visit.act(read)
        if found is None:
            return
        if not found.value:
            self._visit.say("Every version is in production: record a second one of a prompt first.", "warning")
            return
        labels = {one.id: f"{one.name} · {one.id}" for one in found.value}
        names = {one.id: one.name for one in found.value}
        with dialog("Start an experiment") as opened:
            name = ui.input("Name", placeholder="shorter-answers").props("outlined dense").classes("full")
            tried = ui.select(labels, multiple=True, label="Versions to try").props("outlined dense use-chips")
            tried.classes("full")
            metric = ui.select([one.value for one in ExperimentMetric], value=ExperimentMetric.CONTAINED.value,
                               label="What it is about").props("outlined dense").classes("full")  # fmt: skip
            window = ui.number("Hours that count", value=_WINDOW_HOURS, min=1, max=2160, precision=0)
            window.props("outlined dense").classes("full")
            text("p", "Each version and the one in production get the same share of customers.", "dim")
            with box("div", "acts"):
                ui.button("Start", on_click=lambda: start()).props("unelevated")
                ui.button("Cancel", on_click=opened.close).props("flat")

        async def start() -> None:
            chosen = [str(one) for one in tried.value or ()]

            def work(connection: sa.Connection, person: Person, now: datetime) -> StoredExperiment:
                return control.start(
                    connection, str(name.value or ""), names[chosen[0]], [(one, 1) for one in chosen], 1,
                    ExperimentMetric(metric.value), timedelta(hours=int(window.value or 0)), secrets.token_hex(16),
                    person.name, now,
                )  # fmt: skip

            if not chosen:
                self._visit.say("Choose a version to try.", "warning")
                return
            if made := await self._visit.act(work):
                self._visit.say(f"{made.value.name} runs; serving picks it up within seconds")
                opened.close()
                await self.show()


def _figures(one: VariantReport) -> tuple[object, ...]:
    return (
        one.version_id, one.state, one.weight, f"{one.exposed:,}", f"{one.counted:,}", share(one.contained),
        share(one.booked), share(one.feedback), share(one.escalated), milliseconds(one.latency_p95_ms),
        dollars(one.cost_usd),
    )  # fmt: skip
