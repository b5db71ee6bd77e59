"""What belongs to many rows of a page, read with one statement for all of them."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from strawberry.dataloader import DataLoader

from mhc_core.db.queries import beside, pages
from mhc_core.db.queries.beside import Said
from mhc_core.db.queries.bookings import Booking
from mhc_core.db.queries.pages import ListedConversation, ListedRating
from mhc_serving.graphql.asked import Asked

T = TypeVar("T")


def turns(asked: Asked, last: int) -> DataLoader[UUID, list[Said]]:
    """The last turns of conversations."""
    return _loader(asked, f"turns {last}", lambda connection, ids: beside.turns(connection, ids, last), list)


def bookings(asked: Asked) -> DataLoader[UUID, Booking | None]:
    """The booking requests of conversations."""
    return _loader(asked, "bookings", beside.bookings, lambda: None)


def ratings(asked: Asked, first: int) -> DataLoader[UUID, list[ListedRating]]:
    """The newest ratings of conversations."""
    return _loader(asked, f"ratings {first}", lambda connection, ids: beside.ratings(connection, ids, first), list)


def conversations(asked: Asked) -> DataLoader[UUID, ListedConversation | None]:
    """Conversations by id."""
    return _loader(asked, "conversations", pages.by_ids, lambda: None)


def _loader(
    asked: Asked,
    name: str,
    read: Callable[[sa.Connection, Sequence[UUID]], Mapping[UUID, object]],
    missing: Callable[[], object],
) -> DataLoader[UUID, T]:
    async def load(ids: list[UUID]) -> Sequence[object]:
        found = read(asked.connection, ids)
        asked.note(name.partition(" ")[0], len(found))
        return [found[one] if one in found else missing() for one in ids]

    known = asked.loaders.setdefault(name, DataLoader(load_fn=load))
    assert isinstance(known, DataLoader)
    return known
