"""Articles written by hand: stored like imported ones, and never over somebody else's change."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from mhc_core.db.queries import knowledge as queries
from mhc_core.db.queries import knowledge_desk
from mhc_core.errors import Conflict, DataError
from mhc_core.knowledge import writing

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TEXT = writing.form("KB-7", "Noise", "site", ["sound"], ["is it loud?"], "It is as loud as a party.")


def test_what_is_written_can_be_edited_again(connection: sa.Connection) -> None:
    writing.save(connection, TEXT, None, "ana", NOW)
    row = queries.article(connection, "KB-7")
    assert row is not None
    assert writing.text_of(row, knowledge_desk.questions(connection, "KB-7")) == TEXT
    writing.save(connection, TEXT.replace("a party", "a talk"), row.content_sha256, "ana", NOW)
    changed = queries.article(connection, "KB-7")
    assert changed is not None
    assert changed.body == "It is as loud as a talk."
    actors = connection.scalars(sa.text("select actor from ai.audit_log where action = 'knowledge.written'"))
    assert list(actors) == ["ana", "ana"]


def test_a_change_of_somebody_else_is_not_overwritten(connection: sa.Connection) -> None:
    writing.save(connection, TEXT, None, "ana", NOW)
    with pytest.raises(Conflict, match="exists already"):
        writing.save(connection, TEXT, None, "bob", NOW)
    with pytest.raises(Conflict, match="changed meanwhile"):
        writing.save(connection, TEXT, "an older hash", "bob", NOW)


def test_what_is_no_article_is_refused(connection: sa.Connection) -> None:
    with pytest.raises(DataError, match="front matter"):
        writing.save(connection, "just words", None, "ana", NOW)
