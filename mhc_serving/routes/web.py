"""The chat page at ``/`` with its style and script. It uses the API like any other client."""

from pathlib import Path
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as InPath
from fastapi.responses import FileResponse

from mhc_core.errors import NotFound

router = APIRouter(include_in_schema=False)

_FOLDER = Path(__file__).parents[1] / "web"
_FILES = {"chat.css": "text/css", "chat.js": "text/javascript", "page.css": "text/css", "icon.svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-cache",
}


@router.get("/")
def page() -> FileResponse:
    return FileResponse(_FOLDER / "index.html", media_type="text/html", headers=_HEADERS)


@router.get("/web/{name}")
def part(name: Annotated[str, InPath(max_length=40)]) -> FileResponse:
    if name not in _FILES:
        raise NotFound("there is no such file; open / for the chat")
    return FileResponse(_FOLDER / name, media_type=_FILES[name], headers=_HEADERS)
