"""Transcripts of calls become conversations with consent beside them, and only what was agreed to is learned from."""

import hashlib
import json
import wave
from importlib.util import find_spec
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
import sqlalchemy as sa
from fakes.importing import bring, told, whole

from mhc_core.collection.importing import transcripts
from mhc_core.collection.importing.context import Calls
from mhc_core.collection.importing.transcripts import Told, Utterance
from mhc_core.settings import Settings
from mhc_core.speech import engines
from mhc_core.vocabulary import Consent

GIVEN = Calls(Consent.GIVEN, "This call may be recorded.")
TALK = [("agent", "My Hibachi Chef, how can I help?"), ("user", "um i want a party for twelve"), ("agent", "Gladly.")]
TEXT = "Agent: My Hibachi Chef, how can I help?\nCustomer: um i want a party\nfor twelve\nAgent: Gladly.\n"
VTT = """WEBVTT

00:00:01.000 --> 00:00:02.500
<v Agent>My Hibachi Chef, how can I help?

00:00:03.000 --> 00:00:04.000
<v Maria>um i want a party

00:00:04.000 --> 00:00:05.000
<v Maria>for twelve

00:00:06.000 --> 00:00:07.000
<v Agent>Gladly.
"""
SRT = """1
00:00:01,000 --> 00:00:02,500
My Hibachi Chef, how can I help?

2
00:00:03,000 --> 00:00:05,000
um i want a party for twelve

3
00:00:06,000 --> 00:00:07,000
Gladly.
"""
SENTENCES = [
    {"media_channel": 1, "sentence_index": 0, "start_time": "0.4", "transcript": TALK[0][1], "confidence": "0.98"},
    {"media_channel": 2, "sentence_index": 1, "start_time": "3.1", "transcript": TALK[1][1][:17], "confidence": ".9"},
    {"media_channel": 2, "sentence_index": 2, "start_time": "4.1", "transcript": "for twelve", "confidence": "0.3"},
    {"media_channel": 1, "sentence_index": 3, "start_time": "6.0", "transcript": "Gladly.", "confidence": "0.99"},
]  # fmt: skip
TWILIO = {
    "sid": "GT" + "0" * 32, "media_start_time": "2026-02-03T10:00:00Z", "sentences": SENTENCES,
    "channel": {"participants": [
        {"channel_participant": 1, "role": "Agent"},
        {"channel_participant": 2, "role": "Customer", "media_participant_id": "+15105550177"},
    ]},
}  # fmt: skip
RINGSENSE = {
    "title": "Call", "domain": "pbx", "sourceRecordId": "555", "sourceSessionId": "s-1", "callDirection": "Inbound",
    "recordingStartTime": "2026-02-03T10:00:00Z",
    "speakerInfo": [
        {"speakerId": "P1", "name": "Ann", "extensionId": "22", "accountId": "33"},
        {"speakerId": "P2", "name": "Maria", "phoneNumber": "+15105550177"},
    ],
    "insights": {"Transcript": [
        {"speakerId": "P1", "text": TALK[0][1], "start": 0.4, "end": 2.0},
        {"speakerId": "P2", "text": "um i want a party for twelve", "start": 3.1, "end": 5.0},
        {"speakerId": "P1", "text": "Gladly.", "start": 6.0, "end": 7.0},
    ]},
}  # fmt: skip
ASR = {"jobId": "j-1", "status": "Success", "response": {"speakerCount": 2, "utterances": [
    {"speakerId": "0", "text": TALK[0][1], "start": 0.4, "end": 2.0, "confidence": 0.9},
    {"speakerId": "1", "text": "um i want a party for twelve", "start": 3.1, "end": 5.0, "confidence": 0.8},
    {"speakerId": "0", "text": "Gladly.", "start": 6.0, "end": 7.0, "confidence": 0.9},
]}}  # fmt: skip


def call(engine: sa.Engine) -> Any:
    with engine.connect() as connection:
        return connection.execute(sa.text("select * from ai.calls")).one()


@pytest.mark.parametrize(
    ("name", "data", "by"),
    [
        ("call.txt", TEXT, "label"),
        ("call.vtt", VTT, "label"),
        ("call.srt", SRT, "turns"),
        ("twilio.json", TWILIO, "channel"),
        ("ringsense.json", RINGSENSE, "label"),
        ("asr.json", ASR, "turns"),
    ],
)
def test_each_kind_of_transcript_becomes_one_conversation_however_often_it_comes(
    emptied: sa.Engine, tmp_path: Path, name: str, data: Any, by: str
) -> None:
    report = whole(bring(emptied, tmp_path / name, data, calls=GIVEN))
    assert told(emptied) == TALK
    found = call(emptied)
    assert (found.consent, found.consent_wording, found.speakers) == ("given", "This call may be recorded.", by)
    with emptied.connect() as connection:
        assert connection.scalar(sa.text("select channel from ai.conversations")) == "phone"
    again = bring(emptied, tmp_path / name, data, calls=GIVEN)
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 1)
    assert report.formats


def test_times_numbers_and_confidence_of_a_transcript_are_kept(emptied: sa.Engine, tmp_path: Path) -> None:
    whole(bring(emptied, tmp_path / "t.json", TWILIO, calls=GIVEN))
    with emptied.connect() as connection:
        row = connection.execute(
            sa.text("""
                select c.customer_id, m.message_metadata -> 'heard' as heard, m.sent_at - c.started_at as after
                from ai.conversations c join ai.messages m on m.conversation_id = c.id where m.role = 'user'
            """)
        ).one()
    assert row.customer_id == "+15105550177"
    assert row.heard == pytest.approx((5 * 0.9 + 2 * 0.3) / 7, abs=1e-4)
    assert row.after.total_seconds() == pytest.approx(3.1)
    assert call(emptied).recogniser == "twilio"


def test_what_a_later_import_does_not_say_of_consent_changes_nothing(emptied: sa.Engine, tmp_path: Path) -> None:
    for said, stored in (
        (Calls(), "unknown"), (GIVEN, "given"), (Calls(), "given"), (Calls(Consent.REFUSED), "refused"),
    ):  # fmt: skip
        bring(emptied, tmp_path / "call.txt", TEXT, calls=said)
        assert call(emptied).consent == stored


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.vtt", "WEBVTT\n\n", "hold no words"),
        ("b.json", {**TWILIO, "sid": None}, "names no transcript"),
        ("c.json", {**RINGSENSE, "sourceRecordId": "", "sourceSessionId": ""}, "names no call"),
    ],
)
def test_what_is_no_transcript_says_why(emptied: sa.Engine, tmp_path: Path, name: str, data: Any, reason: str) -> None:
    (tmp_path / "ok.txt").write_text(TEXT)
    (tmp_path / name).write_text(data if isinstance(data, str) else json.dumps(data))
    report = bring(emptied, tmp_path, calls=GIVEN)
    said = [why.text for why in report.reasons] + [why for _, why in report.skipped]
    assert report.inserted == 1
    assert any(reason in why for why in said)


def test_a_speaker_is_who_the_command_line_says(emptied: sa.Engine, tmp_path: Path) -> None:
    text = "Speaker 1: I want a party\nSpeaker 2: Gladly\n"
    whole(bring(emptied, tmp_path / "call.txt", text, calls=GIVEN, roles={"speaker 1": "user"}))
    assert told(emptied) == [("user", "I want a party"), ("agent", "Gladly")]
    assert call(emptied).speakers == "label"


def recording(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(b"\x01\x00" * 8_000)


def test_a_recording_is_listened_to_once_and_kept_nowhere(emptied: sa.Engine, tmp_path: Path) -> None:
    asked: list[int] = []

    def listen(file: BinaryIO) -> dict[str, Any]:
        asked.append(len(file.read()))
        said = [Utterance("How can I help?", "0", 0, 1, 0.9), Utterance("A party for twelve", "1", 2, 3, 0.8)]
        return transcripts.record(None, said, Told({"0": "agent", "1": "user"}, "channel"), recogniser="test")

    recording(tmp_path / "call.wav")
    agreed = Calls(Consent.GIVEN, "May we record?", listen)
    whole(bring(emptied, tmp_path / "call.wav", calls=agreed))
    assert told(emptied) == [("agent", "How can I help?"), ("user", "A party for twelve")]
    found = call(emptied)
    assert found.audio_sha256 == hashlib.sha256((tmp_path / "call.wav").read_bytes()).hexdigest()
    assert found.confidence == pytest.approx((4 * 0.9 + 4 * 0.8) / 8)
    again = bring(emptied, tmp_path / "call.wav", calls=agreed)
    assert (again.read, len(asked)) == (0, 1)
    assert "listened to before" in " ".join(again.notes)


@pytest.mark.parametrize("consent", [Consent.REFUSED, Consent.UNKNOWN])
def test_a_recording_nobody_agreed_to_is_not_opened(emptied: sa.Engine, tmp_path: Path, consent: Consent) -> None:
    recording(tmp_path / "call.wav")
    (tmp_path / "call.txt").write_text(TEXT)

    def listen(file: BinaryIO) -> dict[str, Any]:
        raise AssertionError("it was listened to")

    report = bring(emptied, tmp_path, calls=Calls(consent, None, listen))
    assert report.inserted == 1
    [(name, reason)] = report.skipped
    assert name == "call.wav"
    assert "agreed" in reason


@pytest.mark.skipif(
    find_spec("faster_whisper") is None or not engines.installed(), reason="needs the extra `voice` and a voice engine"
)
def test_a_spoken_call_becomes_a_conversation(emptied: sa.Engine, tmp_path: Path) -> None:
    from mhc_core.collection.recordings import listener
    from mhc_jobs.bench.voice import sound

    speaker = engines.EngineSpeaker()
    ask, answer = (sound.spoken(speaker, text) for text in ("How can I help you today?", "I want to book a party."))
    left, right = np.concatenate([ask, 0 * answer]), np.concatenate([0 * ask, answer])
    with wave.open(str(tmp_path / "call.wav"), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes((np.stack([left, right], axis=1) * 32767).astype("<i2").tobytes())
    agreed = Calls(Consent.GIVEN, "May we record?", listener(Settings(_env_file=None)))
    whole(bring(emptied, tmp_path / "call.wav", calls=agreed))
    assert [role for role, _ in told(emptied)] == ["agent", "user"]
    assert "party" in told(emptied)[1][1]
    assert call(emptied).speakers == "channel"
