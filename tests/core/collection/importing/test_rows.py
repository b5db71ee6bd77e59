"""Tables of messages: rows that can be mended, rows that cannot, and whom they take along."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes import workbook
from fakes.importing import bring, talk, times, told, whole


def test_the_first_row_of_a_file_that_cannot_be_read_spares_the_file_before(emptied: sa.Engine, tmp_path: Path) -> None:
    row = "sms,user,hi,2026-02-03T10:00:00Z\n"
    (tmp_path / "talks").mkdir()
    (tmp_path / "talks" / "a.csv").write_text(f"{HEADER}a,{row}")
    (tmp_path / "talks" / "b.csv").write_text(f"{HEADER},{row}b,{row}c,{row}")
    report = bring(emptied, tmp_path / "talks")
    assert (report.inserted, report.rejected) == (2, 2)


def test_a_workbook(emptied: sa.Engine, tmp_path: Path) -> None:
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
    whole(bring(emptied, path, zone=ZoneInfo("America/Los_Angeles")))
    assert told(emptied) == [("user", "Do you bring the grill?\nAnd food?"), ("agent", "Yes.")]
    assert (talk(emptied)["source_id"], talk(emptied)["customer_id"]) == ("1001", "+15105550177")
    assert times(emptied)[0] == datetime(2026, 2, 3, 18, tzinfo=UTC)


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
def test_rows_that_can_be_mended(emptied: sa.Engine, tmp_path: Path, text: str, said: list[str]) -> None:
    whole(bring(emptied, tmp_path / "a.csv", HEADER + text))
    assert [content for _, content in told(emptied)] == said


def test_an_open_quote_takes_its_own_conversation_and_no_other(emptied: sa.Engine, tmp_path: Path) -> None:
    rows = [f"c{n},sms,{role},{text},2026-02-03T10:{n:02}:0{n % 2}Z" for n in range(40) for role, text in
            (("user", "question"), ("agent", '"an answer, in quotes"'))]  # fmt: skip
    rows[11] = 'c5,sms,agent,"never closed,2026-02-03T10:05:30Z'
    report = bring(emptied, tmp_path / "a.csv", HEADER + "\n".join(rows))
    assert (report.inserted, report.rejected) == (39, 1)
    assert "quote" in report.reasons[0].text
    assert (report.reasons[0].line, len(told(emptied))) == (13, 78)


def test_a_row_without_its_conversation_refuses_those_beside_it(emptied: sa.Engine, tmp_path: Path) -> None:
    rows = [f"{ident},sms,user,hi,2026-02-03T10:00:00Z\n" for ident in ("a", "b", "", "c", "d")]
    report = bring(emptied, tmp_path / "a.csv", HEADER + "".join(rows))
    assert (report.inserted, report.rejected) == (2, 3)


def test_date_and_time_in_two_columns(emptied: sa.Engine, tmp_path: Path) -> None:
    text = "Ticket,Channel,From,Text,Date,Time\n7,sms,customer,hi,13/02/2026,22:05\n7,sms,bot,yo,3/2/2026,10:00 PM\n"
    whole(bring(emptied, tmp_path / "a.csv", text))
    assert times(emptied) == [datetime(2026, 2, 3, 22, tzinfo=UTC), datetime(2026, 2, 13, 22, 5, tzinfo=UTC)]


def test_rows_that_end_in_cr_with_line_breaks_in_cells(emptied: sa.Engine, tmp_path: Path) -> None:
    text = HEADER + 'a,sms,user,"one\n\ntwo",2026-02-03T10:00:00Z\r'
    whole(bring(emptied, tmp_path / "a.csv", text.replace(HEADER, HEADER.strip() + "\r")))
    assert told(emptied) == [("user", "one\n\ntwo")]


def test_positions_with_fractions_order_where_times_do_not(emptied: sa.Engine, tmp_path: Path) -> None:
    text = "conversation_id,channel,role,content,turn\na,web,user,three,2\na,web,user,two,1.5\na,web,user,one,1\n"
    whole(bring(emptied, tmp_path / "a.csv", text))
    assert [content for _, content in told(emptied)] == ["one", "two", "three"]
