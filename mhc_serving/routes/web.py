"""The chat page at ``/`` and the files of the widget. Both use the API like any other client."""

import html
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse, HTMLResponse

from mhc_core.errors import NotFound
from mhc_serving.access.deps import App

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parents[1] / "web"
_SCRIPTS = ("mhc-chat", "mhc-chat-api", "mhc-chat-log", "mhc-chat-rating", "mhc-chat-style", "mhc-chat-text",
            "mhc-chat-words")  # fmt: skip
_FILES = {"chat.css": "text/css", "page.css": "text/css", "icon.svg": "image/svg+xml"} | {
    f"{name}.js": "text/javascript" for name in _SCRIPTS
}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}
_FOR_OTHER_SITES = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}
"""The widget's files are the same for everybody; browsers load modules from another site only with these."""


@router.get("/")
def page(app: App) -> HTMLResponse:
    text = (_FOLDER / "index.html").read_text("utf-8")
    return HTMLResponse(text.replace("{title}", html.escape(app.business.chat.title)), headers=_HEADERS)


@router.get("/web/{name}")
def part(name: Annotated[str, InPath(max_length=40)]) -> FileResponse:
    if name not in _FILES:
        raise NotFound("there is no such file; open / for the chat")
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers=_HEADERS | _FOR_OTHER_SITES)
