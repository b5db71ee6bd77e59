"""Who may sign in: accounts, their roles and sessions. For administrators."""

import secrets
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts import people, sessions
from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import staff
from mhc_core.db.queries.staff import Listed
from mhc_core.errors import Conflict
from mhc_core.vocabulary import StaffRole
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import box, dialog, moment, text

Change = Callable[[sa.Connection, str, str, datetime], object]


async def build(visit: Visit) -> None:
    """The page."""
    text("h1", "People", "gap")
    with box("div", "filters card"):
        name = ui.input("Name").props("outlined dense")
        role = ui.select([one.value for one in StaffRole], value=StaffRole.AGENT.value, label="Role").props(
            "outlined dense"
        )
        ui.button("Make an account", on_click=lambda: make()).props("unelevated")
    listed = box("ul", "cards")

    def read(connection: sa.Connection, person: Person, now: datetime) -> list[Listed]:
        return staff.listed(connection, now, now - sessions.IDLE)

    async def show() -> None:
        found = await visit.act(read)
        if found is None:
            return
        listed.clear()
        with listed:
            for account in found.value:
                _card(account)

    def _card(account: Listed) -> None:
        off = account.disabled_at is not None
        with box("li", "card"):
            with box("div", "chips"):
                text("h2", account.name, "inline")
                text("span", account.role, "chip")
                if account.provided_by:
                    text("span", f"by {urlsplit(account.provided_by).netloc}", "chip")
                if off:
                    text("span", "switched off", "chip bad")
            seen = moment(account.seen_at, visit.console.zone)
            text("p", f"{account.sessions} open sessions, last seen {seen}", "dim")
            with box("div", "acts"):
                roles = ui.select([one.value for one in StaffRole], value=account.role, label="Role").props(
                    "outlined dense"
                )
                roles.on_value_change(lambda event, who=account.name: give_role(who, event.value))
                _button("End sessions", account.name, people.end_sessions)
                _button("New password", account.name, None)
                if off:
                    _button("Switch on", account.name, people.enable)
                else:
                    _button("Switch off", account.name, people.disable)

    def _button(label: str, who: str, change: Change | None) -> None:
        async def press() -> None:
            if change is None:
                await new_password(who)
            elif await visit.act(lambda connection, person, now: _apply(connection, person, now, who, change)):
                visit.say(f"{label}: {who}")
                await show()

        ui.button(label, on_click=press).props(f'flat dense aria-label="{label} of {who}"')

    async def give_role(who: str, wanted: str) -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> None:
            _not_oneself(person, who)
            people.set_role(connection, who, StaffRole(wanted), person.name, now)

        if await visit.act(work):
            visit.say(f"{who} is {wanted} now")
        await show()

    async def make() -> None:
        password = secrets.token_urlsafe(15)

        def work(connection: sa.Connection, person: Person, now: datetime) -> str:
            return people.create(connection, name.value or "", StaffRole(role.value), password, person.name, now).name

        if made := await visit.act(work):
            name.value = ""
            _tell(made.value, password)
            await show()

    async def new_password(who: str) -> None:
        password = secrets.token_urlsafe(15)

        def work(connection: sa.Connection, person: Person, now: datetime) -> int:
            return people.set_password(connection, who, password, person.name, now)

        if await visit.act(work):
            _tell(who, password)

    await show()


def _apply(connection: sa.Connection, person: Person, now: datetime, who: str, change: Change) -> None:
    _not_oneself(person, who)
    change(connection, who, person.name, now)


def _not_oneself(person: Person, who: str) -> None:
    if person.name.lower() == who.lower():
        raise Conflict("this is your own account; let another administrator change it, or use `mhc users`")


def _tell(who: str, password: str) -> None:
    with dialog(f"Password of {who}") as opened:
        text("p", "It is shown this once. Give it to the person on a safe way.")
        text("code", password, "secret")
        ui.button("Done", on_click=opened.close).props("unelevated")
