"""Files as people had them: each goes in right, or one sentence says what to do."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from fakes.databases import copy
from fakes.places import CASES

from mhc_core import settings
from mhc_core.collection.importing import context
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.collection.importing.feedback import import_feedback
from mhc_core.collection.importing.report import ImportReport
from mhc_core.db import engine as engines
from mhc_core.errors import DataError
from mhc_core.vocabulary import Channel

pytestmark = pytest.mark.skipif(not CASES.exists(), reason="the cases are not on this machine")
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


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


def bring(engine: sa.Engine, tmp_path: Path, name: str, **said: Any) -> ImportReport:
    reading = context.reading(settings.load(), NOW, **said)
    return import_conversations(engine, CASES / name, NOW, tmp_path / "rejects", reading=reading)


def whole(report: ImportReport, conversations: int = 1) -> ImportReport:
    assert (report.inserted, report.rejected, report.skipped) == (conversations, 0, []), report.reasons
    return report


def told(engine: sa.Engine) -> list[tuple[str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("select role, content from ai.messages m join ai.conversations c on c.id = m.conversation_id "
                    "order by c.started_at, c.source_id, position")
        )  # fmt: skip
        return [(row.role, row.content) for row in rows]


def talk(engine: sa.Engine) -> Any:
    with engine.connect() as connection:
        return (
            connection.execute(sa.text("select * from ai.conversations order by started_at limit 1")).mappings().one()
        )


def times(engine: sa.Engine) -> list[datetime]:
    with engine.connect() as connection:
        return list(connection.scalars(sa.text("select sent_at from ai.messages order by sent_at")))


def test_newest_first_is_turned_round(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "01-newest-first.jsonl"))
    assert told(engine) == [
        ("user", "Do you bring the grill?"), ("assistant", "Yes, we bring the grill and all the food."),
        ("user", "Do you cook with peanuts?"), ("assistant", "No, we never cook with peanuts or other nuts."),
    ]  # fmt: skip


def test_intercom(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03a-intercom-list.json"))
    assert told(engine)[0] == ("user", "Hi, do you travel to Riverside? 12 adults")
    assert "<" not in "".join(text for _, text in told(engine))
    stored = talk(engine)
    assert (stored["source"], stored["channel"], stored["status"]) == ("intercom", "web", "closed")
    assert stored["customer_id"] == "dana.prewitt@example.com"
    assert stored["channel_metadata"]["customer"]["name"] == "Dana Prewitt"


def test_zendesk_with_its_comments_and_a_list_without(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03c-zendesk.json"))
    assert told(engine)[0] == ("user", "What if it rains on our party?")
    assert [role for role, _ in told(engine)][1] == "agent"
    assert (talk(engine)["channel"], talk(engine)["customer_id"]) == ("email", "jo@example.com")
    with pytest.raises(DataError, match="a ticket list has no thread"):
        bring(engine, tmp_path, "03d-zendesk-list.csv")


def test_chatwoot(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03e-chatwoot.json"))
    assert told(engine) == [("user", "Is there a deposit?"), ("agent", "Yes, $100, taken off the final bill.")]
    assert talk(engine)["customer_id"] == "+15105550147"


def test_whatsapp(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03g-whatsapp.txt", zone=ZoneInfo("America/Los_Angeles")))
    assert told(engine) == [
        ("user", "Hi! Do you have vegan options?\nFor 6 people"), ("agent", "Yes, tofu and vegetables 🌱"),
    ]  # fmt: skip
    assert times(engine)[0] == datetime(2025, 10, 1, 17, 0, 12, tzinfo=UTC)


def test_a_mailbox(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03i-gmail.mbox"))
    [(asked, question), (answered, answer)] = told(engine)
    assert (asked, answered) == ("user", "agent")
    assert question == "Hello,\nhow many guests do you need at least?"
    assert answer.startswith("Ten adults, or the minimum of $550.")
    assert (talk(engine)["channel"], talk(engine)["customer_id"]) == ("email", "kai@example.com")


def test_slack(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "03k-slack.json"))
    assert told(engine) == [("user", "Hi, can you do Oakland?"), ("assistant", "Yes, Oakland is fine.")]


@pytest.mark.parametrize(("name", "conversations"), [("03l-json-array.json", 2), ("03m-pretty.json", 1)])
def test_json_in_any_shape(engine: sa.Engine, tmp_path: Path, name: str, conversations: int) -> None:
    whole(bring(engine, tmp_path, name), conversations)


def test_an_archive_is_looked_into_and_a_broken_workbook_named(engine: sa.Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path, "03n-export.zip")
    assert (report.read, report.rejected) == (1, 1)
    assert "messages" in report.reasons[0].text
    with pytest.raises(DataError, match="Excel workbook"):
        bring(engine, tmp_path, "03o-book.xlsx")


def test_us_dates_need_their_order_said(engine: sa.Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path, "04a-sheets-us-dates.csv")
    assert report.inserted == 0
    assert "--date-order" in report.reasons[0].text
    whole(bring(engine, tmp_path, "04a-sheets-us-dates.csv", date_order="mdy"))
    assert times(engine)[0] == datetime(2025, 10, 1, 10, tzinfo=UTC)
    assert told(engine)[0] == ("user", "Do you come to Fresno, CA?\nWe are 15")


@pytest.mark.parametrize("name", ["04b-utc-suffix.csv", "04d-rfc2822.csv"])
def test_times_that_name_their_zone(engine: sa.Engine, tmp_path: Path, name: str) -> None:
    report = whole(bring(engine, tmp_path, name))
    assert times(engine)[0] == datetime(2025, 10, 1, 10, tzinfo=UTC)
    assert not any("zone" in note for note in report.notes)


def test_local_times_are_noted_or_said(engine: sa.Engine, tmp_path: Path) -> None:
    report = whole(bring(engine, tmp_path, "04f-naive-local.csv"))
    assert any("--timezone" in note for note in report.notes)
    again = bring(engine, tmp_path, "04f-naive-local.csv", zone=ZoneInfo("America/Los_Angeles"))
    assert not any("--timezone" in note for note in again.notes)
    assert times(engine)[0] == datetime(2025, 10, 2, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize("name", ["06b-cp1252-header.csv", "08a-trailing-empty-columns.csv", "08c-comma-only-rows.csv",
                                  "08d-sep-line.csv", "08e-title-rows.csv", "08g-pipe.csv"])  # fmt: skip
def test_tables_as_spreadsheets_write_them(engine: sa.Engine, tmp_path: Path, name: str) -> None:
    whole(bring(engine, tmp_path, name))
    assert [role for role, _ in told(engine)] == ["user", "assistant"]


def test_a_header_of_any_length_is_refused_with_a_reason(engine: sa.Engine, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="column's name is longer"):
        bring(engine, tmp_path, "06c-huge-header.csv")


def test_feedback_with_cr_line_ends(engine: sa.Engine, tmp_path: Path) -> None:
    report = import_feedback(engine, CASES / "06e-feedback-cr.csv", NOW, tmp_path / "rejects")
    assert report.rejected == 1
    assert "not stored" in report.reasons[0].text


def test_cells_keep_their_blank_lines(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "09-blank-lines-in-cell.csv"))
    assert told(engine)[0][1] == "Hello,\n\nWe are 12 people.\n\n- 8 adults\n- 4 children\n\nRegards"


def test_quotes_inside_a_cell(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "10b-inner-quotes.csv"), 2)
    assert told(engine)[0] == ("user", 'Is it "all you can eat" style?')


def test_long_cells_go_in_whole(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "10d-cell-over-128k.csv"))
    assert [role for role, _ in told(engine)] == ["user", "assistant"]


def test_two_customers_in_one_conversation_are_refused(engine: sa.Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path, "11-excel-ids.csv")
    assert (report.inserted, report.rejected) == (0, 1)
    assert "two customers" in report.reasons[0].text


def test_spellings_of_one_number_are_one_customer(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "12-phone-spellings.jsonl"), 4)
    with engine.connect() as connection:
        found = list(connection.scalars(sa.text("select distinct customer_id from ai.conversations")))
    assert found == ["+15105550177"]


def test_damaged_text_is_noted(engine: sa.Engine, tmp_path: Path) -> None:
    report = whole(bring(engine, tmp_path, "13a-mojibake-dyi.jsonl"))
    assert any("mojibake" in note for note in report.notes)


def test_an_amount_that_can_mean_two_is_refused(engine: sa.Engine, tmp_path: Path) -> None:
    report = bring(engine, tmp_path, "23-euro-amount.jsonl")
    assert report.inserted == 0
    assert "booking_value_usd" in report.reasons[0].text


@pytest.mark.parametrize("name", ["25a-before-2020.jsonl", "25b-epoch-zero.jsonl"])
def test_what_no_day_collects_is_noted(engine: sa.Engine, tmp_path: Path, name: str) -> None:
    assert any("first day" in note for note in whole(bring(engine, tmp_path, name)).notes)


def test_words_for_who_speaks(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "26a-role-inbound.csv"))
    assert [role for role, _ in told(engine)] == ["user", "agent"]


def test_channels_that_are_not_known_or_not_named(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "26c-channel-whatsapp.csv"))
    assert talk(engine)["channel"] == "sms"
    assert "--channel" in bring(engine, tmp_path, "26d-no-channel.csv").reasons[0].text
    whole(bring(engine, tmp_path, "26d-no-channel.csv", channel=Channel.SMS))


def test_a_phone_column_is_the_customer(engine: sa.Engine, tmp_path: Path) -> None:
    whole(bring(engine, tmp_path, "28-phone-column.csv"))
    assert talk(engine)["customer_id"] == "+15105550177"


def test_every_case_ends_in_an_import_or_a_sentence(engine: sa.Engine, tmp_path: Path) -> None:
    for path in sorted(CASES.iterdir()):
        if path.suffix not in (".jsonl", ".json", ".csv", ".txt", ".mbox", ".zip", ".xlsx"):
            continue
        said = ""
        try:
            report = import_conversations(engine, path, NOW, tmp_path / "rejects")
        except DataError as error:
            said = str(error)
        else:
            assert report.read == report.stored + report.rejected
            assert json.dumps(report.as_dict(), default=str)
            said = "; ".join(reason.text for reason in report.reasons) or "it went in"
        assert said, path.name
        assert "\n" not in said, path.name
