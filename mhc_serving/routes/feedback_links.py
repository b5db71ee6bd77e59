"""The pages behind the feedback links of e-mails. Mail scanners open links, so only what is posted is recorded."""

from collections.abc import Callable
from typing import Annotated, NamedTuple, get_args
from uuid import UUID

import sqlalchemy as sa
from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import HTMLResponse

from mhc_core import languages
from mhc_core.db.queries import ratings
from mhc_core.feedback.links import LinkExpired, LinkForged, Purpose, Vote
from mhc_core.languages import translated
from mhc_core.response_cache import cache as response_cache
from mhc_core.support import surveys
from mhc_core.vocabulary import FeedbackVia
from mhc_serving.access.deps import App, Services
from mhc_serving.web.feedback_pages import LONGEST_COMMENT, FeedbackPages

router = APIRouter(prefix="/api/v1/ai/feedback", include_in_schema=False)

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}
_VOTES: dict[str, Vote] = {vote: vote for vote in get_args(Vote)}

Field = Annotated[str, Form()]


class Visitor(NamedTuple):
    """Who opens a page: from which address, and the language of the browser where we speak it."""

    address: str
    language: str


def visitor(request: Request, app: App) -> Visitor:
    """Who opens a page."""
    language = languages.preferred(request.headers.get("accept-language", ""))
    return Visitor(app.access.limits.address(request), language)


Address = Annotated[Visitor, Depends(visitor)]


@router.get("")
def ask(app: App, address: Address, id: str = "", vote: str = "", token: str = "") -> HTMLResponse:
    """The page with the one button."""

    def page(_: sa.Connection, pages: FeedbackPages, message_id: UUID) -> str:
        return pages.vote(message_id, _vote(vote), token)

    return _answer(app, address, Purpose.VOTE, id, token, page)


@router.post("/vote")
def vote(
    app: App, address: Address, id: Field = "", vote: Field = "", token: Field = "", comment: Field = ""
) -> HTMLResponse:
    """Keeps the vote, and the comment of the page after it."""

    def page(connection: sa.Connection, pages: FeedbackPages, message_id: UUID) -> str:
        words = _words(comment)
        rating = ratings.Rating(_vote(vote), comment=words)
        _save(connection, app, ratings.answer(connection, message_id), rating, FeedbackVia.EMAIL)
        return pages.thanks() if words else pages.voted(message_id, _vote(vote), token)

    return _answer(app, address, Purpose.VOTE, id, token, page)


@router.get("/survey")
def ask_survey(app: App, address: Address, id: str = "", token: str = "") -> HTMLResponse:
    """The survey after a booking."""

    def page(_: sa.Connection, pages: FeedbackPages, conversation_id: UUID) -> str:
        return pages.survey(conversation_id, token)

    return _answer(app, address, Purpose.SURVEY, id, token, page)


@router.post("/survey")
def survey(
    app: App,
    address: Address,
    id: Field = "",
    token: Field = "",
    stars: Field = "",
    helpful: Field = "",
    comment: Field = "",
) -> HTMLResponse:
    """Keeps what the survey says."""

    def page(connection: sa.Connection, pages: FeedbackPages, conversation_id: UUID) -> str:
        if stars not in {"1", "2", "3", "4", "5"}:
            return pages.survey(conversation_id, token)
        helped = {"yes": True, "no": False}.get(helpful)
        rating = ratings.Rating(stars=int(stars), helpful=helped, comment=_words(comment))
        _save(connection, app, ratings.whole(connection, conversation_id), rating, FeedbackVia.SURVEY)
        return pages.thanks()

    return _answer(app, address, Purpose.SURVEY, id, token, page)


def _answer(
    app: Services,
    visitor: Visitor,
    purpose: Purpose,
    subject: str,
    token: str,
    page: Callable[[sa.Connection, FeedbackPages, UUID], str],
) -> HTMLResponse:
    with languages.speaking(visitor.language):
        return _given(app, visitor, purpose, subject, token, page)


def _given(
    app: Services,
    visitor: Visitor,
    purpose: Purpose,
    subject: str,
    token: str,
    page: Callable[[sa.Connection, FeedbackPages, UUID], str],
) -> HTMLResponse:
    pages = FeedbackPages(app.business, app.settings.public_address)
    try:
        app.access.limits.count("address", visitor.address)
    except HTTPException as error:
        content = pages.problem(translated("Too many requests"), translated("Please try the link again in a while."))
        return HTMLResponse(content, error.status_code, {**HEADERS, **(error.headers or {})})
    try:
        with app.engine.begin() as connection:
            links = surveys.of_installation(connection, app.settings)
            about = _id(subject)
            links.check(purpose, about, token, app.clock())
            content, status = page(connection, pages, about), 200
    except LinkExpired:
        title, why = translated("This link is too old"), translated("Feedback links work for some time only.")
        content, status = pages.problem(title, why), 410
    except LinkForged:
        why = translated("Please open it from the e-mail again, or copy all of it.")
        content = pages.problem(translated("This link is not complete"), why)
        status = 404
    return HTMLResponse(content, status, HEADERS)


def _save(
    connection: sa.Connection, app: Services, rated: ratings.Rated | None, rating: ratings.Rating, via: FeedbackVia
) -> None:
    """A conversation whose words are gone is rated no more; the customer is thanked all the same."""
    if rated is not None:
        row = ratings.save(connection, rated, rating, via, app.clock())
        response_cache.rated(connection, rated.message_id, row.verdict, app.clock())


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise LinkForged("this link is not complete; open it from the e-mail again") from None


def _vote(text: str) -> Vote:
    if text not in _VOTES:
        raise LinkForged("this link is not complete; open it from the e-mail again")
    return _VOTES[text]


def _words(comment: str) -> str | None:
    return comment.replace("\x00", "").strip()[:LONGEST_COMMENT] or None
