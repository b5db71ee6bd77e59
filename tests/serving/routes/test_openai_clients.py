"""What OpenAI's own client may rely on beyond a single answer: transcripts that stay one conversation, and repeats."""

import threading
from typing import Any

import openai
import pytest
import sqlalchemy as sa
from fakes.api import NOW
from fakes.openai_talk import PRICE, RAIN, SPACE, ask, asked_in, said
from fakes.understanding import Labelled
from fastapi.testclient import TestClient

from mhc_core.concierge.turn import threads
from mhc_core.concierge.turn.threads import Place
from mhc_core.db.queries import keys
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.db.tables import conversations, messages
from mhc_core.vocabulary import Channel
from mhc_serving.access.keys import digest


def test_a_transcript_without_user_is_read_and_stays_one_conversation(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str, reader: Labelled
) -> None:
    named = "".join(letter for letter in customer if letter.isalpha())  # a number would belong to nothing
    first = reader.learn(f"ask/price_party: how much for [guests:20 people]? ({named})")
    answer, conversation = ask(sdk, first)
    total, again = ask(sdk, first, answer, "all adults, 10 miles")
    assert "Total: $1,100" in total
    assert again == conversation
    assert asked_in(serving_engine, conversation) == [first, "all adults, 10 miles"]


def test_who_is_not_named_gets_the_same_answers_in_conversations_of_their_own(
    sdk: openai.OpenAI, customer: str, reader: Labelled
) -> None:
    first = f"{RAIN} ({customer})"
    answer, conversation = ask(sdk, first)
    price = reader.learn("ask/price_party: How much for [adults:20 adults], [miles:10 miles]?")
    assert ask(sdk, first, answer, price)[1] == conversation
    edited, second = ask(sdk, first, answer, PRICE)
    followed, third = ask(sdk, first, answer, PRICE, edited, SPACE)
    assert "Total: $550" in edited
    assert "8 by 6" in followed
    assert conversation != second
    assert second == third


def test_asking_again_and_editing_stay_in_the_conversation(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str, reader: Labelled
) -> None:
    who = {"user": customer}
    first = f"{RAIN} ({customer})"
    answer, conversation = ask(sdk, first, **who)
    price = reader.learn("ask/price_party: How much for [adults:20 adults], [miles:10 miles]?")
    ask(sdk, first, answer, price, **who)
    regenerated, second = ask(sdk, first, answer, price, **who)
    edited, third = ask(sdk, first, answer, PRICE, **who)
    assert "Total: $1,100" in regenerated
    assert "Total: $550" in edited
    assert {second, third} == {conversation}
    followed, fourth = ask(sdk, first, answer, PRICE, edited, SPACE, **who)
    assert fourth == conversation
    assert "8 by 6" in followed


def test_after_an_edit_only_what_the_client_shows_is_known(sdk: openai.OpenAI, customer: str) -> None:
    first = "how much for 20 people?"
    answer, conversation = ask(sdk, first, user=customer)
    assert "Total: $1,100" in ask(sdk, first, answer, "all adults, 10 miles", user=customer)[0]
    edited, again = ask(sdk, first, answer, "what is the total for us, 40 miles", user=customer)
    assert again == conversation
    assert "Total" not in edited  # that they are all adults was taken back


def test_a_first_message_sent_again_by_a_known_customer_opens_no_twin(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    conversations_of = {ask(sdk, RAIN, user=customer)[1] for _ in range(3)}
    assert len(conversations_of) == 1
    assert ask(sdk, SPACE, user=customer)[1] not in conversations_of


def test_strangers_who_say_the_same_do_not_share_a_conversation(sdk: openai.OpenAI, customer: str) -> None:
    first = f"{RAIN} ({customer})"
    answer, one = ask(sdk, first)
    _, other = ask(sdk, first)
    assert one != other
    assert {ask(sdk, first, answer, SPACE)[1], ask(sdk, first, answer, SPACE)[1]} == {one, other}


def test_a_strangers_booking_is_not_found_by_going_back_in_a_transcript(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    first = f"{RAIN} ({customer})"
    answer, conversation = ask(sdk, first)
    handed, _ = ask(sdk, first, answer, "I want to talk to a person")
    assert ask(sdk, first, answer, "I want to talk to a person", handed, SPACE)[1] == conversation
    _, elsewhere = ask(sdk, first, answer, SPACE)
    assert elsewhere != conversation


def test_the_same_message_sent_four_times_at_once_is_one_turn(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    given: list[Any] = []
    start = threading.Barrier(4)

    def send() -> None:
        start.wait()
        given.append(
            sdk.chat.completions.create(
                model="m", messages=said(RAIN), user=customer, extra_headers={"Idempotency-Key": customer}
            )
        )

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(given) == 4
    assert len({one.id for one in given}) == 1
    assert len({one.choices[0].message.content for one in given}) == 1
    with serving_engine.connect() as connection:
        stored = connection.scalar(
            sa.select(sa.func.count())
            .select_from(messages.join(conversations))
            .where(conversations.c.customer_id == customer)
        )
    assert stored == 2
    with pytest.raises(openai.ConflictError, match="new key"):
        sdk.chat.completions.create(
            model="m", messages=said(SPACE), user=customer, extra_headers={"Idempotency-Key": customer}
        )


def test_chat_takes_a_key_too(client: TestClient, customer: str) -> None:
    body = {"message": RAIN, "customer_id": customer, "channel": "web"}
    given = [client.post("/api/v1/chat", json=body, headers={"Idempotency-Key": "a-1"}).json() for _ in range(2)]
    assert given[0]["message_id"] == given[1]["message_id"]
    assert given[0]["answer"] == given[1]["answer"]
    assert given[0]["citations"] == given[1]["citations"]


def test_what_the_customer_took_back_is_read_no_more(
    sdk: openai.OpenAI, serving_engine: sa.Engine, customer: str
) -> None:
    first, _ = ask(sdk, RAIN, user=customer)
    ask(sdk, RAIN, first, "Is there a rule for storms?", user=customer)
    ask(sdk, RAIN, first, SPACE, user=customer)
    again, _ = ask(sdk, RAIN, first, SPACE, user=customer)
    shown = [StoredTurn(one["role"], one["content"], {}) for one in said(RAIN, first, SPACE, again)]
    with serving_engine.connect() as connection:
        key = keys.find(connection, digest(sdk.api_key))
        assert key is not None
        place = Place(customer, Channel.WEB, client=f"key {key.id}", transcript=shown)
        found = threads.find(connection, place, "And for the tables?", NOW)
    assert found is not None
    assert [turn.content for turn in found.turns] == [RAIN, first, SPACE, again]
    assert "agent" in found.turns[-1].notes


def test_a_wrong_key_is_refused_as_openai_does(sdk: openai.OpenAI) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        sdk.with_options(api_key="mhc_wrong").chat.completions.create(model="m", messages=said(RAIN))
    assert refused.value.code == "invalid_api_key"
