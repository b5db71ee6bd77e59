"""Puts the API together. Nothing is read from the environment and nothing is global: all comes in as arguments."""

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import sqlalchemy as sa
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.concurrency import run_in_threadpool
from threadpoolctl import threadpool_limits

from mhc_core.business import pricing as business_data
from mhc_core.concierge.models.providers import ConfiguredProviders, Providers
from mhc_core.concierge.turn.concierge import Concierge
from mhc_core.read_cache.cache import ReadCache
from mhc_core.read_cache.listener import Listener
from mhc_core.settings import Settings
from mhc_core.support import webhooks
from mhc_serving import errors
from mhc_serving.access import browser_rules
from mhc_serving.access.access_control import AccessControl
from mhc_serving.access.body_limit import BodyLimit
from mhc_serving.access.deps import Services
from mhc_serving.access.time_budget import TimeBudget
from mhc_serving.draining import ClosesConnections, Draining
from mhc_serving.graphql import door as graphql
from mhc_serving.metrics.counters import Counters
from mhc_serving.metrics.exposition import Metrics
from mhc_serving.metrics.gauges import Gauges
from mhc_serving.metrics.requests import Counted
from mhc_serving.routes import (
    bookings,
    chat,
    completions,
    console,
    embeddings,
    feedback,
    feedback_links,
    handover,
    health,
    knowledge,
    metrics,
    models,
    privacy,
    responses,
    review,
    review_understanding,
    rollouts,
    tokens,
    unsubscribe,
    web,
)
from mhc_serving.schemas.problem import REFUSALS
from mhc_serving.telemetry import traces
from mhc_serving.voice import stream, talk
from mhc_serving.voice import webhooks as calls
from mhc_serving.voice.line import PhoneLine, Sound
from mhc_serving.workers.webhooks import WebhookWorker

MAX_BODY_BYTES = 2 * 1024**2  # a transcript of 500 messages at the longest length fits

_DESCRIPTION = """
Customers write, the concierge answers: with the promoted model, from the live knowledge, with prices worked out from
the business's own file, and with a person where one is needed. Every answer is stored with the versions that made it.

* `POST /api/v1/chat` answers a message; `POST /v1/chat/completions` and `POST /v1/responses` do the same for any OpenAI
  client. An `Idempotency-Key` makes trying again safe.
* `POST /api/v1/ai/feedback` takes a customer's rating of one answer.
* Staff routes need an API key (`mhc keys create --role reviewer --name …`), sent as `Authorization: Bearer …` or
  `X-API-Key: …`.

Errors are one sentence in `detail`; under `/v1/` they have OpenAI's shape. Every answer carries `X-Request-ID`.
"""


def utc_now() -> datetime:
    """The time of the system, in UTC."""
    return datetime.now(UTC)


def create_app(
    settings: Settings,
    engine: sa.Engine,
    *,
    providers: Providers | None = None,
    clock: Callable[[], datetime] = utc_now,
    counted_together: Path | None = None,
    sound: Sound | None = None,
) -> FastAPI:
    """The API over a migrated database.

    Args:
        engine: of :func:`mhc_core.db.engine.create`; it stays the caller's, who disposes of it after the app has shut
            down.
        providers: what loads models and the embedder; the ones that the settings name when left out.
        clock: the time, in UTC.
        counted_together: folder in which the processes of one server count what ``/metrics`` tells; None counts alone.
        sound: what hears and speaks on the phone line; what the settings name when left out.

    Raises:
        ConfigurationError: the business file is not valid, webhooks or the phone line have no secret, traces have no
            packages, or an origin or a rate limit cannot be read.
    """
    settings = settings.model_copy(update={"embedder_threads": 1})  # messages are what runs side by side
    business = business_data.load(settings.business_file)
    concierge = Concierge(settings, business, engine, providers or ConfiguredProviders(settings), clock)
    listener = Listener(engine)
    traced = traces.opened(settings)
    webhook_worker = WebhookWorker(engine, webhooks.sender(settings, Random()), clock)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        one_thread = threadpool_limits(1, "blas")
        await run_in_threadpool(concierge.start)
        await run_in_threadpool(line.start)
        webhook_worker.start()
        gc.collect()
        gc.freeze()  # what is loaded stays: to look through it again took 0.1 to 0.4 s in which nobody was answered
        try:
            with traces.kept_open(traced, engine):
                yield
        finally:
            gc.unfreeze()
            await run_in_threadpool(line.stop)
            await run_in_threadpool(concierge.stop)
            await run_in_threadpool(webhook_worker.stop)
            await run_in_threadpool(listener.stop)
            one_thread.restore_original_limits()

    app = FastAPIOffline(
        title=f"{business.name} concierge",
        version="1",
        summary="Chat with customers, learn from what they say.",
        description=_DESCRIPTION,
        lifespan=lifespan,
        telemetry=traces.telemetry(traced),
        responses=REFUSALS,
        openapi_tags=[
            {"name": "chat", "description": "Talking with customers."},
            {"name": "openai", "description": "The same for OpenAI clients."},
            {"name": "feedback", "description": "What customers say about answers."},
            {"name": "knowledge", "description": "Articles that answers cite."},
            {"name": "staff", "description": "Needs an API key with a role."},
            {"name": "graphql", "description": "The same data in the shape that a front end asks for."},
            {"name": "health", "description": "For load balancers and people on call."},
        ],
    )
    access = AccessControl(settings, engine)
    counted = Metrics(Counters(counted_together), Gauges(engine, settings.budget_day_usd, clock))
    reads = ReadCache(settings.read_cache, counted.counters, listener.start)
    listener.tell(reads)
    draining = Draining(settings.serve_drain_seconds)
    app.state.services = Services(settings, engine, business, concierge, clock, access, counted, reads, draining)
    app.state.line = line = PhoneLine(app.state.services, sound)
    errors.install(app)
    if traced is not None:
        app.add_middleware(traces.Traced, tracer=traced.tracer)
    app.add_middleware(BodyLimit, largest=MAX_BODY_BYTES)
    app.add_middleware(TimeBudget, seconds=settings.request_timeout_seconds)
    app.add_middleware(errors.Journal)
    browser_rules.install(app, access.origins)
    app.add_middleware(ClosesConnections, draining=draining)
    app.add_middleware(Counted, counters=counted.counters)
    app.router.routes.extend(chat.router.routes)  # found at once: most requests end here
    for routes in (
        tokens,
        completions,
        responses,
        embeddings,
        handover,
        bookings,
        feedback,
        feedback_links,
        unsubscribe,
        knowledge,
        review,
        review_understanding,
        models,
        rollouts,
        privacy,
        health,
        metrics,
        web,
        console,
        calls,
        stream,
        talk,
        graphql,
    ):
        app.include_router(routes.router)
    return app
