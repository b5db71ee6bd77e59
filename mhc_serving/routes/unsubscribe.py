"""The way out of follow-ups: a page with one button, and the same in one request for mail programs (RFC 8058).

Opening the link changes nothing, because mail scanners open links. What is posted counts at once; a second press
changes nothing. Mail programs post ``List-Unsubscribe=One-Click`` to the link itself, without cookies, and the page
posts the token as a field.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from mhc_core.campaigns import links, optouts
from mhc_core.errors import NotFound
from mhc_serving.access.deps import App, Services
from mhc_serving.routes.feedback_links import HEADERS
from mhc_serving.web.feedback_pages import FeedbackPages

router = APIRouter(prefix=links.PATH, include_in_schema=False)


def _address(request: Request, app: App) -> str:
    return app.access.limits.address(request)


Address = Annotated[str, Depends(_address)]


@router.get("")
def ask(app: App, address: Address, token: str = "") -> HTMLResponse:
    """The page with the one button."""
    return _answer(app, address, token, leaves=False)


@router.post("")
def leave(
    app: App, address: Address, token: str = "", posted: Annotated[str, Form(alias="token")] = ""
) -> HTMLResponse:
    """Ends all advertising to the person whom the token names."""
    return _answer(app, address, token or posted, leaves=True)


def _answer(app: Services, address: str, token: str, *, leaves: bool) -> HTMLResponse:
    pages = FeedbackPages(app.business, app.settings.public_address)
    try:
        app.access.limits.count("address", address)
    except HTTPException as error:
        content = pages.problem("Too many requests", "Please try the link again in a while.")
        return HTMLResponse(content, error.status_code, {**HEADERS, **(error.headers or {})})
    now = app.clock()
    try:
        with app.engine.begin() as connection:
            named = links.of_installation(connection, app.settings).read(token, now)
            if leaves:
                optouts.note_hash(connection, named, "link", "email", now)
    except NotFound:
        content = pages.problem(
            "This link is not complete", "Please open it from the message again, or copy all of it."
        )
        return HTMLResponse(content, 404, HEADERS)
    return HTMLResponse(pages.unsubscribed() if leaves else pages.unsubscribe(token), 200, HEADERS)
