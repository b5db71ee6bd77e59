"""OpenAI's own client against the API on a real port, and what tests say with it.

Client and API are imported where a test asks for them: every test loads this module.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from pydantic import BaseModel

from mhc_core.db.tables import messages
from mhc_core.settings import Settings

if TYPE_CHECKING:
    import openai
    from fastapi import FastAPI

RAIN = "What happens when it rains?"
SPACE = "How much space does the chef need?"
PRICE = "How much for 8 adults, 10 miles?"
BOOK_TABLE: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "hold_date",
        "description": "Holds a date in our own calendar.",
        "parameters": {
            "type": "object",
            "properties": {"date": {"type": "string"}, "adults": {"type": "integer"}},
            "required": ["date", "adults"],
        },
    },
}


class Answer(BaseModel):
    """What a client may have an answer parsed into."""

    answer: str
    confidence: float


@pytest.fixture(scope="session")
def sdk(
    serving_engine: sa.Engine,
    tmp_path_factory: pytest.TempPathFactory,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
    key_of: Callable[[str], dict[str, str]],
) -> Iterator[openai.OpenAI]:
    """The client, with a key of the role app."""
    import openai

    from mhc_serving.app import create_app

    importlib.import_module("httpx")  # the client stumbles where the server, in the same process, imports it meanwhile
    app = create_app(Settings(state_dir=tmp_path_factory.mktemp("state"), open_loopback=True), serving_engine)
    key = key_of("app")["Authorization"].removeprefix("Bearer ")
    with serve(app) as url, openai.OpenAI(base_url=f"{url}/v1", api_key=key, max_retries=0) as client:
        yield client


def said(*texts: str) -> list[Any]:
    """A transcript: the customer's words and the answers by turns."""
    return [{"role": ("user", "assistant")[place % 2], "content": text} for place, text in enumerate(texts)]


def ask(sdk: openai.OpenAI, *texts: str, **more: Any) -> tuple[str, str]:
    """The answer, and the conversation it is stored in."""
    given = sdk.chat.completions.create(model="mhc-concierge", messages=said(*texts), **more)
    return given.choices[0].message.content or "", (given.model_extra or {})["mhc"]["conversation_id"]


def asked_in(engine: sa.Engine, conversation: str) -> list[str]:
    """The customer's messages of a stored conversation, in order."""
    with engine.connect() as connection:
        return list(
            connection.scalars(
                sa.select(messages.c.content)
                .where(messages.c.conversation_id == conversation, messages.c.role == "user")
                .order_by(messages.c.position)
            )
        )
