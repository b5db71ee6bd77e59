"""The frame of every page: navigation by role, light and dark, and who is signed in."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from fastapi import Request
from nicegui import ui
from nicegui.element import Element
from nicegui.elements.mixins.text_element import TextElement

from mhc_serving.console import bell, places
from mhc_serving.console.places import INBOX, PLACES, Place
from mhc_serving.console.visit import Console, Visit
from mhc_serving.console.widgets import box, text

THEME = "mhc_theme"
_CSS = Path(__file__).parent / "console.css"
_COLOURS = {
    "primary": "#1d4ed8", "secondary": "#475569", "accent": "#7c3aed", "positive": "#15803d", "negative": "#b91c1c",
    "warning": "#b45309", "info": "#0369a1", "dark": "#1f2229", "dark_page": "#15171c",
}  # fmt: skip
ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#1d4ed8"/>'
    '<path d="M8 22V10l8 7 8-7v12" fill="none" stroke="#fff" stroke-width="3"/></svg>'
)
Build = Callable[[Visit], Awaitable[None]]


def register(console: Console, place: Place, build: Build) -> None:
    """Make ``build`` the page of this place."""

    async def page(request: Request) -> None:
        visit = Visit(console, place, request.scope["mhc.person"], request.scope["mhc.token"], ui.context.client)
        with _frame(visit, request.cookies.get(THEME)):
            await build(visit)

    title = f"{place.title} · {console.business.short_name}"
    ui.page(place.path, title=title, favicon=ICON, response_timeout=15.0)(page)


@cache
def _css() -> str:
    return _CSS.read_text("utf-8")


@contextmanager
def _frame(visit: Visit, theme: str | None) -> Iterator[None]:
    ui.colors(**_COLOURS)
    ui.add_css(_css())
    dark = ui.dark_mode({"dark": True, "light": False}.get(theme or ""))
    drawer = ui.left_drawer(bordered=True).classes("side").props("width=212 breakpoint=900")
    with ui.header().classes("bar"):
        ui.button(icon="menu", on_click=drawer.toggle).props('flat round dense aria-label="Navigation"').classes("menu")
        text("span", f"{visit.console.business.short_name} console", "brand")
        box("span", "space")

        def turn() -> None:
            dark.value = not dark.value
            value = "dark" if dark.value else "light"
            ui.run_javascript(f"document.cookie='{THEME}={value};path={places.ROOT};max-age=31536000;samesite=lax'")

        ui.button(icon="contrast", on_click=turn).props('flat round dense aria-label="Light or dark"')
        text("span", f"{visit.person.name} · {visit.person.role}", "who")
        with ui.element("form").props(f'method=post action="{places.SIGN_OUT}"'):
            ui.button("Sign out").props("flat dense no-caps type=submit")
    badge: TextElement | None = None
    with drawer, ui.element("nav").props('aria-label="Pages"'), ui.element("ul"):
        for place in PLACES:
            if visit.person.role in place.roles:
                link = _link(place, here=place is visit.place)
                if place is INBOX:
                    with link:
                        badge = text("span", "", "chip bad")
                        badge.set_visibility(False)
    if badge is not None:
        bell.hang(visit, badge)
    with box("div", "page"):
        yield


def _link(place: Place, *, here: bool) -> Element:
    with ui.element("li"), ui.element("a").props(f'href="{places.ROOT}{place.path}"') as link:
        if here:
            link.props("aria-current=page")
        ui.icon(place.icon).props("aria-hidden=true")
        text("span", place.title)
    return link
