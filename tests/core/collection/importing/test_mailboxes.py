"""Mailboxes: threads of e-mails in any order, without those that nobody wrote to us."""

from pathlib import Path

import sqlalchemy as sa
from fakes.importing import GRILL, bring, talk, told, whole


def mail(ident: str, sender: str, to: str, at: str, body: str, *more: str) -> str:
    headers = [f"From {ident}@xxx Tue Feb 03 10:00:00 +0000 2026", f"Message-ID: <{ident}@x>", f"Date: {at}",
               f"From: {sender}", f"To: {to}", *more]  # fmt: skip
    return "\r\n".join([*headers, "", body, "", ""])


def test_a_mailbox_in_any_order_without_labels(emptied: sa.Engine, tmp_path: Path) -> None:
    lee, us = '"Moss, Lee" <Lee@Example.com>', "cs@myhibachichef.com"
    mails = [
        mail("a2", us, lee, "Tue, 3 Feb 2026 10:01:00 +0000", "Yes, grill and propane.", "In-Reply-To: <a1@x>"),
        mail("n", "news@shop.example", us, "Tue, 3 Feb 2026 09:00:00 +0000", "Sale!", "List-Unsubscribe: <x>"),
        mail("a1", lee, us, "Tue, 3 Feb 2026 10:00:00 +0000", "Do you bring the grill?"),
        mail("o", us, lee, "Tue, 3 Feb 2026 10:00:01 +0000", "Away", "Auto-Submitted: auto-replied"),
    ]
    report = whole(bring(emptied, tmp_path / "a.mbox", "".join(mails)))
    assert told(emptied) == GRILL
    assert talk(emptied)["customer_id"] == "lee@example.com"
    assert {"mass e-mails, left out": 1, "automatic e-mails, left out": 1}.items() <= report.notes.items()


def test_a_mail_that_lies_in_the_files_of_two_labels_is_taken_once(emptied: sa.Engine, tmp_path: Path) -> None:
    lee, us = "lee@example.com", "cs@myhibachichef.com"
    asked = mail("a1", lee, us, "Tue, 3 Feb 2026 10:00:00 +0000", GRILL[0][1])
    answered = mail("a2", us, lee, "Tue, 3 Feb 2026 10:01:00 +0000", GRILL[1][1], "In-Reply-To: <a1@x>")
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "Inbox.mbox").write_text(asked)
    (tmp_path / "mail" / "All.mbox").write_text(answered + asked)
    whole(bring(emptied, tmp_path / "mail"))
    assert told(emptied) == GRILL


def test_a_mail_in_html_with_an_attachment(emptied: sa.Engine, tmp_path: Path) -> None:
    body = (
        "--b\r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        "<p>Gr=FC=DFe, do you come?</p><style>p{}</style>\r\n--b\r\nContent-Type: application/pdf\r\n"
        "Content-Disposition: attachment\r\n\r\n%PDF From nobody\r\n--b--"
    )
    lee = "lee@example.com"
    kind = "Content-Type: multipart/mixed; boundary=b"
    whole(bring(emptied, tmp_path / "a.mbox", mail("h", lee, "us@shop.example", "Tue, 3 Feb 2026 10:00:00 +0000", body,
                                                  kind, "X-Gmail-Labels: Inbox")))  # fmt: skip
    assert told(emptied) == [("user", "Grüße, do you come?")]
