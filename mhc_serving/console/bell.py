"""The bell: rings on every page of those who answer customers, whenever a hand-over waits that was not rung for."""

from functools import cache
from pathlib import Path

import orjson
from nicegui import ui
from nicegui.elements.mixins.text_element import TextElement

from mhc_core.db.queries import desk
from mhc_core.db.queries.desk import Ring
from mhc_serving.console.visit import Visit

EVERY_SECONDS = 2.0


@cache
def _script() -> str:
    return Path(__file__).with_name("bell.js").read_text("utf-8")


def hang(visit: Visit, badge: TextElement) -> None:
    """Look at what waits every few seconds; ``badge`` shows how many there are."""
    ui.add_head_html(f"<script>{_script()}</script>")
    last: list[list[Ring]] = []

    async def look() -> None:
        found = await visit.look(lambda connection, person, now: desk.ringing(connection))
        if found is None or last == [found.value]:
            return
        last[:] = [found.value]
        badge.text = str(len(found.value))
        badge.set_visibility(bool(found.value))
        ui.run_javascript(f"mhcBell({orjson.dumps([list(one) for one in found.value]).decode()})")

    ui.timer(EVERY_SECONDS, look)
