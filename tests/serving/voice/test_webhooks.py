"""What Twilio asks of the line: only what it signed is answered, and each answer is TwiML that goes on rightly."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from fakes.phones import OPEN, TOKEN
from fastapi import FastAPI
from fastapi.testclient import TestClient

from mhc_core.db.tables import conversations
from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings
from mhc_core.support import handover
from mhc_serving.app import create_app
from mhc_serving.voice import admission
from mhc_serving.voice.admission import Admitted
from mhc_serving.voice.desk import conversation_of
from mhc_serving.voice.signature import signature, verified

PREFIX = "http://testserver/v1/voice/twilio"


@pytest.fixture
def client(phone_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(phone_app, raise_server_exceptions=False) as client:
        yield client


def post(client: TestClient, what: str, form: dict[str, str], signed: str | None = None) -> Any:
    url = f"{PREFIX}/{what}"
    headers = {"X-Twilio-Signature": signature(TOKEN, url, form.items()) if signed is None else signed}
    return client.post(url, data=form, headers=headers)


def test_the_signature_is_that_of_twilios_own_example() -> None:
    form = {"CallSid": "CA1234567890ABCDE", "Caller": "+14158675310", "Digits": "1234", "From": "+14158675310",
            "To": "+18005551212"}  # fmt: skip
    url = "https://example.com/myapp.php?foo=1&bar=2"
    assert signature("12345", url, form.items()) == "L/OH5YylLD5NRKLltdqwSvS0BnU="
    assert verified(
        "12345", "https://example.com:443/myapp.php?foo=1&bar=2", form.items(), signature("12345", url, form.items())
    )
    assert not verified("12346", url, form.items(), signature("12345", url, form.items()))


@pytest.mark.parametrize("what", ["incoming", "next", "whisper", "accepted", "dialled", "status"])
def test_what_twilio_did_not_sign_is_refused(client: TestClient, what: str) -> None:
    form = {"CallSid": "CA1", "From": "+19165550123"}
    assert post(client, what, form).status_code < 300
    other = signature(TOKEN, f"{PREFIX}/{what}", [*form.items(), ("From2", "x")])
    for forged in ("", "nonsense", other):
        assert post(client, what, form, forged).status_code == 403


def test_a_call_is_connected_with_a_stream_of_its_own(client: TestClient, phone_app: FastAPI) -> None:
    answer = post(client, "incoming", {"CallSid": "CA77", "From": "+1 (916) 555-0123"})
    assert answer.headers["content-type"].startswith("text/xml")
    connect = ElementTree.fromstring(answer.content).find("Connect")
    assert connect is not None
    stream = connect.find("Stream")
    assert stream is not None
    assert stream.attrib["url"] == "ws://testserver/v1/voice/twilio/stream"
    assert "?" not in stream.attrib["url"]  # Twilio takes none
    assert connect.attrib["action"] == f"{PREFIX}/next"
    sent = {each.attrib["name"]: each.attrib["value"] for each in stream.findall("Parameter")}
    keys = phone_app.state.line.keys
    assert admission.read(keys, sent["admission"], "CA77", OPEN) == Admitted("CA77", "+19165550123")
    assert admission.read(keys, sent["admission"], "CA78", OPEN) is None
    assert admission.read(keys, sent["admission"], "CA77", datetime(2027, 1, 13, tzinfo=UTC)) is None


def test_a_withheld_number_is_nobodys(client: TestClient, phone_app: FastAPI) -> None:
    answer = post(client, "incoming", {"CallSid": "CA9", "From": "anonymous"})
    found = ElementTree.fromstring(answer.content).find("./Connect/Stream/Parameter")
    assert found is not None
    read = admission.read(phone_app.state.line.keys, found.attrib["value"], "CA9", OPEN)
    assert read == Admitted("CA9", None)


def test_one_call_too_many_is_told_so(client: TestClient, phone_app: FastAPI) -> None:
    phone_app.state.services.settings.voice_calls = 1
    with phone_app.state.line.taken() as free:
        assert free
        said = ElementTree.fromstring(post(client, "incoming", {"CallSid": "CA1", "From": "+1"}).content)
    assert "All our lines are taken" in str(said.findtext("Say"))
    assert "nine one six" in str(said.findtext("Say"))
    again = ElementTree.fromstring(post(client, "incoming", {"CallSid": "CA1", "From": "+1"}).content)
    assert again.find("Connect") is not None


@pytest.fixture
def handed_over(serving_engine: sa.Engine, phone_app: FastAPI) -> str:
    """A call whose conversation waits for a person."""
    call_sid = f"CA{uuid4().hex}"
    with serving_engine.begin() as connection:
        connection.execute(
            sa.insert(conversations).values(
                id=conversation_of(call_sid), source="serving", source_id=call_sid, channel="phone", started_at=OPEN,
                last_message_at=OPEN, updated_at=OPEN, facts={"party": {"adults": 12}, "day": "2027-06-14"},
            )
        )  # fmt: skip
        handover.begin(connection, phone_app.state.services.business, conversation_of(call_sid), "severe allergy", OPEN)
    return call_sid


def test_who_needs_a_person_is_put_through_with_a_summary(client: TestClient, handed_over: str) -> None:
    dial = ElementTree.fromstring(post(client, "next", {"CallSid": handed_over}).content).find("Dial")
    assert dial is not None
    number = dial.find("Number")
    assert number is not None
    assert (number.text, number.attrib["url"]) == ("+19165550199", f"{PREFIX}/whisper")
    told = ElementTree.fromstring(
        post(client, "whisper", {"CallSid": "CA-other", "ParentCallSid": handed_over}).content
    )
    summary = str(told.findtext("./Gather/Say"))
    assert "severe allergy" in summary
    assert "twelve adults" in summary
    assert "June fourteenth" in summary
    assert told.find("Hangup") is not None  # an answering machine presses no key
    assert list(ElementTree.fromstring(post(client, "accepted", {"CallSid": "CA-other"}).content)) == []


def test_nobody_is_put_through_when_the_team_is_away(client: TestClient, phone_app: FastAPI, handed_over: str) -> None:
    phone_app.state.services.settings.voice_transfer_to = ""
    answer = ElementTree.fromstring(post(client, "next", {"CallSid": handed_over}).content)
    assert [each.tag for each in answer] == ["Hangup"]


def test_a_call_that_ended_by_itself_is_hung_up(client: TestClient) -> None:
    answer = ElementTree.fromstring(post(client, "next", {"CallSid": "CA-nobody"}).content)
    assert [each.tag for each in answer] == ["Hangup"]


@pytest.mark.parametrize(("status", "says"), [("no-answer", True), ("busy", True), ("completed", False)])
def test_a_transfer_that_nobody_takes_is_told(client: TestClient, status: str, says: bool) -> None:
    answer = ElementTree.fromstring(post(client, "dialled", {"DialCallStatus": status}).content)
    assert (answer.find("Say") is not None) == says


def test_without_the_setting_there_is_no_line(serving_engine: sa.Engine, tmp_path: Any) -> None:
    with TestClient(create_app(Settings(state_dir=tmp_path), serving_engine)) as client:
        assert client.post(f"{PREFIX}/incoming").status_code == 404
        assert client.get("/talk").status_code == 404


def test_a_line_without_a_token_does_not_start(serving_engine: sa.Engine, tmp_path: Any) -> None:
    with pytest.raises(ConfigurationError, match="MHC_TWILIO__AUTH_TOKEN"):
        create_app(Settings(state_dir=tmp_path, voice=True), serving_engine)
