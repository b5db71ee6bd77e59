"""What a question stands on: the turns before it and the passages that the live knowledge has on it."""

import logging
from collections.abc import Sequence

import sqlalchemy as sa

from mhc_core.db.queries.serving import StoredTurn
from mhc_core.knowledge import retrieval
from mhc_core.providers.protocols import Passage, Turn
from mhc_serving.live import Live

log = logging.getLogger(__name__)

TURNS = 20
"""Turns read from a conversation, the newest ones."""
HISTORY_CHARS = 8_000
SHORT_QUESTION_WORDS = 4


def history(turns: Sequence[StoredTurn]) -> list[Turn]:
    """The newest turns as a model reads them, oldest first, within ``HISTORY_CHARS`` characters."""
    kept: list[Turn] = []
    left = HISTORY_CHARS
    for turn in reversed(turns):
        left -= len(turn.content)
        if left < 0:
            break
        if turn.role in ("user", "assistant", "agent"):
            kept.append(Turn("user" if turn.role == "user" else "assistant", turn.content))
    return kept[::-1]


def passages(engine: sa.Engine, live: Live, question: str, before: Sequence[Turn], k: int) -> list[Passage]:
    """The ``k`` best passages; none when there is no knowledge or the embedder fails.

    A very short question is searched together with the customer's message before it.
    """
    if live.knowledge_id is None or live.embedder is None:
        return []
    text = question
    if len(question.split()) < SHORT_QUESTION_WORDS:
        earlier = [turn.content for turn in before if turn.role == "user"]
        text = " ".join([*earlier[-1:], question])
    try:
        vector = live.embedder.embed([text])[0]
    except Exception as error:
        log.warning("no passages: the embedder failed (%s)", type(error).__name__)
        return []
    with engine.connect() as connection:
        return retrieval.search(connection, live.knowledge_id, text, vector, k)
