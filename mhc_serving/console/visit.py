"""Who looks at a page, and how a page reads and acts: each time under the session as it is then."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Generic, Literal, TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from nicegui import Client, ui
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.concurrency import run_in_threadpool

from mhc_core.accounts import sessions
from mhc_core.accounts.sessions import Person
from mhc_core.business.pricing import Business
from mhc_core.errors import AccessDenied, Conflict, MHCError
from mhc_core.settings import Settings
from mhc_serving.console import places
from mhc_serving.console.places import Place

log = logging.getLogger(__name__)
T = TypeVar("T")
Work = Callable[[sa.Connection, Person, datetime], T]
_NO_DATABASE = "the database does not answer; nothing was changed, try again in a few seconds"


def utc_now() -> datetime:
    """The time of the system, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Console:
    """Everything that the pages share."""

    settings: Settings
    engine: sa.Engine
    business: Business
    clock: Callable[[], datetime] = utc_now

    @property
    def zone(self) -> ZoneInfo:
        """The business's own."""
        return ZoneInfo(self.business.contact.timezone)

    def person(self, token: str, *, present: bool) -> Person:
        """Whose session this is.

        Raises:
            AccessDenied: it has ended.
        """
        with self.engine.begin() as connection:
            return sessions.person(connection, token, self.clock(), present=present)


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    """What came of an act that went well."""

    value: T


@dataclass(frozen=True, slots=True)
class Visit:
    """One opening of one page by one person."""

    console: Console
    place: Place
    person: Person
    token: str
    client: Client

    async def act(self, work: Work[T]) -> Done[T] | None:
        """Do something in one transaction, as the person whose session it is; None when it was refused, which the page
        then has said."""
        return await self._attempt(work, present=True)

    async def look(self, work: Work[T]) -> Done[T] | None:
        """Read something by the page itself: it says nothing of whether its person is there."""
        return await self._attempt(work, present=False)

    async def _attempt(self, work: Work[T], *, present: bool) -> Done[T] | None:
        try:
            return Done(await run_in_threadpool(self._run, work, present))
        except AccessDenied:
            with self.client:  # what was clicked may be gone by now
                ui.navigate.to(places.SIGN_IN.removeprefix(places.ROOT))
        except MHCError as refused:
            self.say(str(refused), "warning")
        except (DBAPIError, PoolTimeout) as error:
            log.warning("%s: database (%s)", self.place.path, type(error).__name__)
            self.say(_NO_DATABASE, "negative")
        return None

    def say(self, told: str, kind: Literal["positive", "negative", "warning"] = "positive") -> None:
        """Tell the person something for a moment."""
        with self.client:
            ui.notify(_sentence(told), type=kind, multi_line=True, close_button="OK" if kind != "positive" else False)

    def _run(self, work: Work[T], present: bool) -> T:
        now = self.console.clock()
        with self.console.engine.begin() as connection:
            person = sessions.person(connection, self.token, now, present=present)
            if person.role not in self.place.roles:
                raise Conflict(f"your role is {person.role} now, which may not do this; open another page")
            return work(connection, person, now)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
