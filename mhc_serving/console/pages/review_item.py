"""An item of the review queue as it is drawn: the conversation, the answer, why it is here, what helps to decide."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import review_desk
from mhc_core.db.queries.review_desk import Decided, Like, Shown
from mhc_serving.console.pages import review_marks
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, moment, share, text

REASONS = {
    "low_confidence": "unsure answer",
    "confident_but_disliked": "sure, but disliked",
    "disliked": "disliked",
    "human_edit": "written by a person",
    "sensitive_intent": "sensitive topic",
    "unusual_question": "unusual question",
    "like_another": "like another one",
}
_SAID = {"approve": "approved", "edit": "edited", "reject": "rejected", "skip": "skipped"}
_WHO = {"user": "Customer", "assistant": "Assistant", "agent": "Person", "system": "System"}


def draw(visit: Visit, item: Shown, decided: Decided | None, take: Callable[[str], None]) -> None:
    """Draw an item; ``take`` is called with a suggested answer that the reviewer wants to use."""
    zone = visit.console.zone
    with box("article", "card"):
        with box("div", "chips"):
            text("span", item.intent, "chip")
            text("span", item.channel, "chip")
            for reason in item.reasons:
                text("span", REASONS.get(reason, reason), "chip warn")
            if item.vote:
                text(
                    "span",
                    "liked" if item.vote == "up" else "disliked",
                    f"chip {'good' if item.vote == 'up' else 'bad'}",
                )
            if item.risk in ("medium", "high"):
                text("span", f"{item.risk} risk", "chip bad")
        sure = "–" if item.confidence is None else share(item.confidence)
        scored = f"conversation scored {item.quality:.2f}"
        about = f"Item {item.id} · confidence {sure} · {scored} · asked {moment(item.asked_at, zone)}"
        text("p", about, "dim")
        if item.status == "decided" and decided is not None:
            said = _SAID.get(decided.decision, decided.decision)
            text(
                "p",
                f"{decided.decided_by} {said} this at {moment(decided.decided_at, zone)}. Your word replaces it.",
                "note",
            )
        if item.duplicate:
            text("p", "This was merged into another example: reject it or skip it.", "note")
        for turn in item.context:
            _turn(_WHO.get(turn["role"], turn["role"]), turn["content"], "turn past")
        _turn("Customer", item.question, "turn customer", "question")
        _turn("Answer", item.answer, "turn answer", "answer")
        if item.former_answer and item.former_answer != item.answer:
            _turn("Answer before it was edited", item.former_answer, "turn past")
        if item.citations:
            names = ", ".join(f"{one.get('id', '')} {one.get('title', '')}".strip() for one in item.citations)
            text("p", f"Sources: {names}", "dim")
        if item.findings:
            counts = ", ".join(f"{kind.lower().replace('_', ' ')} {count}" for kind, count in item.findings.items())
            text("p", f"Masked: {counts}", "dim")
        helps = box("div")
        review_marks.section(visit, item)
    ui.timer(0.05, lambda: _suggest(visit, item, helps, take), once=True)


def _turn(who: str, said: str, classes: str, mark: str = "") -> None:
    with box("div", classes):
        text("span", who, "speaker")
        shown = text("p", said)
        if mark:
            shown.props(f"data-part={mark}")


async def _suggest(visit: Visit, item: Shown, place: ui.element, take: Callable[[str], None]) -> None:
    """An approved answer to a question like this one, once the item stands there."""

    def read(connection: sa.Connection, person: Person, now: datetime) -> Like | None:
        return review_desk.approved_like(connection, item.example_id)

    found = await visit.look(read)
    if found is None or found.value is None or place.is_deleted:
        return
    like = found.value
    with place, box("details", "suggestion"):
        text("summary", f"Approved for a similar question ({share(like.similarity)} alike)")
        text("p", like.question, "dim")
        text("p", like.answer)
        ui.button("Start from this answer", on_click=lambda: take(like.answer)).props("flat dense")
