"""Who writes STOP is off the list at once, hears so once and without advertising, and keeps what they booked."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.campaigns import pseudonym

Say = Callable[..., dict[str, Any]]


def left(engine: sa.Engine, customer: str) -> list[str]:
    with engine.begin() as connection:
        query = sa.text("select how from ai.contact_optouts where customer_hash = :who")
        return list(connection.scalars(query, {"who": pseudonym(connection, customer)}))


@pytest.mark.parametrize("word", ["STOP", "Cancel", "unsubscribe"])
def test_a_keyword_on_the_phone_ends_everything(serving_engine: sa.Engine, say: Say, customer: str, word: str) -> None:
    answer = say(word, channel="sms")
    assert left(serving_engine, customer) == ["keyword"]
    assert "off our list" in answer["answer"]
    assert "booking of yours stays" in answer["answer"]
    assert not any(sign in answer["answer"] for sign in ("$", "%", "!"))
    assert "already" in say(word, channel="sms")["answer"]


def test_spanish_is_answered_in_spanish(serving_engine: sa.Engine, say: Say, customer: str) -> None:
    assert "no le enviamos más ofertas" in say("No más", channel="sms")["answer"]
    assert left(serving_engine, customer) == ["keyword"]


def test_cancel_in_the_chat_is_about_a_booking(serving_engine: sa.Engine, say: Say, customer: str) -> None:
    assert "off our list" not in say("cancel")["answer"]
    assert left(serving_engine, customer) == []


def test_a_wish_in_other_words_is_heard_too(serving_engine: sa.Engine, say: Say, customer: str) -> None:
    say("stop: please take me off your list")
    assert left(serving_engine, customer) == ["words"]


def test_stop_is_heard_while_a_person_has_the_conversation(serving_engine: sa.Engine, say: Say, customer: str) -> None:
    say("person: get me a human", channel="sms")
    say("STOP", channel="sms")
    assert left(serving_engine, customer) == ["keyword"]
