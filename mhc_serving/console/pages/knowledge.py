"""What articles are worth, what nobody could answer, and which version of the index is live."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import versions
from mhc_core.knowledge import index
from mhc_core.monitoring import articles, unanswered
from mhc_core.monitoring.articles import Worth
from mhc_core.monitoring.unanswered import Group
from mhc_core.providers import select
from mhc_serving.console.pages import knowledge_article, knowledge_versions
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, empty, share, text

GROUPS = 12
_EXAMPLES = 4
_SAID = (
    f"Answers of {articles.DAYS} days that cite an article: the score is 0.7 × booked + 0.3 × liked; the estimate "
    "draws few uses towards the mean, with its 90 % interval. Contradicted: a guard took statements out of the answer, "
    "or people corrected or rejected it."
)


@dataclass(frozen=True)
class _Read:
    live: str | None
    articles: list[Worth]


async def build(visit: Visit) -> None:
    """The page."""
    settings = visit.console.settings
    with box("div", "head"):
        text("h1", "Knowledge")
        count = text("span", "", "dim")
        box("span", "space")
        ui.button("Write an article", on_click=lambda: knowledge_article.write(visit, "", changed)).props("outline")
        publish = ui.button("Build and publish", on_click=lambda: build_index()).props("unelevated")
    text("p", _SAID, "dim")
    with box("div", "models"):
        listed = box("ul", "talks").props('aria-label="Articles"')
        place = box("section", "open").props('aria-label="Article"')
    with place:
        empty("No article is chosen.", "Choose one of the list.")
    with box("section", "card gap-top"):
        text("h2", "What the concierge was not sure of")
        asked = box("ul", "cards")
    with box("section", "card gap-top"):
        versioned = knowledge_versions.Versions(visit, lambda: changed())

    def read(connection: sa.Connection, person: Person, now: datetime) -> _Read:
        found = articles.worth(connection, articles.DAYS, settings.knowledge_stale_days, now)
        return _Read(versions.live(connection, index.KIND), found)

    async def show() -> None:
        found = await visit.act(read)
        if found is None:
            return
        seen = found.value
        count.text = f"{len(seen.articles)} articles, {seen.live or 'no version'} live"
        listed.clear()
        with listed:
            for one in seen.articles:
                _row(one)
            if not seen.articles:
                with box("li"):
                    empty("No article yet.", "Write one, or bring a folder in with `mhc import knowledge`.")

    def _row(one: Worth) -> None:
        use = one.use
        with box("li"), ui.element("button").props("type=button").classes("talk") as row:
            with box("span", "top"):
                text("span", f"{use.id} {use.title}", "name")
                text("span", f"used {use.used:,} of {use.retrieved:,} retrieved", "when")
            with box("span", "chips"):
                text("span", use.category, "chip")
                if use.origin == "learned" and use.category != "learned":
                    text("span", "learned", "chip")
                if one.stale:
                    text("span", "stale", "chip warn")
                if use.disliked:
                    text("span", f"{use.disliked} disliked", "chip bad")
                if use.contradicted:
                    text("span", f"{use.contradicted} contradicted", "chip bad")
            score = "–" if one.score is None else f"{one.score:.2f}"
            booked = share(use.booked / use.used if use.used else None)
            said = f"score {score}, estimate {one.estimate:.2f} ({one.low:.2f} to {one.high:.2f}), booked {booked}"
            text("span", said if use.used else "no answer has cited it yet", "preview")
        row.on("click", lambda chosen=use.id: knowledge_article.draw(visit, place, chosen, changed))

    async def show_asked() -> None:
        found = await visit.look(lambda connection, person, now: unanswered.groups(connection, GROUPS))
        if found is None:
            return
        asked.clear()
        with asked:
            for one in found.value:
                _group(one)
            if not found.value:
                with box("li"):
                    empty("Nothing unsure waits.", "Questions come here when their answers were unsure and scrubbed.")

    def _group(group: Group) -> None:
        with box("li", "card"):
            first = group.questions[0]
            with box("div", "chips"):
                text("span", first.intent, "chip")
                text("span", f"{len(group.questions)} questions", "chip warn")
            for one in group.questions[:_EXAMPLES]:
                text("p", one.question, "clip")
            draft = knowledge_article.draft(first.intent, [one.question for one in group.questions[:10]], group.draft)
            ui.button("Write an article", on_click=lambda: knowledge_article.write(visit, draft, changed)).props(
                "flat dense"
            )

    async def build_index() -> None:
        publish.disable()
        visit.say("Building; this takes some seconds.")

        def work(connection: sa.Connection, person: Person, now: datetime) -> index.Publication:
            return index.update(connection, select.embedder(settings), now, person.name)

        done = await visit.act(work)
        publish.enable()
        if done is not None:
            fate = "is live" if done.value.published else "was not published"
            visit.say(
                " ".join((f"{done.value.version_id} {fate}.", *done.value.reasons)),
                "positive" if done.value.published else "warning",
            )
            await changed()

    async def changed() -> None:
        await show()
        await versioned.show()

    await changed()
    ui.timer(0.2, show_asked, once=True)
    if not await _any(visit):
        publish.disable()


async def _any(visit: Visit) -> bool:
    found = await visit.act(lambda connection, person, now: queries.count_active(connection) > 0)
    return found is not None and found.value
