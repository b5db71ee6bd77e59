"""The bare route that chat is compared with: one indexed SELECT and one INSERT, and nothing else."""

import time
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from fastapi import FastAPI
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_core.concierge import timing

_TABLE = "create table if not exists public.bench_bare (id uuid primary key, conversation text, said text)"
_SELECT = sa.text("select id, title from ai.knowledge_articles where id = :id")
_INSERT = sa.text("insert into public.bench_bare (id, conversation, said) values (:id, :conversation, :said)")


class _Timed:
    """Tells the server's time as the chat does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()

        async def tagged(message: Message) -> None:
            if message["type"] == "http.response.start":
                took = timing.header({}, (time.perf_counter() - started) * 1000)
                message["headers"] = [*message["headers"], (b"server-timing", took.encode())]
            await send(message)

        await self._app(scope, receive, tagged)


def create_app(engine: sa.Engine) -> FastAPI:
    """An app with ``POST /bare`` over the same database and the same pool settings as the chat."""
    with engine.begin() as connection:
        connection.execute(sa.text(_TABLE))
    app = FastAPI()
    app.add_middleware(_Timed)

    @app.post("/bare")
    def bare(asked: dict[str, Any]) -> dict[str, Any]:
        with engine.begin() as connection:
            row = connection.execute(_SELECT, {"id": "KB-001"}).one()
            identity = uuid4()
            said = {"id": identity, "conversation": asked["customer_id"], "said": asked["message"]}
            connection.execute(_INSERT, said)
        return {"id": identity, "title": row.title}

    return app
