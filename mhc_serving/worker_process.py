"""The process of one worker: loads what answering needs, then does what it is given until the server is gone."""

import gc
import logging
import os
import signal
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from random import Random

from threadpoolctl import threadpool_limits

from mhc_core.business import pricing as business_data
from mhc_core.concierge import timing
from mhc_core.concierge.agents.reply import Asked, Done
from mhc_core.concierge.models.live import LiveVersions
from mhc_core.concierge.models.providers import ConfiguredProviders
from mhc_core.concierge.models.rollout import RolloutRouter
from mhc_core.concierge.turn.answering import Answering
from mhc_core.concierge.turn.response_cache import AnswerCache
from mhc_core.db.engine import database
from mhc_core.response_cache.cache import Offer
from mhc_core.settings import Settings
from mhc_serving import logging_setup

log = logging.getLogger(__name__)

NICE = 5
"""How much the server's own process goes before: it has little to do for each message, and many wait for it."""


def run(connection: Connection, settings: Settings) -> None:
    """Say that all is loaded, then answer ``(task, arguments)`` with results, None where a task failed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the server ends its workers itself
    os.nice(NICE)
    logging_setup.configure()
    business = business_data.load(settings.business_file)
    providers = ConfiguredProviders(settings)
    with database(settings) as engine, threadpool_limits(1, "blas"):
        live = LiveVersions(engine, business, providers, settings.refresh_seconds)
        arms = RolloutRouter(engine, live, providers, settings, _utc_now)
        answers = AnswerCache(settings, engine, live, _utc_now, Random())
        answering = Answering(settings, business, engine, live, arms, answers)

        def reply(asked: Asked) -> Done:
            parts = timing.begin()
            given = answering.reply(asked)
            return Done(given, answering.known_intent(asked.message), parts, live.now.versions, arms.shadow.counts)

        def keep(offers: Sequence[Offer]) -> bool:
            answers.keep(offers)
            return True

        tasks: dict[str, Callable[..., object]] = {"reply": reply, "keep": keep}
        live.start()
        arms.start()
        answers.warm_up()
        gc.collect()
        gc.freeze()  # as in the server's own process
        try:
            connection.send(None)
            while True:
                task, arguments = connection.recv()
                try:
                    result = tasks[task](*arguments)
                except Exception as error:
                    log.warning("a worker could not %s (%s)", task, type(error).__name__)
                    result = None
                connection.send(result)
        except (EOFError, OSError):
            log.info("the server is gone; so is its worker")
        finally:
            arms.stop()
            live.stop()


def _utc_now() -> datetime:
    return datetime.now(UTC)
