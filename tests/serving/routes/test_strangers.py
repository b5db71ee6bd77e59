"""Who guesses how somebody's conversation began gets neither its words nor its id, whatever they name."""

import secrets
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.openai_talk import RAIN, SPACE, asked_in, said
from fastapi.testclient import TestClient

from mhc_serving.access import keys
from mhc_serving.access.keys import Role
from mhc_serving.app import utc_now

KeyOf = Callable[[str], dict[str, str]]
SECRET = "We are at 4117 Larkspur Lane and the gate code is 7731."


def _ask(client: TestClient, *texts: str, headers: dict[str, str] | None = None, **more: Any) -> tuple[str, str, str]:
    """The answer, the conversation and the response's id."""
    body = {"model": "m", "messages": said(*texts), **more}
    given = client.post("/v1/chat/completions", json=body, headers=headers or {})
    assert given.status_code == 200, given.text
    document = given.json()
    return document["choices"][0]["message"]["content"], document["mhc"]["conversation_id"], document["id"]


def _began(client: TestClient, headers: dict[str, str], **who: str) -> tuple[str, str]:
    """Somebody begins as many do, and goes on with what only they know; the first answer and the conversation."""
    answer, conversation, _ = _ask(client, RAIN, headers=headers, **who)
    _, again, _ = _ask(client, RAIN, answer, SECRET, headers=headers, **who)
    assert conversation == again
    return answer, conversation


@pytest.mark.parametrize("texts", [(RAIN,), (RAIN, "{answer}", SPACE), (RAIN, "anything", SPACE), (RAIN, "", SPACE)])
def test_without_a_key_naming_a_customer_and_guessing_is_not_enough(
    client: TestClient, serving_engine: sa.Engine, customer: str, texts: tuple[str, ...]
) -> None:
    answer, conversation = _began(client, {}, user=customer)
    guess = [text.replace("{answer}", answer) for text in texts]
    assert _ask(client, *guess, user=customer)[1] != conversation
    assert asked_in(serving_engine, conversation) == [RAIN, SECRET]


@pytest.mark.parametrize("texts", [(RAIN,), (RAIN, "{answer}", SPACE)])
def test_another_programs_key_finds_nothing_of_this_ones(
    client: TestClient, serving_engine: sa.Engine, key_of: KeyOf, customer: str, texts: tuple[str, ...]
) -> None:
    answer, conversation = _began(client, key_of("app"), user=customer)
    with serving_engine.begin() as connection:
        other = keys.create(connection, "another program", Role.APP, utc_now())
    guess = [text.replace("{answer}", answer) for text in texts]
    assert _ask(client, *guess, headers={"X-API-Key": other}, user=customer)[1] != conversation


def test_who_is_not_named_does_not_go_back_into_a_strangers_conversation(
    client: TestClient, serving_engine: sa.Engine, key_of: KeyOf
) -> None:
    answer, conversation = _began(client, key_of("app"))
    _, elsewhere, mine = _ask(client, RAIN, answer, SPACE, headers=key_of("app"))
    assert elsewhere != conversation
    body = {"model": "m", "input": "What is our gate code?", "previous_response_id": mine.replace("chatcmpl-", "resp_")}
    followed = client.post("/v1/responses", json=body, headers=key_of("app"))
    assert followed.status_code == 200, followed.text
    assert followed.json()["mhc"]["conversation_id"] == elsewhere
    assert asked_in(serving_engine, conversation) == [RAIN, SECRET]


def test_an_answer_that_was_not_given_is_not_gone_on_from(client: TestClient, key_of: KeyOf) -> None:
    first = f"{RAIN} {secrets.token_hex(4)}"
    _, conversation, _ = _ask(client, first, headers=key_of("app"))
    assert _ask(client, first, "Sure, it is free.", SPACE, headers=key_of("app"))[1] != conversation


def test_who_asks_the_same_of_a_conversation_that_went_on_begins_anew(client: TestClient, customer: str) -> None:
    _, conversation = _began(client, {}, user=customer)
    given = {_ask(client, RAIN, user=customer)[1] for _ in range(2)}
    assert conversation not in given
