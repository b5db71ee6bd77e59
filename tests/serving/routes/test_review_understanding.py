"""Reviewers see how messages were read and correct it over HTTP."""

from collections.abc import Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import say, talk
from fastapi.testclient import TestClient

from mhc_core.db.tables import understanding_examples
from mhc_core.understanding.labelled import as_understood, parse_line
from mhc_core.understanding.notes import READING, reading_notes

KeyOf = Callable[[str], dict[str, str]]
PLACE = "/api/v1/review/understanding"


@pytest.fixture
def message(serving_engine: sa.Engine) -> UUID:
    """A message that was read wrongly, and not for sure."""
    labelled = parse_line("ask/menu: dont forget the 12 adults, Irene Grove 916-555-0142")
    read = as_understood(labelled)
    read = replace(read, segments=[replace(each, topic_probability=0.01) for each in read.segments])
    noted = {READING: reading_notes(read, labelled.context, labelled.text)}
    with serving_engine.begin() as connection:
        return talk(connection, say("user", labelled.text, message_metadata=noted))[1][0]


def test_a_reading_is_listed_shown_and_corrected(
    client: TestClient, key_of: KeyOf, message: UUID, serving_engine: sa.Engine
) -> None:
    headers = key_of("reviewer")
    [listed] = [
        item
        for item in client.get(PLACE, headers=headers, params={"limit": 200}).json()["items"]
        if item["message_id"] == str(message)
    ]
    assert (listed["why"], listed["confidence"]) == ("low_confidence", 0.01)
    assert listed["line"] == "ask/menu: dont forget the 12 adults, [PERSON_1] [PHONE_1]"
    shown = client.get(f"{PLACE}/{message}", headers=headers).json()
    assert shown == listed | {"why": None}
    line = "add/book: dont forget the [adults:12 adults], [name:[PERSON_1]] [phone:[PHONE_1]]"
    given = client.post(f"{PLACE}/{message}", headers=headers, json={"line": line})
    assert given.status_code == 200, given.text
    assert given.json()["line"] == line
    assert given.json()["corrected_by"] == "test reviewer"
    with serving_engine.connect() as connection:
        row = connection.execute(
            sa.select(understanding_examples).where(understanding_examples.c.message_id == message)
        ).one()
    assert (row.line, row.author) == (line, "test reviewer")


def test_other_words_are_refused_and_unknown_messages_not_found(
    client: TestClient, key_of: KeyOf, message: UUID
) -> None:
    headers = key_of("reviewer")
    refused = client.post(f"{PLACE}/{message}", headers=headers, json={"line": "add/book: something else"})
    assert refused.status_code == 422
    assert "change labels only" in refused.json()["detail"]
    assert client.get(f"{PLACE}/{uuid4()}", headers=headers).status_code == 404
