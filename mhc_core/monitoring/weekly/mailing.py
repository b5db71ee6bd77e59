"""The report as an e-mail: HTML and text with its pictures inside, and the server it goes through."""

import smtplib
import ssl
from collections.abc import Sequence
from datetime import datetime
from email import message_from_string, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from mhc_core.errors import ConfigurationError
from mhc_core.monitoring.weekly import rendering
from mhc_core.monitoring.weekly.charts import Picture
from mhc_core.monitoring.weekly.gathering import Report
from mhc_core.settings import Settings

_SECONDS = 8.0
_LOCAL = ("127.0.0.1", "::1", "localhost")


def recipients(settings: Settings) -> list[str]:
    """Who gets the report.

    Raises:
        ConfigurationError: somebody should, and an address or the server is missing or wrong.
    """
    found = [part.strip() for part in settings.report_to.split(",") if part.strip()]
    for address in (*found, *([settings.mail_from] if found else [])):
        if "@" not in parseaddr(address)[1]:
            raise ConfigurationError(
                f"{address!r} is no e-mail address; set MHC_REPORT_TO to addresses with commas between them and "
                "MHC_MAIL_FROM to the sender's"
            )
    if found and settings.mail_url is None:
        raise ConfigurationError(
            "MHC_REPORT_TO names people, but no server sends; set MHC_MAIL_URL=smtp://user:password@host:587"
        )
    return list(dict.fromkeys(found))


def message(
    report: Report, pictures: Sequence[Picture], settings: Settings, recipient: str, now: datetime
) -> EmailMessage:
    """The e-mail to one person. Its Message-ID is made of week and recipient: a program that has it shows it once."""
    sender = parseaddr(settings.mail_from)[1]
    domain = sender.rpartition("@")[2]
    ident = sha256(recipient.lower().encode()).hexdigest()[:16]
    mail = EmailMessage(policy=policy.SMTP.clone(cte_type="7bit"))
    mail["Subject"] = rendering.title(report)
    mail["From"] = _named(settings.mail_from)
    mail["To"] = _named(recipient)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<weekly.{report.week}.{ident}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    places = {picture.name: f"{picture.name}.{report.week}@{domain}" for picture in pictures}
    mail.set_content(rendering.text(report, settings.console_address), cte="quoted-printable")
    addresses = {name: f"cid:{place}" for name, place in places.items()}
    page = rendering.html(report, pictures, settings.console_address, addresses)
    mail.add_alternative(page, subtype="html", cte="quoted-printable")
    body = mail.get_payload()[1]  # type: ignore[index]
    assert isinstance(body, EmailMessage)
    for picture in pictures:
        body.add_related(
            picture.png, "image", "png", cid=f"<{places[picture.name]}>", filename=f"{picture.name}.png",
            disposition="inline",
        )  # fmt: skip
    return mail


def send(settings: Settings, source: str) -> str | None:
    """Send a message that was written down; why it did not arrive, or None. Nothing is raised."""
    if settings.mail_url is None:
        return "no server: set MHC_MAIL_URL"
    url = urlsplit(settings.mail_url.get_secret_value())
    host, mail = url.hostname or "", message_from_string(source, policy=policy.SMTP)
    try:
        secure = ssl.create_default_context()
        server = (
            smtplib.SMTP_SSL(host, url.port or 465, timeout=_SECONDS, context=secure)
            if url.scheme == "smtps"
            else smtplib.SMTP(host, url.port or 587, timeout=_SECONDS)
        )
        with server:
            server.ehlo()
            if url.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=secure)
            elif url.scheme == "smtp" and url.username and host not in _LOCAL:
                return "the server offers no encryption, and the password is not sent without"
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.send_message(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        return type(error).__name__
    return None


def _named(address: str) -> Address:
    name, plain = parseaddr(address)
    return Address(display_name=name, addr_spec=plain)
