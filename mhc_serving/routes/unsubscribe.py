"""The way out of follow-ups: a page with one button, and the same in one request for mail programs (RFC 8058).

Opening the link changes nothing, because mail scanners open links. What is posted counts at once; a second press
changes nothing. Mail programs post ``List-Unsubscribe=One-Click`` to the link itself, without cookies, and the page
posts the token as a field.
"""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import HTMLResponse

from mhc_core.campaigns import links, optouts
from mhc_core.errors import NotFound
from mhc_core.languages import speaking, translated
from mhc_serving.access.deps import App, Services
from mhc_serving.routes.feedback_links import HEADERS, Address, Visitor
from mhc_serving.web.feedback_pages import FeedbackPages

router = APIRouter(prefix=links.PATH, include_in_schema=False)


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


def _answer(app: Services, visitor: Visitor, token: str, *, leaves: bool) -> HTMLResponse:
    with speaking(visitor.language):
        return _given(app, visitor, token, leaves=leaves)


def _given(app: Services, visitor: Visitor, token: str, *, leaves: bool) -> HTMLResponse:
    pages = FeedbackPages(app.business, app.settings.public_address)
    try:
        app.access.limits.count("address", visitor.address)
    except HTTPException as error:
        content = pages.problem(translated("Too many requests"), translated("Please try the link again in a while."))
        return HTMLResponse(content, error.status_code, {**HEADERS, **(error.headers or {})})
    now = app.clock()
    try:
        with app.engine.begin() as connection:
            named = links.of_installation(connection, app.settings).read(token, now)
            if leaves:
                optouts.note_hash(connection, named, "link", "email", now)
    except NotFound:
        why = translated("Please open it from the message again, or copy all of it.")
        content = pages.problem(translated("This link is not complete"), why)
        return HTMLResponse(content, 404, HEADERS)
    return HTMLResponse(pages.unsubscribed() if leaves else pages.unsubscribe(token), 200, HEADERS)
