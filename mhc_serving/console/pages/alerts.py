"""What is wrong now, who looks after it, what is silent, and what was told to whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from nicegui import ui

from mhc_core.accounts.sessions import Person
from mhc_core.db.queries import alert_messages
from mhc_core.db.queries import alerts as queries
from mhc_core.db.queries.alert_messages import Sent
from mhc_core.db.queries.alerts import Alert, Silence
from mhc_core.monitoring.alerts import acts
from mhc_core.vocabulary import Severity
from mhc_serving.console.places import ROOT
from mhc_serving.console.visit import Visit
from mhc_serving.console.widgets import Table, ago, box, dialog, empty, moment, text

EVERY_SECONDS = 10.0
_ROWS = 50
_LOOKS = {Severity.CRITICAL: "chip bad", Severity.WARNING: "chip warn", Severity.INFO: "chip"}
_HOURS = {"1 hour": 1, "1 day": 24, "1 week": 168}


@dataclass(frozen=True)
class _Read:
    open: list[Alert]
    over: list[Alert]
    silences: list[Silence]
    sent: list[Sent]


def _read(connection: sa.Connection, person: Person, now: datetime) -> tuple[_Read, datetime]:
    return (
        _Read(
            queries.unresolved(connection, now),
            queries.history(connection, now, _ROWS),
            queries.silences(connection, now),
            alert_messages.newest(connection, _ROWS),
        ),
        now,
    )


async def build(visit: Visit) -> None:
    """The page."""
    zone = visit.console.zone
    shown: list[_Read] = []
    with box("div", "head"):
        text("h1", "Alerts")
        told = text("span", "", "dim")
    listed = box("ul", "cards").props('aria-label="Open alerts"')
    nothing = box("div")
    with box("section", "card gap-top"):
        text("h2", "Silent now")
        quiet = box("ul", "cards").props('aria-label="Silences"')
    with box("section", "card gap-top"):
        text("h2", "Messages")
        sent = Table("Messages", ("Written", "Channel", "Message", "Delivered", ">Attempts", "Last failure"))
    with box("section", "card gap-top"):
        text("h2", "History")
        history = Table("History", ("From", "Until", "Severity", "Alert", "Looked after by"))

    def draw(found: _Read, now: datetime) -> None:
        told.text = f"as of {now.astimezone(zone):%H:%M:%S}"
        sent.show([_sent(one) for one in found.sent])
        history.show(
            [
                (moment(one.opened_at, zone), moment(one.resolved_at, zone), one.severity, one.title,
                 one.acknowledged_by or "–")
                for one in found.over
            ]
        )  # fmt: skip
        if shown and (shown[-1].open, shown[-1].silences) == (found.open, found.silences):
            return
        shown[:] = [found]
        for part in (listed, nothing, quiet):
            part.clear()
        with listed:
            for one in found.open:
                _card(one, now)
        with nothing:
            if not found.open:
                empty("Nothing is wrong.", "Alerts open here by themselves; `mhc alerts test` tries the channels.")
        with quiet:
            for silence in found.silences:
                _silence(silence)
            if not found.silences:
                with box("li"):
                    text("p", "Nothing is silenced.", "dim")

    def _sent(one: Sent) -> tuple[str, ...]:
        arrived = "given up" if one.given_up_at else moment(one.delivered_at, zone)
        return (
            moment(one.written_at, zone), one.channel, one.title, arrived, str(one.attempts), one.last_failure or ""
        )  # fmt: skip

    def _card(one: Alert, now: datetime) -> None:
        with box("li", "card"):
            with box("div", "chips"):
                text("span", one.severity, _LOOKS[one.severity])
                text("span", f"for {ago(one.opened_at, now)}", "chip")
                if one.silenced_until:
                    text("span", f"silent until {moment(one.silenced_until, zone, now)}", "chip")
            text("h2", one.title)
            text("p", one.detail, "body")
            if one.acknowledged_by:
                text(
                    "p", f"{one.acknowledged_by} looks after it since {moment(one.acknowledged_at, zone, now)}.", "dim"
                )
            with box("div", "acts"):
                if not one.acknowledged_by:
                    ui.button("Acknowledge", on_click=lambda: acknowledge(one)).props(
                        f'unelevated dense aria-label="Acknowledge {one.title}"'
                    )
                ui.button("Silence", on_click=lambda: ask(one)).props(f'flat dense aria-label="Silence {one.title}"')
                if one.link != visit.place.path:
                    ui.link("Evidence", f"{ROOT}{one.link}").props(f'aria-label="Evidence of {one.title}"')

    def _silence(one: Silence) -> None:
        with box("li"):
            text("h3", one.key_prefix)
            reason = f": {one.reason}" if one.reason else ""
            text("p", f"until {moment(one.until, zone)}, by {one.made_by}{reason}", "dim")
            ui.button("Tell again", on_click=lambda: end(one)).props(
                f'flat dense aria-label="Tell {one.key_prefix} again"'
            )

    async def acknowledge(one: Alert) -> None:
        if await visit.act(lambda connection, person, now: acts.acknowledge(connection, [one.id], person.name, now)):
            visit.say("You look after it; nobody is told again until it is over.")
        await renew()

    def ask(one: Alert) -> None:
        with dialog(f"Silence {one.title}") as opened:
            text("p", "Nobody is told meanwhile. The alert stays on this page.")
            lasts = ui.select(list(_HOURS), value="1 day", label="For").props("outlined dense")
            reason = ui.input("Why").props("outlined dense maxlength=200")

            async def press() -> None:
                def work(connection: sa.Connection, person: Person, now: datetime) -> bool:
                    until = now + timedelta(hours=_HOURS[str(lasts.value)])
                    acts.silence(connection, one.key, until, reason.value or "", person.name, now)
                    return True

                opened.close()
                if await visit.act(work):
                    visit.say("It is silent.")
                await renew()

            ui.button("Silence it", on_click=press).props("unelevated")

    async def end(one: Silence) -> None:
        def work(connection: sa.Connection, person: Person, now: datetime) -> bool:
            acts.end_silence(connection, one.key_prefix, person.name, now)
            return True

        await visit.act(work)
        await renew()

    async def renew() -> None:
        if found := await visit.act(_read):
            draw(*found.value)

    async def look() -> None:
        if found := await visit.look(_read):
            draw(*found.value)

    await renew()
    ui.timer(EVERY_SECONDS, look, immediate=False)
