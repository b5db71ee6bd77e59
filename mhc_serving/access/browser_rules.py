"""What browsers are told with every answer: which sites may read it, and what its page may load."""

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mhc_serving.access.origins import Origins

_ALWAYS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
STRICT_TRANSPORT = {"Strict-Transport-Security": "max-age=63072000"}
"""Sent where the address in force is https: for two years browsers come by nothing else."""
_PREFLIGHT_SECONDS = 600
_DOCUMENTS = frozenset({"/docs", "/redoc", "/docs/oauth2-redirect"})


class SafeHeaders:
    """Adds the headers of a careful site to every answer; a route's own ones win, and the API's pages of documents
    keep the scripts they need. What the API answers is kept by no cache."""

    def __init__(self, app: ASGIApp, documents: frozenset[str], encrypted: bool) -> None:
        self._app = app
        self._documents = documents
        self._headers = {**_ALWAYS, **STRICT_TRANSPORT} if encrypted else _ALWAYS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if path in self._documents:
                    headers.setdefault(
                        "Content-Security-Policy",
                        "default-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:; "
                        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                    )
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if path.startswith(("/api/", "/v1/")):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, careful)


def install(app: FastAPI, origins: Origins) -> None:
    """Let pages of the listed sites read answers, and no others; add it last, so that errors are covered too."""
    encrypted = (origins.own or "").startswith("https:")
    app.add_middleware(SafeHeaders, documents=_DOCUMENTS, encrypted=encrypted)
    if origins.listed:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=sorted(origins.listed),
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "X-API-Key"],
            expose_headers=["X-Request-ID", "Retry-After"],
            max_age=_PREFLIGHT_SECONDS,
        )
