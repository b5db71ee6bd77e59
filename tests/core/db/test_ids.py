"""The beginning of an id is enough where only one begins so."""

import pytest
import sqlalchemy as sa
from fakes.stored import say, talk

from mhc_core.db.queries import ids
from mhc_core.db.tables import model_versions
from mhc_core.errors import Conflict, NotFound


@pytest.fixture
def models(connection: sa.Connection) -> sa.Connection:
    connection.execute(
        sa.insert(model_versions),
        [{"id": name, "provider": "p", "base_model": "b"} for name in ("local-ab12", "local-ab34", "local-ab", "lo_a")],
    )
    return connection


@pytest.mark.parametrize(
    ("given", "whole"),
    [("local-ab3", "local-ab34"), ("local-ab", "local-ab"), ("lo_", "lo_a"), ("remote", "remote"), ("%", "%")],
)
def test_the_beginning_of_one_id_is_that_id(models: sa.Connection, given: str, whole: str) -> None:
    assert ids.complete(models, ids.MODEL, given) == whole


def test_a_beginning_of_several_names_them(models: sa.Connection) -> None:
    with pytest.raises(Conflict, match=r"local-ab, local-ab12, local-ab34; write more"):
        ids.complete(models, ids.MODEL, "local")


def test_messages_and_conversations_are_found_by_theirs(connection: sa.Connection) -> None:
    conversation, [message] = talk(connection, say("user", "hello"))
    assert ids.message(connection, str(message)[:13].upper()) == message
    assert ids.conversation(connection, str(conversation)[:13]) == conversation
    with pytest.raises(NotFound, match="no message zzz"):
        ids.message(connection, "zzz")
