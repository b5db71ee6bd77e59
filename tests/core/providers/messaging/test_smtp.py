"""E-mails reach a real SMTP server whole, with the way out; what it answers is taken for what it means."""

from datetime import UTC, datetime
from email import policy
from email.parser import BytesParser
from typing import Any

import pytest
from fakes.receivers import Mailbox, mailbox

from mhc_core.providers.messaging.result import Message
from mhc_core.providers.messaging.smtp import Mail, mail

NOW = datetime(2026, 3, 5, 21, tzinfo=UTC)
LINK = "https://chat.example.com/api/v1/ai/unsubscribe?token=" + "a" * 120
MESSAGE = Message(
    "win_back/three_months/abc/1", "guest@example.com", "Ten % off — ¡hola!\n", "10 % off ñ", "<p>Ten % off</p>", LINK
)


def service(box: Mailbox) -> Mail:
    return Mail(f"smtp://127.0.0.1:{box.port}", "Hibachi <offers@example.org>", lambda: NOW)


def test_text_and_page_arrive_with_the_headers_of_one_click() -> None:
    with mailbox() as box:
        result = service(box).send(MESSAGE)
    assert result.outcome == "accepted"
    (raw,) = box.mails
    got: Any = BytesParser(policy=policy.default).parsebytes(raw.as_bytes())
    assert (got["To"], got["Subject"]) == ("guest@example.com", "10 % off ñ")
    assert got["From"] == "Hibachi <offers@example.org>"
    assert got["List-Unsubscribe"] == f"<{LINK}>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got.get_content_type() == "multipart/alternative"
    text, page = got.iter_parts()
    assert text.get_content().strip() == "Ten % off — ¡hola!"
    assert page.get_content().strip() == "<p>Ten % off</p>"


def test_the_same_message_has_the_same_id_and_another_another() -> None:
    first, again = (mail(MESSAGE, "a@example.org", NOW)["Message-ID"] for _ in range(2))
    other = Message("other", *(getattr(MESSAGE, name) for name in ("to", "text", "subject", "html", "unsubscribe")))
    assert first == again != mail(other, "a@example.org", NOW)["Message-ID"]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("550 no such user", "refused"), ("451 come again", "not_taken"), ("250 OK", "accepted")],
)
def test_what_the_server_says_decides_whether_it_may_be_tried_again(
    monkeypatch: pytest.MonkeyPatch, answer: str, outcome: str
) -> None:
    async def handle(self: Mailbox, *_: Any) -> str:
        return answer

    monkeypatch.setattr(Mailbox, "handle_DATA", handle)
    with mailbox() as box:
        assert service(box).send(MESSAGE).outcome == outcome


def test_silence_after_the_text_means_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    async def hangs_up(self: Mailbox, server: Any, *_: Any) -> str:
        server.transport.abort()
        return "250 OK"

    monkeypatch.setattr(Mailbox, "handle_DATA", hangs_up)
    with mailbox() as box:
        assert service(box).send(MESSAGE).outcome == "unknown"


def test_a_server_that_is_not_reached_took_nothing() -> None:
    assert Mail("smtp://127.0.0.1:9", "a@example.org", lambda: NOW).send(MESSAGE).outcome == "not_taken"


def test_a_password_is_not_sent_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    with mailbox() as box:
        monkeypatch.setattr("mhc_core.providers.messaging.smtp._LOCAL", ())
        url = f"smtp://user:secret@127.0.0.1:{box.port}"
        assert Mail(url, "a@example.org", lambda: NOW).send(MESSAGE).outcome == "not_taken"
    assert box.mails == []


def test_an_address_that_would_add_a_header_is_refused() -> None:
    evil = Message("key", "guest@example.com\nBcc: x@example.com", "t", "s", "h", LINK)
    with mailbox() as box:
        assert service(box).send(evil).outcome == "refused"
    assert box.mails == []
