"""Puts the console together: the door, the guard, the pages, and the counting of the dashboard's figures."""

import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime

import sqlalchemy as sa
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.telemetry import TelemetryConfig
from nicegui import ui
from sqlalchemy.exc import SQLAlchemyError

from mhc_core.business import pricing
from mhc_core.monitoring import dashboard as figures
from mhc_core.monitoring.costs.overview import settle_abandoned
from mhc_core.settings import Settings
from mhc_serving import errors
from mhc_serving.access import metrics_reader
from mhc_serving.access.body_limit import BodyLimit
from mhc_serving.console import frame, places, sign_in
from mhc_serving.console.dagster_proxy import DagsterProxy
from mhc_serving.console.door import Door
from mhc_serving.console.guard import Guard
from mhc_serving.console.pages import (
    alerts,
    anomalies,
    audit,
    bookings,
    costs,
    customers,
    dashboard,
    demand,
    follow_ups,
    inbox,
    knowledge,
    models,
    people,
    reports,
    review,
)
from mhc_serving.console.visit import Console, utc_now
from mhc_serving.metrics.counters import Counters
from mhc_serving.metrics.exposition import Metrics
from mhc_serving.metrics.gauges import Gauges
from mhc_serving.metrics.requests import Counted

log = logging.getLogger(__name__)
COUNT_SECONDS = 5.0
MAX_BODY_BYTES = 4 * 1024**2
_PAGES: dict[places.Place, frame.Build] = {
    places.DASHBOARD: dashboard.build,
    places.INBOX: inbox.build,
    places.BOOKINGS: bookings.build,
    places.CUSTOMERS: customers.build,
    places.DEMAND: demand.build,
    places.FOLLOW_UPS: follow_ups.build,
    places.REVIEW: review.build,
    places.KNOWLEDGE: knowledge.build,
    places.MODELS: models.build,
    places.ALERTS: alerts.build,
    places.ANOMALIES: anomalies.build,
    places.COSTS: costs.build,
    places.REPORTS: reports.build,
    places.AUDIT: audit.build,
    places.PEOPLE: people.build,
}
_NO_TELEMETRY = TelemetryConfig(tracing=False, metrics=False, logs=False, auto_configure=False)


def create_console(settings: Settings, engine: sa.Engine, *, clock: Callable[[], datetime] = utc_now) -> FastAPI:
    """The console over a migrated database. The page library knows one in each process: call it once.

    Raises:
        ConfigurationError: the business file or a limit cannot be read.
    """
    console = Console(settings, engine, pricing.load(settings.business_file), clock)
    stopping = threading.Event()
    dagster = DagsterProxy(console)
    counted = Metrics(Counters(), Gauges(engine, settings.budget_day_usd, clock))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        counting = threading.Thread(target=_count, args=(console, stopping), name="figures", daemon=True)
        counting.start()
        yield
        stopping.set()
        counting.join(10)
        await dagster.close()

    app = FastAPI(
        title="console", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan, telemetry=_NO_TELEMETRY
    )
    errors.install(app)

    @app.get("/")
    @app.get(places.ROOT)
    async def enter() -> RedirectResponse:
        return RedirectResponse(f"{places.ROOT}/", 303)

    @app.get("/favicon.ico")
    async def icon() -> Response:
        return Response(frame.ICON, media_type="image/svg+xml")

    @app.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/metrics")
    def metrics(request: Request) -> Response:
        if not metrics_reader.may_read(request, settings):
            raise HTTPException(401, metrics_reader.REFUSAL, dict(metrics_reader.UNAUTHORIZED))
        return counted.page()

    door = Door(console)
    app.include_router(sign_in.routes(console, door))
    if settings.oidc_issuer:
        from mhc_serving.console import provider

        app.mount(places.PROVIDER, provider.application(console, door))
    app.mount(f"{places.ROOT}{places.DAGSTER.path}", dagster)
    for place, build in _PAGES.items():
        frame.register(console, place, build)
    ui.run_with(
        app,
        mount_path=places.ROOT,
        title="Console",
        dark=None,
        language="en-US",
        tailwind=False,
        reconnect_timeout=30.0,
        show_welcome_message=False,
    )
    app.add_middleware(Guard, console=console)
    app.add_middleware(BodyLimit, largest=MAX_BODY_BYTES)
    app.add_middleware(errors.Journal, unlogged=places.LIBRARY)
    app.add_middleware(Counted, counters=counted.counters, uncounted=places.LIBRARY)
    return app


def _count(console: Console, stopping: threading.Event) -> None:
    """Keep the dashboard's figures counted, and the ledger free of calls that died, until told to stop."""
    from mhc_core.concierge.agents.router import AGENTS

    names = [agent.name for agent in AGENTS]
    while True:
        try:
            figures.refresh(console.engine, names, console.clock())
            settle_abandoned(console.engine, console.clock())
        except SQLAlchemyError as error:
            log.warning("figures were not counted (%s); tried again", type(error).__name__)
        if stopping.wait(COUNT_SECONDS):
            return
