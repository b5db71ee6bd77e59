"""Whole calls over Media Streams, by a caller in real time: what is stored, what is heard, and how calls end."""

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import sqlalchemy as sa
import websockets
from fakes import forgotten
from fakes.phones import WORDS, tone
from fastapi import FastAPI

from mhc_core.db.tables import calls, conversations, handovers, messages
from mhc_jobs.bench.voice.caller import Account, Caller, Turn, announce
from mhc_serving.voice import call as talking
from mhc_serving.voice import stream
from mhc_serving.voice.desk import conversation_of

NOW = datetime(2027, 1, 13, tzinfo=UTC)
FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000}
pytestmark = pytest.mark.timeout(60)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The calls of these tests wait less."""
    monkeypatch.setattr("mhc_jobs.bench.voice.caller.QUIET_SECONDS", 0.15)
    monkeypatch.setattr("mhc_jobs.bench.voice.caller.PATIENCE_SECONDS", 5.0)


def stored(engine: sa.Engine, call_sid: str) -> list[Any]:
    with engine.connect() as connection:
        statement = sa.select(messages).where(messages.c.conversation_id == conversation_of(call_sid))
        return list(connection.execute(statement.order_by(messages.c.position)))


def call_row(engine: sa.Engine, call_sid: str) -> Any:
    with engine.connect() as connection:
        return connection.execute(
            sa.select(calls).where(calls.c.conversation_id == conversation_of(call_sid))
        ).one_or_none()


def handed_over(engine: sa.Engine, call_sid: str) -> list[str]:
    with engine.connect() as connection:
        statement = sa.select(handovers.c.reason).where(handovers.c.conversation_id == conversation_of(call_sid))
        return list(connection.scalars(statement))


def until(check: Any, seconds: float = 8.0) -> Any:
    """What ``check`` gives once that is something: a call is closed a moment after its caller has gone."""
    deadline = time.monotonic() + seconds
    while not (found := check()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


class Rude(Caller):
    """Begins with messages that cannot be read, which is no reason to end a call."""

    async def _start(self, socket: Any, parameters: dict[str, str]) -> None:
        await super()._start(socket, parameters)
        for text in ("{", '{"event":"media","media":{"payload":"%%%"}}', '{"event":"unheard of"}', "[]", "null"):
            await socket.send(text)


def test_a_call_is_answered_and_stored_with_its_consent(
    account: Account,
    call_sid: str,
    serving_engine: sa.Engine,
    phone_app: FastAPI,
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    caplog.set_level("DEBUG")
    heard = asyncio.run(Rude(account, call_sid).call([tone(3), tone(5)]))
    assert len(heard.delays) == 2
    assert max(heard.delays) < 8
    said = stored(serving_engine, call_sid)
    assert [row.content for row in said if row.role == "user"] == [WORDS[3], WORDS[5]]
    assert [row.message_metadata["heard"] for row in said if row.role == "user"] == [0.9, 0.9]
    assert len(said) == 4
    row = until(lambda: (found := call_row(serving_engine, call_sid)) and found.audio_seconds and found)
    notice = phone_app.state.line.phrases.notice
    assert (row.consent, row.consent_wording, row.speakers, row.recogniser) == ("given", notice, "channel", "tones")
    assert (row.audio_sha256, pytest.approx(row.confidence)) == (None, 0.9)
    with serving_engine.connect() as connection:
        about = connection.execute(
            sa.select(conversations).where(conversations.c.id == conversation_of(call_sid))
        ).one()
    assert (about.channel, about.customer_id, about.status) == ("phone", account.number, "active")
    logged = caplog.text
    assert "call ended" in logged
    assert not any(words in logged for words in (WORDS[3], WORDS[5], account.number, said[1].content))
    forgotten.forgetter(serving_engine, tmp_path / "forgotten").erase(account.number, "Ann", NOW)
    assert call_row(serving_engine, call_sid) is None
    assert [row.content for row in stored(serving_engine, call_sid) if WORDS[3] in row.content] == []


def test_speaking_into_an_answer_silences_it(account: Account, call_sid: str) -> None:
    heard = asyncio.run(Caller(account, call_sid).call([tone(3), Turn(tone(5).sound, into=0.04)]))
    assert len(heard.barge_in) == 1
    assert heard.barge_in[0] < 2  # the bench measures it; here the machine may be busy


def test_who_hangs_up_in_the_middle_of_a_word_loses_nothing(
    account: Account, call_sid: str, serving_engine: sa.Engine
) -> None:
    whole = Turn(np.concatenate([tone(7).sound, tone(7).sound]))
    asyncio.run(Caller(account, call_sid).call([tone(3), whole], hang_up_in_the_last=True))
    until(lambda: len(stored(serving_engine, call_sid)) == 4)
    said = stored(serving_engine, call_sid)
    assert [row.content for row in said if row.role == "user"] == [WORDS[3], WORDS[7]]
    assert until(lambda: (found := call_row(serving_engine, call_sid)) and found.audio_seconds)


def test_who_says_nothing_leaves_nothing(account: Account, call_sid: str, serving_engine: sa.Engine) -> None:
    asyncio.run(Caller(account, call_sid).press("", wait=0.2))
    time.sleep(0.5)
    assert stored(serving_engine, call_sid) == []
    assert call_row(serving_engine, call_sid) is None


@pytest.mark.parametrize("how", ["said", "pressed"])
def test_a_person_is_reached_by_word_and_by_key(
    account: Account, call_sid: str, serving_engine: sa.Engine, how: str
) -> None:
    caller = Caller(account, call_sid)
    asyncio.run(caller.call([tone(9)]) if how == "said" else caller.press("0", wait=2.0))
    assert until(lambda: handed_over(serving_engine, call_sid)) == ["request for a person"]


def test_keys_are_numbers_and_star_refuses_training(account: Account, call_sid: str, serving_engine: sa.Engine) -> None:
    asyncio.run(Caller(account, call_sid).press("*95816#", wait=1.0))
    until(lambda: stored(serving_engine, call_sid))
    assert stored(serving_engine, call_sid)[0].content == "95816"
    assert call_row(serving_engine, call_sid).consent == "refused"


def test_what_cannot_be_understood_is_asked_for_again_and_stored_nowhere(
    account: Account, call_sid: str, serving_engine: sa.Engine
) -> None:
    heard = asyncio.run(Caller(account, call_sid).call([tone(14)]))
    assert heard.delays[0] < 8
    assert stored(serving_engine, call_sid) == []


def test_a_silent_caller_is_asked_twice_and_then_let_go(
    account: Account, call_sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(talking, "SILENT_SECONDS", 0.3)
    heard = asyncio.run(Caller(account, call_sid).press("", wait=4.0))
    assert heard.closed == 1000
    assert heard.marks >= 4  # the notice, two questions, the end


def test_a_call_that_is_too_long_ends_with_a_person(
    account: Account, call_sid: str, phone_app: FastAPI, serving_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone_app.state.services.settings.voice_minutes = 1.5 / 60
    heard = asyncio.run(Caller(account, call_sid).call([tone(3), *[Turn(np.zeros(8_000, dtype=np.float32))] * 3]))
    assert heard.closed == 1000
    assert handed_over(serving_engine, call_sid) == ["request for a person"]


def test_a_failing_concierge_is_told_and_not_silent(
    account: Account, call_sid: str, phone_app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError("the words of a customer")

    monkeypatch.setattr(phone_app.state.services.concierge, "answer", broken)
    heard = asyncio.run(Caller(account, call_sid).call([tone(3)]))
    assert heard.delays[0] < 8


@pytest.mark.parametrize(
    "messages_",
    [
        ["no json"],
        [{"event": "media", "media": {"payload": ""}}],
        [{"event": "connected"}],
        [{"event": "start", "streamSid": "MZ", "start": {"callSid": "CA", "mediaFormat": FORMAT}}],
    ],
)
def test_a_socket_that_is_no_announced_call_is_closed(
    account: Account, messages_: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "START_SECONDS", 0.5)

    async def knock() -> int | None:
        async with websockets.connect(f"{account.url.replace('http', 'ws')}/v1/voice/twilio/stream") as socket:
            for each in messages_:
                await socket.send(each if isinstance(each, str) else orjson.dumps(each).decode())
            await asyncio.wait_for(socket.wait_closed(), 10)
            return socket.close_code

    assert asyncio.run(knock()) in (stream.REFUSED, stream.UNREADABLE)


def test_an_admission_opens_no_other_call(account: Account, call_sid: str) -> None:
    async def steal() -> int | None:
        url, parameters = await announce(account, call_sid)
        thief = Caller(account, "CA-another")
        async with websockets.connect(url) as socket:
            await thief._start(socket, parameters)
            await asyncio.wait_for(socket.wait_closed(), 10)
            return socket.close_code

    assert asyncio.run(steal()) == stream.REFUSED
