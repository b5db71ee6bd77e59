"""Decide many items at once, by filter: first counted, then confirmed."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from mhc_core.db.queries import review_desk
from mhc_core.db.queries.review_desk import Chosen
from mhc_core.review import decisions
from mhc_core.review.decisions import BulkFilter
from mhc_core.vocabulary import Decision, Intent
from mhc_serving.console.pages.review_item import REASONS
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, text

_ORIGINS = {"": "any", "score": "good conversation", "human_edit": "written by a person", "correction": "correction"}
LARGEST = 10_000


def ask(visit: Visit, afterwards: Callable[[], Awaitable[None]]) -> None:
    """Open the dialog; ``afterwards`` is called when something was decided."""
    with dialog("Decide many at once") as opened:
        text("p", "Each is recorded as decided in bulk, with the filter. What somebody looks at is left out.", "dim")
        intent = ui.select({"": "any"} | {one.value: one.value for one in Intent}, value="", label="Intent")
        origin = ui.select(_ORIGINS, value="", label="Where it comes from")
        reason = ui.select({"": "any"} | REASONS, value="", label="Why it is here")
        low = ui.number("Score at least", min=0, max=1, step=0.05)
        high = ui.number("Score at most", min=0, max=1, step=0.05)
        limit = ui.number("At most so many", value=100, min=1, max=LARGEST, precision=0)
        kinds = {one.value: one.value for one in Decision if one is not Decision.EDIT}
        decision = ui.select(kinds, value=Decision.APPROVE.value, label="Decision")
        for part in (intent, origin, reason, low, high, limit, decision):
            part.props("outlined dense").classes("full")
        said = text("p", "", "dim").props("role=status")
        with box("div", "acts"):
            ui.button("Count", on_click=lambda: count()).props("flat")
            act = ui.button("Decide", on_click=lambda: decide()).props("unelevated")
            ui.button("Cancel", on_click=opened.close).props("flat")
        act.disable()

    def chosen() -> Chosen:
        return Chosen(intent.value or None, origin.value or None, reason.value or None, low.value, high.value)

    async def count() -> None:
        wanted = chosen()
        found = await visit.act(
            lambda connection, person, now: review_desk.waiting(connection, person.name, wanted, now)
        )
        if found is None:
            return
        number = min(found.value, int(limit.value or 1))
        said.text = f"{found.value:,} match; {decision.value} {number:,} of them?"
        act.set_enabled(number > 0)

    async def decide() -> None:
        one = chosen()
        wanted = BulkFilter(
            Intent(one.intent) if one.intent else None, one.min_quality, one.max_quality, one.origin, one.reason,
            int(limit.value or 1),
        )  # fmt: skip
        kind = Decision(decision.value)
        done = await visit.act(
            lambda connection, person, now: decisions.decide_bulk(connection, wanted, kind, person.name, now)
        )
        if done is not None:
            visit.say(f"{done.value:,} items: {kind.value}")
            opened.close()
            await afterwards()

    for part in (intent, origin, reason, low, high, limit, decision):
        part.on_value_change(act.disable)
