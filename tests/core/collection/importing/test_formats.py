"""Each kind of file as its system writes it: who spoke, what, when, on which channel, and with whom."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.importing import GRILL, SECONDS, bring, talk, times, told, whole

from mhc_core.collection.importing.formats import known
from mhc_core.errors import DataError


def test_intercom_leaves_notes_out_and_keeps_the_rating(emptied: sa.Engine, tmp_path: Path) -> None:
    def part(who: str, body: str | None, seconds: int, kind: str = "comment") -> dict[str, Any]:
        return {"part_type": kind, "body": body, "created_at": SECONDS + seconds, "author": {"type": who, "id": "7"}}

    parts = [part("bot", "<p>One moment.</p>", 5), part("admin", "check the van", 6, "note"),
             part("admin", None, 7, "assignment"), part("admin", "<p>Yes &amp; gladly.</p>", 60)]  # fmt: skip
    given = {
        "type": "conversation",
        "id": "9",
        "created_at": SECONDS,
        "state": "open",
        "source": {
            "type": "email",
            "body": "<div>Do you<br>come?</div>",
            "author": {"type": "lead", "id": "l1", "name": "Lee Moss", "email": "Lee@Example.com"},
        },
        "conversation_parts": {"conversation_parts": parts},
        "conversation_rating": {"rating": 2, "remark": "slow"},
    }
    whole(bring(emptied, tmp_path / "a.json", [given]))
    assert told(emptied) == [("user", "Do you\ncome?"), ("assistant", "One moment."), ("agent", "Yes & gladly.")]
    stored = talk(emptied)
    assert (stored["customer_id"], stored["channel"], stored["status"]) == ("lee@example.com", "email", "active")
    with emptied.connect() as connection:
        assert connection.scalar(sa.text("select stars from ai.feedback")) == 2


def ticket(**more: Any) -> dict[str, Any]:
    return {"id": 5, "status": "open", "via": {"channel": "chat"}, "requester_id": 1, "subject": "s"} | more


def test_zendesk_leaves_private_comments_out(emptied: sa.Engine, tmp_path: Path) -> None:
    said = [
        {"author_id": 1, "plain_body": GRILL[0][1], "created_at": "2026-02-03T10:00:00Z", "public": True},
        {"author_id": 2, "body": "ask Bo", "created_at": "2026-02-03T10:00:30Z", "public": False},
        {"author_id": 2, "html_body": "<p>Yes, grill and propane.</p>", "created_at": "2026-02-03T10:01:00Z"},
    ]
    lines = json.dumps(ticket(comments=said)) + "\n" + json.dumps(ticket(id=6, comments=[])) + "\n"
    report = bring(emptied, tmp_path / "a.json", lines)
    assert (report.inserted, report.rejected) == (1, 1)
    assert told(emptied) == GRILL
    assert talk(emptied)["channel"] == "web"
    with pytest.raises(DataError, match="no thread"):
        bring(emptied, tmp_path / "b.json", {"tickets": [ticket()], "count": 1})


@pytest.mark.parametrize("nested", [True, False])
def test_freshdesk(emptied: sa.Engine, tmp_path: Path, nested: bool) -> None:
    answers = [
        {
            "body": "<p>Yes, grill and propane.</p>",
            "incoming": False,
            "private": False,
            "created_at": "2026-02-03T10:01:00Z",
        },
        {"body": "internal", "incoming": False, "private": True, "created_at": "2026-02-03T10:02:00Z"},
    ]
    given: dict[str, Any] = {
        "id": 8, "description": GRILL[0][1], "requester_id": 4, "created_at": "2026-02-03T10:00:00Z", "source": 1,
        "status": 4, "requester": {"name": "Lee Moss", "email": "lee@example.com"},
    }  # fmt: skip
    if nested:
        data: Any = [{"helpdesk_ticket": given | {"notes": [{"note": answer} for answer in answers]}}]
    else:
        data = [given | {"conversations": answers}]
    whole(bring(emptied, tmp_path / "a.json", data))
    assert told(emptied) == GRILL
    assert (talk(emptied)["channel"], talk(emptied)["status"]) == ("email", "closed")


def as_meta(text: str) -> str:
    return text.encode().decode("latin-1")


def test_facebook_and_instagram_threads_over_several_files(emptied: sa.Engine, tmp_path: Path) -> None:
    def part(*said: tuple[str, str, int]) -> dict[str, Any]:
        people = [{"name": as_meta("Zoë Moss")}, {"name": "My Hibachi Chef"}]
        messages = [{"sender_name": as_meta(who), "content": as_meta(text), "timestamp_ms": (SECONDS + at) * 1000}
                    for who, text, at in reversed(said)]  # fmt: skip
        return {
            "participants": people,
            "messages": messages,
            "title": as_meta("Zoë Moss"),
            "thread_path": "inbox/zoe_1",
        }

    inbox = tmp_path / "your_instagram_activity" / "messages" / "inbox" / "zoe_1"
    inbox.mkdir(parents=True)
    new = part(("Zoë Moss", "And a quinceañera? 🎉", 120), ("My Hibachi Chef", "Yes – gladly", 180))
    old = part(("Zoë Moss", "Hi", 0), ("My Hibachi Chef", "Hello!", 60))
    (inbox / "message_1.json").write_text(json.dumps(new))
    (inbox / "message_2.json").write_text(json.dumps(old))
    archive = tmp_path / "download.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in inbox.iterdir():
            packed.write(file, file.relative_to(tmp_path))
        packed.writestr("your_instagram_activity/photo.jpg", b"\xff\xd8\xff")
    for path in (tmp_path / "your_instagram_activity", archive):
        report = bring(emptied, path)
        assert report.stored == 1
        assert told(emptied) == [("user", "Hi"), ("agent", "Hello!"), ("user", "And a quinceañera? 🎉"),
                                ("agent", "Yes – gladly")]  # fmt: skip
    assert report.skipped == []
    assert report.notes["files beside the conversations (pictures, sounds, pages, lists), left out"] == 1
    assert talk(emptied)["channel"] == "instagram"
    assert talk(emptied)["channel_metadata"]["customer"] == {"name": "Zoë Moss"}


@pytest.mark.parametrize(
    ("first", "second", "moment"),
    [
        ("13/02/2026, 22:00 - ", "13/02/2026, 22:01 - ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("2/13/26, 10:00\u202fPM - ", "2/13/26, 10:01\u202fPM - ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("[13.02.26, 22:00:00] ", "[13.02.26, 22:01:00] ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("\u200e[2026-02-13, 10:00:00 p.m.] ", "[2026-02-13, 10:01:00 p.m.] ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
    ],
)
def test_whatsapp_of_any_phone(emptied: sa.Engine, tmp_path: Path, first: str, second: str, moment: datetime) -> None:
    text = (
        f"{first}Messages and calls are end-to-end encrypted.\n{first}Lee Moss: Do you bring\nthe grill?\n"
        f"{second}My Hibachi Chef: \u200eimage omitted\n{second}My Hibachi Chef: Yes: grill and propane.\n"
    )
    whole(bring(emptied, tmp_path / "WhatsApp Chat with Lee Moss.txt", text))
    assert told(emptied) == [("user", "Do you bring\nthe grill?"), ("agent", "Yes: grill and propane.")]
    assert times(emptied)[0] == moment


def test_whatsapp_that_cannot_tell_is_asked_about(emptied: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    with pytest.raises(DataError, match="--date-order"):
        bring(emptied, path, "03/04/2026, 10:00 - Lee: hi\n03/04/2026, 10:01 - My Hibachi Chef: hello\n")
    with pytest.raises(DataError, match="--role"):
        bring(emptied, path, "13/02/2026, 10:00 - Lee: hi\n13/02/2026, 10:01 - Bo: hello\n")
    whole(bring(emptied, path, roles={"bo": "agent"}))
    assert told(emptied) == [("user", "hi"), ("agent", "hello")]


def test_twilio_as_csv_and_json(emptied: sa.Engine, tmp_path: Path) -> None:
    header = "From,To,Body,Status,SentDate,Direction,Sid"
    rows = [
        "+15105550177,+19165550100,Do you bring the grill?,received,2026-02-03 10:00:00 UTC,inbound,SM1",
        '+19165550100,+15105550177,"Yes, grill and propane.",delivered,2026-02-03 10:01:00 UTC,outbound-api,SM2',
        "+19165550100,+15105550177,lost,failed,2026-02-03 10:01:30 UTC,outbound-api,SM3",
    ]
    whole(bring(emptied, tmp_path / "a.csv", "\n".join([header, *reversed(rows)])))
    assert told(emptied) == GRILL
    assert (talk(emptied)["channel"], talk(emptied)["customer_id"]) == ("sms", "+15105550177")
    names = ("from", "to", "body", "direction", "date_sent", "sid")
    messages = [
        ("+15105550177", "+19165550100", GRILL[0][1], "inbound", "Tue, 03 Feb 2026 10:00:00 +0000", "SM1"),
        ("+19165550100", "+15105550177", GRILL[1][1], "outbound-api", "Tue, 03 Feb 2026 10:01:00 +0000", "SM2"),
    ]
    given = {"messages": [dict(zip(names, message, strict=True)) for message in messages]}
    assert bring(emptied, tmp_path / "a.json", given).unchanged == 1
    assert told(emptied) == GRILL


def test_ringcentral_as_csv_and_json(emptied: sa.Engine, tmp_path: Path) -> None:
    text = (
        "Type,Direction,From Number,To Number,Date/Time,Message\n"
        "SMS,Inbound,(510) 555-0177,(916) 555-0100,2026-02-03T10:00:00Z,Do you bring the grill?\n"
        'SMS,Outbound,(916) 555-0100,(510) 555-0177,2026-02-03T10:01:00Z,"Yes, grill and propane."\n'
        "Voice,Inbound,(510) 555-0177,(916) 555-0100,2026-02-03T11:00:00Z,\n"
    )
    whole(bring(emptied, tmp_path / "a.csv", text))
    assert told(emptied) == GRILL

    def entry(direction: str, sender: str, receiver: str, said: str, at: str) -> dict[str, Any]:
        return {"id": at, "type": "SMS", "direction": direction, "from": {"phoneNumber": sender},
                "to": [{"phoneNumber": receiver}], "subject": said, "creationTime": at}  # fmt: skip

    us, them = "+19165550100", "+15105550177"
    given = [entry("Outbound", us, them, GRILL[1][1], "2026-02-03T10:01:00Z"),
             entry("Inbound", them, us, GRILL[0][1], "2026-02-03T10:00:00Z")]  # fmt: skip
    assert bring(emptied, tmp_path / "b.json", {"records": given}).updated == 1
    assert told(emptied) == GRILL


def test_slack_threads_over_days(emptied: sa.Engine, tmp_path: Path) -> None:
    folder = tmp_path / "export" / "help"
    folder.mkdir(parents=True)
    begin = f"{SECONDS}.000100"
    day1 = [
        {"type": "message", "user": "U1", "text": "Do you bring the grill?", "ts": begin},
        {"type": "message", "subtype": "channel_join", "user": "U2", "text": "joined", "ts": f"{SECONDS}.9"},
    ]
    day2 = [{"type": "message", "user": "U2", "text": "Yes, grill &amp; <https://x.example|propane>.",
             "ts": f"{SECONDS + 90_000}.000200", "thread_ts": begin, "parent_user_id": "U1"}]  # fmt: skip
    (folder / "2026-02-03.json").write_text(json.dumps(day1, indent=1))
    (folder / "2026-02-04.json").write_text(json.dumps(day2))
    (folder.parent / "users.json").write_text('[{"id": "U1"}]')
    whole(bring(emptied, tmp_path / "export"))
    (folder / "2026-02-05.json").write_text('[{"type": "mess')
    assert [name for name, _ in bring(emptied, tmp_path / "export").skipped] == ["help/2026-02-05.json"]
    assert told(emptied) == [("user", "Do you bring the grill?"), ("agent", "Yes, grill & propane.")]


@pytest.mark.parametrize("lines", [True, False])
def test_json_with_one_object_a_message(emptied: sa.Engine, tmp_path: Path, lines: bool) -> None:
    given = [{"ticketId": 7, "channel": "sms", "sender": role, "text": text, "createdAt": f"2026-02-03T10:0{n}:00Z"}
             for n, (role, text) in reversed(list(enumerate(GRILL)))]  # fmt: skip
    whole(bring(emptied, tmp_path / "a.json", "\n".join(map(json.dumps, given)) if lines else given))
    assert told(emptied) == GRILL


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.pdf", b"%PDF-1.4", "a PDF"),
        ("a.docx", b"PK\x03\x04word", "a Word document"),
        ("a.html", b"<!DOCTYPE html><html>", "a web page"),
        ("a.txt", b"just some words\nin lines", "a text file (.txt)"),
        ("a.json", b'{"what": "ever"}', "JSON of an unknown kind"),
        ("a.bin", b"\x01\x02\x00\x03", "a file of an unknown kind"),
        ("a.csv", b"name,phone\nLee,5\n", "lacks the column conversation_id, role, content: line 1 has the columns"),
    ],
)
def test_what_is_not_taken_is_named(emptied: sa.Engine, tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        bring(emptied, tmp_path / name, data)
    assert said in str(caught.value)


def test_every_format_says_what_it_is() -> None:
    assert {"jsonl", "csv", "openai"} <= known().keys()
    assert len({each.name for each in known().values()}) == len(known())
