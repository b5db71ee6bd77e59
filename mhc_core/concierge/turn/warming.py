"""Answers to nobody before customers are let in: vocabularies, detectors and guards load when they are first used,
which took the first callers of a process two seconds."""

import logging
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import context
from mhc_core.concierge.models.choice import RemoteModel
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.offline import OfflineConcierge
from mhc_core.understanding.provided import ProvidedReader

log = logging.getLogger(__name__)

_MESSAGES = ("Do you bring tables and chairs?", "I want to book a party for 20 people on Saturday at 5 pm")
_NOBODY = UUID(int=0)


def warm_up(business: Business, live: Live, minimum_confidence: float, now: datetime) -> None:
    """Answer a question and a wish to book with what is on this machine. Nothing is stored, and of providers only an
    embedder is asked, which the articles' vectors are of.

    Never raises: customers are told of what fails when they ask.
    """
    models = tuple(model for model in live.models if not isinstance(model, RemoteModel))
    reader = live.reader.local if isinstance(live.reader, ProvidedReader) else live.reader
    if not models or reader is None or live.article_selector is None:
        return
    own = replace(live, models=models, reader=reader, foreign={}, translator=None)
    concierge = OfflineConcierge(
        business, own, lambda topic, turns: context.passages(None, own, topic, (), 1), minimum_confidence
    )
    try:
        for message in _MESSAGES:
            concierge.answer(message, (), None, _NOBODY, now)
    except Exception as error:  # whatever it was, customers are not kept waiting for it
        log.warning("warming up: %s (%s)", error, type(error).__name__)
