"""Ids as people write them: the beginning is enough where only one begins so."""

from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.tables import (
    conversations,
    dataset_versions,
    knowledge_articles,
    knowledge_versions,
    messages,
    model_versions,
    prompt_versions,
)
from mhc_core.errors import Conflict, NotFound

_SHOWN = 5


class Kind(NamedTuple):
    """What is looked for, and where its ids stand."""

    name: str
    column: sa.ColumnElement[object]


MODEL = Kind("model", model_versions.c.id)
DATASET = Kind("data set", dataset_versions.c.id)
PROMPT = Kind("prompt version", prompt_versions.c.id)
KNOWLEDGE = Kind("knowledge version", knowledge_versions.c.id)
ARTICLE = Kind("article", knowledge_articles.c.id)
MESSAGE = Kind("message", messages.c.id)
CONVERSATION = Kind("conversation", conversations.c.id)


def complete(connection: sa.Connection, kind: Kind, given: str) -> str:
    """The whole id that begins with ``given``; ``given`` itself where none does, which whoever looks it up will say.

    Raises:
        Conflict: several begin so; the message names some.
    """
    written = sa.cast(kind.column, sa.Text)
    begins = sa.select(written).where(written.startswith(given, autoescape=True)).order_by(written).limit(_SHOWN + 1)
    found = list(connection.scalars(begins))
    if given in found or not found:
        return given
    if len(found) > 1:
        named = ", ".join(found[:_SHOWN]) + (", …" if len(found) > _SHOWN else "")
        raise Conflict(f"several ids of a {kind.name} begin with {given}: {named}; write more of it")
    return found[0]


def message(connection: sa.Connection, given: str) -> UUID:
    """The id of the message that begins with ``given``.

    Raises:
        Conflict: several begin so.
        NotFound: none does, and it is no whole id.
    """
    return _uuid(connection, MESSAGE, given)


def conversation(connection: sa.Connection, given: str) -> UUID:
    """The id of the conversation that begins with ``given``; raises as ``message``."""
    return _uuid(connection, CONVERSATION, given)


def _uuid(connection: sa.Connection, kind: Kind, given: str) -> UUID:
    try:
        return UUID(complete(connection, kind, given.lower()))
    except ValueError:
        raise NotFound(f"there is no {kind.name} {given}; a chat answer says its {kind.name}_id") from None
