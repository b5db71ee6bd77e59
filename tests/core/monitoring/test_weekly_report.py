"""The weekly report: what it counts, what it looks like as mail and file, and that it arrives once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes import receivers
from fakes.stored import opinion, say, talk

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.queries import versions, weekly
from mhc_core.db.tables import figures_costs, messages, provider_calls
from mhc_core.errors import ConfigurationError
from mhc_core.monitoring.alerts import channels, delivery
from mhc_core.monitoring.weekly import figures, gathering, publishing
from mhc_core.monitoring.weekly.gathering import Report
from mhc_core.settings import Settings

ZONE = pricing.load().contact.zone
MONDAY = datetime(2026, 3, 2, tzinfo=ZONE)
NINE = MONDAY + timedelta(days=7, hours=9)
CANARY = "zephyrquill"
THANKED = {"reading": {"segments": [{"act": "thank"}]}}


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url, zone=str(ZONE))
    yield engine
    engine.dispose()


def config(root: Path, mail: receivers.Mailbox | None = None, **more: Any) -> Settings:
    if mail is not None:
        more |= {
            "report_to": "Ann <ann@example.org>, bo@example.org",
            "mail_url": f"smtp://127.0.0.1:{mail.port}",
            "mail_from": "Hibachi <reports@example.org>",
        }
    return Settings(state_dir=root, **more)


def a_week(engine: sa.Engine) -> None:
    """Four conversations of the week and two beside it, with ratings, costs and moves of versions."""
    with engine.begin() as connection:
        booked, _ = talk(connection, say("user", CANARY), say("assistant", CANARY, latency_ms=200.0), outcome="booked",
                         at=MONDAY, intent="pricing")  # fmt: skip
        thanked, _ = talk(connection, say("user", CANARY, message_metadata=THANKED),
                          say("assistant", CANARY, latency_ms=400.0), at=MONDAY + timedelta(days=1))  # fmt: skip
        disliked, _ = talk(connection, say("user", CANARY, message_metadata=THANKED), at=MONDAY + timedelta(days=2))
        talk(connection, say("user", CANARY), status="escalated", intent="travel",
             at=MONDAY + timedelta(days=7, microseconds=-1))  # fmt: skip
        talk(connection, say("user", CANARY), outcome="booked", at=MONDAY - timedelta(microseconds=1))
        talk(connection, say("user", CANARY), outcome="booked", at=MONDAY + timedelta(days=7))
        opinion(connection, booked, vote="up", stars=5, comment=CANARY, at=MONDAY)
        opinion(connection, disliked, vote="down", stars=2, comment=CANARY, at=MONDAY + timedelta(days=3))
        for conversation, cost in ((booked, 0.02), (thanked, 0.04)):
            connection.execute(
                sa.insert(provider_calls).values(
                    id=uuid4(), asked_at=MONDAY, kind="chat", feature="answers", provider="openai", model="m",
                    outcome="answered", conversation_id=conversation, cost_usd=cost,
                )
            )  # fmt: skip
        columns = {column.name for column in figures_costs.columns}
        counted = dict.fromkeys(columns - {"hour", "kind", "feature", "model"}, 1)
        row = counted | {"hour": MONDAY, "kind": "chat", "feature": "answers", "model": "m", "cost_usd": 0.06}
        connection.execute(sa.insert(figures_costs).values(row))
        for version, day in (("kb-1", -9), ("kb-2", 1), ("kb-1", 2)):
            versions.move(connection, "knowledge", version, "Ann", "better", MONDAY + timedelta(days=day))


def report(engine: sa.Engine, monday: datetime = MONDAY) -> Report:
    week = gathering.Week(monday, monday + timedelta(days=7))
    with engine.connect() as connection:
        return gathering.report(connection, "My Hibachi Chef", week, NINE)


def test_it_counts_monday_to_sunday_of_the_business_with_number_interval_and_last_week(engine: sa.Engine) -> None:
    a_week(engine)
    found = report(engine)
    assert (found.week, found.first, found.last, found.conversations) == (
        "2026-W10",
        "2026-03-02",
        "2026-03-08",
        (4, 1),
    )
    shown = {one.name: (figures.told(one.this, one.unit), figures.told(one.before, one.unit)) for one in found.figures}
    assert shown == {
        "Nobody escalated": ("75.0 % [30.1 % to 95.4 %], n = 4", "100.0 % [20.7 % to 100.0 %], n = 1"),
        "Resolved with confirmation": ("50.0 % [15.0 % to 85.0 %], n = 4", "100.0 % [20.7 % to 100.0 %], n = 1"),
        "Conversion": ("25.0 % [4.6 % to 69.9 %], n = 4", "100.0 % [20.7 % to 100.0 %], n = 1"),
        "Satisfaction": ("3.50 [1.00 to 5.00], n = 2", "–"),
        "Liked": ("50.0 % [9.5 % to 90.5 %], n = 2", "–"),
        "Answer time": ("300 ms [200 ms to 400 ms], n = 2", "–"),
        "Cost of a conversation": ("$0.0150 [$0.0000 to $0.0455], n = 4", "no provider was asked"),
        "Feedback": ("50.0 % [15.0 % to 85.0 %], n = 4", "0.0 % [0.0 % to 79.3 %], n = 1"),
    }
    assert [(one.version, one.rolled_back) for one in found.moves] == [("kb-2", False), ("kb-1", True)]
    assert [one.conversations for one in found.days] == [0] * 6 + [1, 1, 1, 1, 0, 0, 0, 1]
    assert Report.of_json(found.as_json()) == found


def test_a_day_of_23_hours_is_a_day(engine: sa.Engine) -> None:
    monday = datetime(2026, 3, 9, tzinfo=ZONE)  # clocks went forward on the Sunday before
    with engine.begin() as connection:
        talk(connection, say("user", "a"), at=monday)
        talk(connection, say("user", "b"), at=monday - timedelta(microseconds=1))
    found = report(engine, monday)
    assert found.conversations == (1, 1)
    assert len(found.days) == 14


def test_an_empty_week_has_a_report_too(engine: sa.Engine, tmp_path: Path) -> None:
    made = publishing.publish(engine, config(tmp_path), NINE)
    text = store.read_bytes(made.markdown_uri).decode()
    assert "0 conversations, 0 the week before" in text
    assert "| Nobody escalated | – | – |" in text
    assert "Nothing waits and nothing stands out." in text


def test_files_and_row_are_there_and_are_the_same_again(engine: sa.Engine, tmp_path: Path) -> None:
    a_week(engine)
    made = publishing.publish(engine, config(tmp_path), NINE + timedelta(days=2))
    files = {uri: store.read_bytes(uri) for uri in (made.markdown_uri, made.pdf_uri)}
    assert made.markdown_uri.endswith("reports/2026-W10.md")
    assert files[made.pdf_uri].startswith(b"%PDF")
    text = files[made.markdown_uri].decode()
    assert "# My Hibachi Chef: week 10 of 2026, 2 Mar to 8 Mar" in text
    assert "![Conversations a day in this week" in text
    assert (tmp_path / "artifacts" / "reports" / "2026-W10-days.png").read_bytes().startswith(b"\x89PNG")
    assert publishing.publish(engine, config(tmp_path), NINE) == made
    assert {uri: store.read_bytes(uri) for uri in files} == files
    with engine.connect() as connection:
        assert weekly.weeks(connection, 9) == ["2026-W10"]
        kept = weekly.kept(connection, "2026-W10")
    assert kept is not None
    assert Report.of_json(kept.report) == report(engine)


def sent(engine: sa.Engine, settings: Settings) -> int:
    return delivery.send_due(engine, channels.of(settings), lambda: NINE + timedelta(seconds=1))


def test_the_mail_has_text_and_html_with_its_pictures_and_arrives_once(engine: sa.Engine, tmp_path: Path) -> None:
    a_week(engine)
    with receivers.mailbox() as box:
        settings = config(tmp_path, box)
        assert publishing.publish(engine, settings, NINE).mails == 2
        assert sent(engine, settings) == 2
        assert publishing.publish(engine, settings, NINE + timedelta(days=1)).mails == 0
        assert sent(engine, settings) == 0
    assert sorted(mail["To"] for mail in box.mails) == ["Ann <ann@example.org>", "bo@example.org"]
    assert len({mail["Message-ID"] for mail in box.mails}) == 2
    mail: Any = box.mails[0]
    assert mail.get_content_type() == "multipart/alternative"
    text, related = mail.get_payload()
    html, *pictures = related.get_payload()
    said = text.get_payload(decode=True).decode()
    assert "Nobody escalated: 75.0 % [30.1 % to 95.4 %], n = 4" in said
    assert "rolled back to kb-1, by Ann" in said
    page = html.get_payload(decode=True).decode()
    assert "<style" not in page
    assert 'style="' in page
    for picture in pictures:
        assert picture.get_payload(decode=True).startswith(b"\x89PNG")
        assert f'src="cid:{picture["Content-ID"].strip("<>")}"' in page
    assert page.count("<img") == page.count('alt="') == len(pictures) == 2


def test_no_word_of_a_customer_leaves_the_house(engine: sa.Engine, tmp_path: Path) -> None:
    a_week(engine)
    with receivers.mailbox() as box:
        settings = config(tmp_path, box)
        made = publishing.publish(engine, settings, NINE)
        sent(engine, settings)
    with engine.connect() as connection:
        kept = weekly.kept(connection, made.week)
    parts = [part.get_payload(decode=True) or b"" for mail in box.mails for part in mail.walk()]
    told = [*parts, str(kept).encode(), store.read_bytes(made.markdown_uri), *(mail.as_bytes() for mail in box.mails)]
    assert not [each for each in told if CANARY.encode() in each.lower()]


def test_killed_between_writing_down_and_sending_it_arrives_once(engine: sa.Engine, tmp_path: Path) -> None:
    a_week(engine)
    with receivers.mailbox() as box:
        settings = config(tmp_path, box)
        script = (
            "import os, signal, sys; from datetime import datetime; from mhc_core.db import engine as engines; "
            "from mhc_core.monitoring.alerts import channels, delivery; "
            "from mhc_core.monitoring.weekly import publishing; "
            "from mhc_core.settings import Settings; engine = engines.create(sys.argv[1]); settings = Settings(); "
            "publishing.publish(engine, settings, datetime.fromisoformat(sys.argv[2])); "
            "die = lambda *_: os.kill(os.getpid(), signal.SIGKILL); channels.Channels.send = die; "
            "delivery.send_due(engine, channels.of(settings), lambda: datetime.fromisoformat(sys.argv[2]))"
        )
        environment = os.environ | {
            "PYTHONPATH": str(Path(publishing.__file__).parents[3]),
            "MHC_STATE_DIR": str(tmp_path),
            "MHC_REPORT_TO": settings.report_to,
            "MHC_MAIL_FROM": settings.mail_from,
            "MHC_MAIL_URL": f"smtp://127.0.0.1:{box.port}",
        }
        url = engine.url.render_as_string(hide_password=False)
        done = subprocess.run([sys.executable, "-c", script, url, NINE.isoformat()], env=environment, timeout=60)
        assert done.returncode == -signal.SIGKILL
        assert box.mails == []
        publishing.publish(engine, settings, NINE)  # the job is run again
        later = NINE + delivery.LEASE + timedelta(seconds=1)
        assert delivery.send_due(engine, channels.of(settings), lambda: later) == 2
        assert delivery.send_due(engine, channels.of(settings), lambda: later + delivery.LEASE) == 0
    assert len(box.mails) == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"report_to": "ann"}, "'ann' is no e-mail address"),
        ({"report_to": "ann@example.org"}, "MHC_MAIL_FROM"),
        ({"report_to": "ann@example.org", "mail_from": "a@example.org"}, "MHC_MAIL_URL"),
    ],
)
def test_people_who_cannot_be_reached_are_told_and_the_report_is_there(
    engine: sa.Engine, tmp_path: Path, more: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=said):
        publishing.publish(engine, config(tmp_path, **more), NINE)
    with engine.connect() as connection:
        assert weekly.weeks(connection, 9) == ["2026-W10"]


def test_a_password_is_not_sent_to_a_server_without_encryption_elsewhere(tmp_path: Path) -> None:
    from mhc_core.monitoring.weekly import mailing

    mail = EmailMessage()
    mail["From"], mail["To"] = "a@example.org", "b@example.org"
    with receivers.mailbox() as box, pytest.MonkeyPatch.context() as patch:
        patch.setattr(mailing, "_LOCAL", ())
        settings = config(tmp_path, mail_url=f"smtp://user:secret@127.0.0.1:{box.port}")
        failure = mailing.send(settings, mail.as_string())
    assert failure is not None
    assert "no encryption" in failure
    assert box.mails == []
    assert mailing.send(config(tmp_path, mail_url="smtp://127.0.0.1:1"), mail.as_string()) == "ConnectionRefusedError"


def test_what_is_worth_doing_is_what_concerns_most(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for place in range(5):
            talk(connection, say("user", "x"), status="escalated", intent="travel", at=MONDAY + timedelta(hours=place))
        for place in range(2):
            talk(connection, say("user", "x"), status="escalated", intent="menu", at=MONDAY + timedelta(hours=place))
        talk(connection, say("user", "x"), intent="travel", at=MONDAY)
    [one] = report(engine).worth_doing
    assert one.title == "Read what was handed over about travel"
    assert one.why.startswith("5 of 6 conversations")
    with engine.connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(messages)) == 8
