"""An article: read it, correct it with a preview, or write a new one."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from nicegui import ui
from nicegui.element import Element

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import knowledge_desk, versions
from mhc_core.db.queries.article_figures import ChunkUse
from mhc_core.errors import DataError, NotFound
from mhc_core.knowledge import articles, index, translations, writing
from mhc_core.knowledge.translations import Standing
from mhc_core.monitoring import articles as worth
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, box, dialog, moment, text

_CHUNK = ("Retrieved", "Used", "Booked", "Liked", "Disliked", "Contradicted")
_SHORT = 60


@dataclass(frozen=True)
class _Read:
    row: sa.Row[Any]
    questions: list[str]
    chunks: list[ChunkUse]
    translations: list[Standing]


async def draw(visit: Visit, place: Element, article_id: str, changed: Callable[[], Awaitable[None]]) -> None:
    """Draw an article as it is now."""

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
        row = queries.article(connection, article_id)
        if row is None:
            raise NotFound(f"there is no article {article_id}; take another one of the list")
        live = versions.live(connection, index.KIND)
        chunks = worth.chunks(connection, live, article_id, worth.DAYS, now) if live else []
        standing = translations.standing(connection, article_id)
        return _Read(row, knowledge_desk.questions(connection, article_id), chunks, standing)

    found = await visit.act(read)
    if found is None:
        return
    row, zone = found.value.row, visit.console.zone

    async def again() -> None:
        await draw(visit, place, article_id, changed)
        await changed()

    place.clear()
    with place:
        with box("div", "head"):
            text("h2", f"{row.id} {row.title}", "inline")
            text("span", row.category, "chip")
            text("span", f"reviewed {moment(row.reviewed_at, zone)}", "dim")
            if row.origin == "file":
                filled = writing.text_of(row, found.value.questions)
                ui.button("Edit", on_click=lambda: write(visit, filled, again, row.content_sha256)).props(
                    "outline dense"
                )
        ui.markdown(row.body).classes("body")
        if row.origin == "learned":
            text("p", "Learned from an approved answer: correct it by editing that answer in the review.", "dim")
        _translations(found.value.translations)
        _chunks(found.value.chunks)
        if found.value.questions:
            text("h3", "Questions it answers")
            with box("ul"):
                for question in found.value.questions:
                    text("li", question)


def _translations(found: Sequence[Standing]) -> None:
    """How the article stands in each language; a stale translation is told to nobody."""
    if not found:
        return
    text("h3", "Translations")
    Table("Translations", ("Language", "State", "Reviewed", "Made by")).show(
        [
            (one.language, one.state, "-" if one.state == "missing" else "yes" if one.reviewed else "no", one.made_by)
            for one in found
        ]
    )


def _chunks(found: Sequence[ChunkUse]) -> None:
    """What became of each chunk, and its text."""
    text("h3", f"Its chunks in the live version, {worth.DAYS} days")
    Table("Chunks", ("Chunk", *(f">{name}" for name in _CHUNK))).show(
        [(_beginning(one.content), *(f"{getattr(one, name.lower()):,}" for name in _CHUNK)) for one in found]
    )
    with box("details"):
        text("summary", "Their texts")
        for one in found:
            with box("div", "turn"):
                text("p", one.content)


def _beginning(content: str) -> str:
    plain = " ".join(content.split())
    return plain if len(plain) <= _SHORT else f"{plain[:_SHORT]} …"


def draft(category: str, questions: Sequence[str], answer: str) -> str:
    """The beginning of an article from questions and the surest answer to them."""
    return writing.form("KB-", "", category, [], questions, answer)


def write(visit: Visit, filled: str, changed: Callable[[], Awaitable[None]], seen_sha256: str | None = None) -> None:
    """Open the editor; what is stored is told to customers once an index of it is built and live."""
    with dialog("Write an article") as opened:
        opened.props("maximized=false")
        field = ui.textarea("Front matter and text", value=filled or draft("general", [], "")).props(
            "outlined autogrow"
        )
        field.classes("full mono editor")
        said = text("p", "", "note").props("role=status")
        said.set_visibility(False)
        shown = box("div", "preview-body")
        with box("div", "acts"):
            ui.button("Preview", on_click=lambda: preview()).props("outline")
            ui.button("Save", on_click=lambda: save()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")

    def preview() -> None:
        shown.clear()
        try:
            article = articles.parse((field.value or "").encode("utf-8", "replace"))
        except DataError as error:
            said.text = str(error)
            said.set_visibility(True)
            return
        said.set_visibility(False)
        with shown:
            text("h3", f"{article.id} {article.title}")
            ui.markdown(article.body).classes("body")

    async def save() -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> str:
            return writing.save(connection, field.value or "", seen_sha256, person.name, now).id

        done = await visit.act(work)
        if done is not None:
            visit.say(f"{done.value} is stored; build and publish the index to use it.")
            opened.close()
            await changed()
