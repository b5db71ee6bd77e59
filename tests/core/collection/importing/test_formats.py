"""Each kind of file as its system writes it: who spoke, what, when, on which channel, and with whom."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes import workbook
from fakes.databases import copy

from mhc_core import settings
from mhc_core.collection.importing import context
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.formats import known
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db import engine as engines
from mhc_core.errors import DataError

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN = datetime(2026, 2, 3, 10, tzinfo=UTC)
SECONDS = int(TEN.timestamp())
GRILL = [("user", "Do you bring the grill?"), ("agent", "Yes, grill and propane.")]


@pytest.fixture(scope="module")
def engine(_server_url: str, _template: str) -> Iterator[sa.Engine]:
    with copy(_server_url, _template) as url:
        engine = engines.create(url)
        yield engine
        engine.dispose()


@pytest.fixture(autouse=True)
def _empty(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("truncate ai.conversations cascade"))


def bring(engine: sa.Engine, path: Path, data: str | bytes | Any = None, **said: Any) -> ImportReport:
    if data is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        text = data if isinstance(data, str | bytes) else json.dumps(data)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    reading = context.reading(settings.load(), NOW, **said)
    return import_conversations(engine, path, NOW, path.parent / "rejects", reading=reading)


def whole(report: ImportReport, conversations: int = 1) -> ImportReport:
    assert (report.inserted, report.rejected, report.skipped) == (conversations, 0, []), report.reasons
    return report


def told(engine: sa.Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("""
                select role, content from ai.messages m join ai.conversations c on c.id = m.conversation_id
                order by c.started_at, c.source_id, position
            """)
        )
        return [(row.role, row.content) for row in rows]


def talk(engine: sa.Engine) -> Any:
    query = sa.text("select * from ai.conversations order by started_at limit 1")
    with engine.connect() as connection:
        return connection.execute(query).mappings().one()


def times(engine: sa.Engine) -> list[datetime]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("select sent_at from ai.messages order by sent_at")))


def test_intercom_leaves_notes_out_and_keeps_the_rating(engine: sa.Engine, tmp_path: Path) -> None:
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
    whole(bring(engine, tmp_path / "a.json", [given]))
    assert told(engine) == [("user", "Do you\ncome?"), ("assistant", "One moment."), ("agent", "Yes & gladly.")]
    stored = talk(engine)
    assert (stored["customer_id"], stored["channel"], stored["status"]) == ("lee@example.com", "email", "active")
    with engine.connect() as connection:
        assert connection.scalar(sa.text("select stars from ai.feedback")) == 2


def ticket(**more: Any) -> dict[str, Any]:
    return {"id": 5, "status": "open", "via": {"channel": "chat"}, "requester_id": 1, "subject": "s"} | more


def test_zendesk_leaves_private_comments_out(engine: sa.Engine, tmp_path: Path) -> None:
    said = [
        {"author_id": 1, "plain_body": GRILL[0][1], "created_at": "2026-02-03T10:00:00Z", "public": True},
        {"author_id": 2, "body": "ask Bo", "created_at": "2026-02-03T10:00:30Z", "public": False},
        {"author_id": 2, "html_body": "<p>Yes, grill and propane.</p>", "created_at": "2026-02-03T10:01:00Z"},
    ]
    lines = json.dumps(ticket(comments=said)) + "\n" + json.dumps(ticket(id=6, comments=[])) + "\n"
    report = bring(engine, tmp_path / "a.json", lines)
    assert (report.inserted, report.rejected) == (1, 1)
    assert told(engine) == GRILL
    assert talk(engine)["channel"] == "web"
    with pytest.raises(DataError, match="no thread"):
        bring(engine, tmp_path / "b.json", {"tickets": [ticket()], "count": 1})


@pytest.mark.parametrize("nested", [True, False])
def test_freshdesk(engine: sa.Engine, tmp_path: Path, nested: bool) -> None:
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
    whole(bring(engine, tmp_path / "a.json", data))
    assert told(engine) == GRILL
    assert (talk(engine)["channel"], talk(engine)["status"]) == ("email", "closed")


def as_meta(text: str) -> str:
    return text.encode().decode("latin-1")


def test_facebook_and_instagram_threads_over_several_files(engine: sa.Engine, tmp_path: Path) -> None:
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
        report = bring(engine, path)
        assert report.stored == 1
        assert told(engine) == [("user", "Hi"), ("agent", "Hello!"), ("user", "And a quinceañera? 🎉"),
                                ("agent", "Yes – gladly")]  # fmt: skip
    assert [name for name, _ in report.skipped] == ["your_instagram_activity/photo.jpg"]
    assert talk(engine)["channel"] == "instagram"
    assert talk(engine)["channel_metadata"]["customer"] == {"name": "Zoë Moss"}


@pytest.mark.parametrize(
    ("first", "second", "moment"),
    [
        ("13/02/2026, 22:00 - ", "13/02/2026, 22:01 - ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("2/13/26, 10:00\u202fPM - ", "2/13/26, 10:01\u202fPM - ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("[13.02.26, 22:00:00] ", "[13.02.26, 22:01:00] ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
        ("\u200e[2026-02-13, 10:00:00 p.m.] ", "[2026-02-13, 10:01:00 p.m.] ", datetime(2026, 2, 13, 22, tzinfo=UTC)),
    ],
)
def test_whatsapp_of_any_phone(engine: sa.Engine, tmp_path: Path, first: str, second: str, moment: datetime) -> None:
    text = (
        f"{first}Messages and calls are end-to-end encrypted.\n{first}Lee Moss: Do you bring\nthe grill?\n"
        f"{second}My Hibachi Chef: \u200eimage omitted\n{second}My Hibachi Chef: Yes: grill and propane.\n"
    )
    whole(bring(engine, tmp_path / "WhatsApp Chat with Lee Moss.txt", text))
    assert told(engine) == [("user", "Do you bring\nthe grill?"), ("agent", "Yes: grill and propane.")]
    assert times(engine)[0] == moment


def test_whatsapp_that_cannot_tell_is_asked_about(engine: sa.Engine, tmp_path: Path) -> None:
    path = tmp_path / "_chat.txt"
    with pytest.raises(DataError, match="--date-order"):
        bring(engine, path, "03/04/2026, 10:00 - Lee: hi\n03/04/2026, 10:01 - My Hibachi Chef: hello\n")
    with pytest.raises(DataError, match="--role"):
        bring(engine, path, "13/02/2026, 10:00 - Lee: hi\n13/02/2026, 10:01 - Bo: hello\n")
    whole(bring(engine, path, roles={"bo": "agent"}))
    assert told(engine) == [("user", "hi"), ("agent", "hello")]


def test_twilio_as_csv_and_json(engine: sa.Engine, tmp_path: Path) -> None:
    header = "From,To,Body,Status,SentDate,Direction,Sid"
    rows = [
        "+15105550177,+19165550100,Do you bring the grill?,received,2026-02-03 10:00:00 UTC,inbound,SM1",
        '+19165550100,+15105550177,"Yes, grill and propane.",delivered,2026-02-03 10:01:00 UTC,outbound-api,SM2',
        "+19165550100,+15105550177,lost,failed,2026-02-03 10:01:30 UTC,outbound-api,SM3",
    ]
    whole(bring(engine, tmp_path / "a.csv", "\n".join([header, *reversed(rows)])))
    assert told(engine) == GRILL
    assert (talk(engine)["channel"], talk(engine)["customer_id"]) == ("sms", "+15105550177")
    names = ("from", "to", "body", "direction", "date_sent", "sid")
    messages = [
        ("+15105550177", "+19165550100", GRILL[0][1], "inbound", "Tue, 03 Feb 2026 10:00:00 +0000", "SM1"),
        ("+19165550100", "+15105550177", GRILL[1][1], "outbound-api", "Tue, 03 Feb 2026 10:01:00 +0000", "SM2"),
    ]
    given = {"messages": [dict(zip(names, message, strict=True)) for message in messages]}
    assert bring(engine, tmp_path / "a.json", given).unchanged == 1
    assert told(engine) == GRILL


def test_ringcentral_as_csv_and_json(engine: sa.Engine, tmp_path: Path) -> None:
    text = (
        "Type,Direction,From Number,To Number,Date/Time,Message\n"
        "SMS,Inbound,(510) 555-0177,(916) 555-0100,2026-02-03T10:00:00Z,Do you bring the grill?\n"
        'SMS,Outbound,(916) 555-0100,(510) 555-0177,2026-02-03T10:01:00Z,"Yes, grill and propane."\n'
        "Voice,Inbound,(510) 555-0177,(916) 555-0100,2026-02-03T11:00:00Z,\n"
    )
    whole(bring(engine, tmp_path / "a.csv", text))
    assert told(engine) == GRILL

    def entry(direction: str, sender: str, receiver: str, said: str, at: str) -> dict[str, Any]:
        return {"id": at, "type": "SMS", "direction": direction, "from": {"phoneNumber": sender},
                "to": [{"phoneNumber": receiver}], "subject": said, "creationTime": at}  # fmt: skip

    us, them = "+19165550100", "+15105550177"
    given = [entry("Outbound", us, them, GRILL[1][1], "2026-02-03T10:01:00Z"),
             entry("Inbound", them, us, GRILL[0][1], "2026-02-03T10:00:00Z")]  # fmt: skip
    assert bring(engine, tmp_path / "b.json", {"records": given}).updated == 1
    assert told(engine) == GRILL


def mail(ident: str, sender: str, to: str, at: str, body: str, *more: str) -> str:
    headers = [f"From {ident}@xxx Tue Feb 03 10:00:00 +0000 2026", f"Message-ID: <{ident}@x>", f"Date: {at}",
               f"From: {sender}", f"To: {to}", *more]  # fmt: skip
    return "\r\n".join([*headers, "", body, "", ""])


def test_a_mailbox_in_any_order_without_labels(engine: sa.Engine, tmp_path: Path) -> None:
    lee, us = '"Moss, Lee" <Lee@Example.com>', "cs@myhibachichef.com"
    mails = [
        mail("a2", us, lee, "Tue, 3 Feb 2026 10:01:00 +0000", "Yes, grill and propane.", "In-Reply-To: <a1@x>"),
        mail("n", "news@shop.example", us, "Tue, 3 Feb 2026 09:00:00 +0000", "Sale!", "List-Unsubscribe: <x>"),
        mail("a1", lee, us, "Tue, 3 Feb 2026 10:00:00 +0000", "Do you bring the grill?"),
        mail("o", us, lee, "Tue, 3 Feb 2026 10:00:01 +0000", "Away", "Auto-Submitted: auto-replied"),
    ]
    report = whole(bring(engine, tmp_path / "a.mbox", "".join(mails)))
    assert told(engine) == GRILL
    assert talk(engine)["customer_id"] == "lee@example.com"
    assert {"mass e-mails, left out": 1, "automatic e-mails, left out": 1}.items() <= report.notes.items()


def test_a_mail_that_lies_in_the_files_of_two_labels_is_taken_once(engine: sa.Engine, tmp_path: Path) -> None:
    lee, us = "lee@example.com", "cs@myhibachichef.com"
    asked = mail("a1", lee, us, "Tue, 3 Feb 2026 10:00:00 +0000", GRILL[0][1])
    answered = mail("a2", us, lee, "Tue, 3 Feb 2026 10:01:00 +0000", GRILL[1][1], "In-Reply-To: <a1@x>")
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "Inbox.mbox").write_text(asked)
    (tmp_path / "mail" / "All.mbox").write_text(answered + asked)
    whole(bring(engine, tmp_path / "mail"))
    assert told(engine) == GRILL


def test_the_first_row_of_a_file_that_cannot_be_read_spares_the_file_before(engine: sa.Engine, tmp_path: Path) -> None:
    row = "sms,user,hi,2026-02-03T10:00:00Z\n"
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "a.csv").write_text(f"{HEADER}a,{row}")
    (tmp_path / "talks" / "b.csv").write_text(f"{HEADER},{row}b,{row}c,{row}")
    report = bring(engine, tmp_path / "talks")
    assert (report.inserted, report.rejected) == (2, 2)


def test_a_mail_in_html_with_an_attachment(engine: sa.Engine, tmp_path: Path) -> None:
    body = (
        "--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>Gr=FC=DFe, do you come?</p><style>p{}</style>\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment\r\n\r\n%PDF From nobody\r\n--b--"
    )
    lee = "lee@example.com"
    kind = "Content-Type: multipart/mixed; boundary=b"
    whole(bring(engine, tmp_path / "a.mbox", mail("h", lee, "us@shop.example", "Tue, 3 Feb 2026 10:00:00 +0000", body,
                                                  kind, "X-Gmail-Labels: Inbox")))  # fmt: skip
    assert told(engine) == [("user", "Grüße, do you come?")]


def test_slack_threads_over_days(engine: sa.Engine, tmp_path: Path) -> None:
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
    whole(bring(engine, tmp_path / "export"))
    assert told(engine) == [("user", "Do you bring the grill?"), ("agent", "Yes, grill & propane.")]


def test_a_workbook(engine: sa.Engine, tmp_path: Path) -> None:
    path = workbook.write(
        tmp_path / "talks.xlsx",
        [
            ["Our conversations"],
            [],
            ["Conversation ID", "Channel", "Phone", "Sender", "Message", "Time"],
            [
                1001,
                "Text",
                "(510) 555-0177",
                "Customer",
                "Do you bring the grill?\nAnd food?",
                datetime(2026, 2, 3, 10),
            ],
            [1001, "Text", "(510) 555-0177", "Staff", "Yes.", datetime(2026, 2, 3, 10, 1)],
        ],
    )
    whole(bring(engine, path, zone=ZoneInfo("America/Los_Angeles")))
    assert told(engine) == [("user", "Do you bring the grill?\nAnd food?"), ("agent", "Yes.")]
    assert (talk(engine)["source_id"], talk(engine)["customer_id"]) == ("1001", "+15105550177")
    assert times(engine)[0] == datetime(2026, 2, 3, 18, tzinfo=UTC)


HEADER = "conversation_id,channel,role,content,timestamp\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,sms,user,hi there\nfriend,2026-02-03T10:00:00Z\n", ["hi there\nfriend"]),  # a line break without quotes
        ("a,sms,user,Hi; a, b and c,2026-02-03T10:00:00Z\n", ["Hi; a, b and c"]),
        ('a,sms,user,"Is it "all in" or not?",2026-02-03T10:00:00Z\n', ['Is it "all in" or not?']),
        ("a,sms,user,short row\n", ["short row"]),
        ('\n"",,,,\na,sms,user,hi,2026-02-03T10:00:00Z,,\n,,,,\n', ["hi"]),
    ],
)
def test_rows_that_can_be_mended(engine: sa.Engine, tmp_path: Path, text: str, said: list[str]) -> None:
    whole(bring(engine, tmp_path / "a.csv", HEADER + text))
    assert [content for _, content in told(engine)] == said


def test_an_open_quote_takes_its_own_conversation_and_no_other(engine: sa.Engine, tmp_path: Path) -> None:
    rows = [f"c{n},sms,{role},{text},2026-02-03T10:{n:02}:0{n % 2}Z" for n in range(40) for role, text in
            (("user", "question"), ("agent", '"an answer, in quotes"'))]  # fmt: skip
    rows[11] = 'c5,sms,agent,"never closed,2026-02-03T10:05:30Z'
    report = bring(engine, tmp_path / "a.csv", HEADER + "\n".join(rows))
    assert (report.inserted, report.rejected) == (39, 1)
    assert "quote" in report.reasons[0].text
    assert (report.reasons[0].line, len(told(engine))) == (13, 78)


def test_a_row_without_its_conversation_refuses_those_beside_it(engine: sa.Engine, tmp_path: Path) -> None:
    rows = [f"{ident},sms,user,hi,2026-02-03T10:00:00Z\n" for ident in ("a", "b", "", "c", "d")]
    report = bring(engine, tmp_path / "a.csv", HEADER + "".join(rows))
    assert (report.inserted, report.rejected) == (2, 3)


def test_date_and_time_in_two_columns(engine: sa.Engine, tmp_path: Path) -> None:
    text = "Ticket,Channel,From,Text,Date,Time\n7,sms,customer,hi,13/02/2026,22:05\n7,sms,bot,yo,3/2/2026,10:00 PM\n"
    whole(bring(engine, tmp_path / "a.csv", text))
    assert times(engine) == [datetime(2026, 2, 3, 22, tzinfo=UTC), datetime(2026, 2, 13, 22, 5, tzinfo=UTC)]


def test_rows_that_end_in_cr_with_line_breaks_in_cells(engine: sa.Engine, tmp_path: Path) -> None:
    text = HEADER + 'a,sms,user,"one\n\ntwo",2026-02-03T10:00:00Z\r'
    whole(bring(engine, tmp_path / "a.csv", text.replace(HEADER, HEADER.strip() + "\r")))
    assert told(engine) == [("user", "one\n\ntwo")]


@pytest.mark.parametrize("lines", [True, False])
def test_json_with_one_object_a_message(engine: sa.Engine, tmp_path: Path, lines: bool) -> None:
    given = [{"ticketId": 7, "channel": "sms", "sender": role, "text": text, "createdAt": f"2026-02-03T10:0{n}:00Z"}
             for n, (role, text) in reversed(list(enumerate(GRILL)))]  # fmt: skip
    whole(bring(engine, tmp_path / "a.json", "\n".join(map(json.dumps, given)) if lines else given))
    assert told(engine) == GRILL


def test_positions_with_fractions_order_where_times_do_not(engine: sa.Engine, tmp_path: Path) -> None:
    text = "conversation_id,channel,role,content,turn\na,web,user,three,2\na,web,user,two,1.5\na,web,user,one,1\n"
    whole(bring(engine, tmp_path / "a.csv", text))
    assert [content for _, content in told(engine)] == ["one", "two", "three"]


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
def test_what_is_not_taken_is_named(engine: sa.Engine, tmp_path: Path, name: str, data: bytes, said: str) -> None:
    with pytest.raises(DataError) as caught:
        bring(engine, tmp_path / name, data)
    assert said in str(caught.value)


def test_every_format_says_what_it_is() -> None:
    assert {"jsonl", "csv", "openai"} <= known().keys()
    assert len({each.name for each in known().values()}) == len(known())
