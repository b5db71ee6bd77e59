"""E-mails to customers over SMTP: text and HTML, and the way out that mail programs show as a button (RFC 8058).

The RFC wants the two headers covered by a DKIM signature; the mail server signs, see ``docs/campaigns.md``.
"""

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from mhc_core.providers.messaging.result import SECONDS, Message, Result

_LOCAL = ("127.0.0.1", "::1", "localhost")


def mail(message: Message, sender: str, now: datetime) -> EmailMessage:
    """The e-mail. Its Message-ID is made of the message's key: a program that has it shows it once."""
    name, plain = parseaddr(sender)
    made = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    made["Subject"] = message.subject
    made["From"] = Address(display_name=name, addr_spec=plain)
    made["To"] = Address(addr_spec=message.to)
    made["Date"] = format_datetime(now)
    made["Message-ID"] = f"<{sha256(message.key.encode()).hexdigest()[:32]}@{plain.rpartition('@')[2]}>"
    made["List-Unsubscribe"] = f"<{message.unsubscribe}>"
    made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(message.text, cte="quoted-printable")
    made.add_alternative(message.html, subtype="html", cte="quoted-printable")
    return made


@dataclass(frozen=True, slots=True)
class Mail:
    """A server as ``smtp://user:password@host:587``, or ``smtps://`` where it is encrypted from the start."""

    url: str
    sender: str
    clock: Callable[[], datetime]

    def send(self, message: Message) -> Result:
        """Send one e-mail; nothing is raised.

        Until the server has said that it wants the text, nothing is sent; after that, silence means nobody knows.
        """
        try:
            made = mail(message, self.sender, self.clock())
        except (ValueError, IndexError) as error:
            return Result("refused", failure=type(error).__name__)
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError as error:
            return Result("not_taken", failure=f"SMTP {error.smtp_code}")
        except (OSError, smtplib.SMTPException, ValueError) as error:
            return Result("not_taken", failure=type(error).__name__)
        try:
            server.send_message(made)
        except smtplib.SMTPRecipientsRefused as error:
            return _refused(next(iter(error.recipients.values()), (550, b""))[0])
        except smtplib.SMTPResponseException as error:
            return _refused(error.smtp_code)
        except (OSError, smtplib.SMTPException) as error:
            return Result("unknown", failure=type(error).__name__)
        finally:
            _leave(server)
        return Result("accepted", str(made["Message-ID"]))

    def _connect(self) -> smtplib.SMTP:
        url, secure = urlsplit(self.url), ssl.create_default_context()
        host = url.hostname or ""
        if url.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(host, url.port or 465, timeout=SECONDS, context=secure)
        else:
            server = smtplib.SMTP(host, url.port or 587, timeout=SECONDS)
        try:
            server.ehlo()
            if url.scheme != "smtps" and server.has_extn("starttls"):
                server.starttls(context=secure)
            elif url.scheme != "smtps" and url.username and host not in _LOCAL:
                raise smtplib.SMTPException("the server offers no encryption, and the password is not sent without")
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
        except BaseException:
            server.close()
            raise
        return server


def _refused(code: int) -> Result:
    """A server's 4xx asks to come again, its 5xx not to."""
    return Result("not_taken" if 400 <= code < 500 else "refused", failure=f"SMTP {code}")


def _leave(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()
