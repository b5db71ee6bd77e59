"""Writes the report of the last full week: files, the row that the console shows, and e-mails into the outbox.

It may be done again: files and row are written anew, and an e-mail that is in the outbox for this week is not written a
second time, whether or not it was sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.db.queries import alert_messages, weekly
from mhc_core.db.rows.alerts import Message
from mhc_core.errors import DataError
from mhc_core.monitoring.weekly import charts, gathering, mailing, rendering
from mhc_core.monitoring.weekly.charts import Picture
from mhc_core.monitoring.weekly.gathering import Report, Week
from mhc_core.monitoring.weekly.pdf import pdf
from mhc_core.settings import Settings
from mhc_core.vocabulary import MessageKind, Severity

CHANNEL = "report"
"""What the outbox calls these e-mails; to whom they go stands in them alone."""


@dataclass(frozen=True, slots=True)
class Published:
    """Where the files are, and how many e-mails were written down now."""

    week: str
    markdown_uri: str
    pdf_uri: str
    mails: int


def publish(
    engine: sa.Engine, settings: Settings, now: datetime, *, week: str | None = None, mail: bool = True
) -> Published:
    """Make the report of a week such as 2026-W10, or of the business's last full one before ``now``.

    E-mails are written with ``mail``.

    Raises:
        DataError: there is no such week, or it is not over.
        ConfigurationError: people should get it, and an address or the mail server is missing or wrong; the files and
            the row are there then.
    """
    business = pricing.load(settings.business_file)
    with engine.connect() as connection:
        made = gathering.report(connection, business.name, _week(week, business.contact.zone, now), now)
    pictures = charts.pictures(made)
    markdown_uri, pdf_uri = _files(made, pictures, settings)
    with engine.begin() as connection:
        weekly.keep(connection, weekly.Kept(made.week, now, made.as_json(), markdown_uri, pdf_uri))
    people = mailing.recipients(settings) if mail else []
    with engine.begin() as connection:
        mails = [_mail(made, pictures, settings, person, now) for person in people]
        written = alert_messages.write(connection, mails, now)
    return Published(made.week, markdown_uri, pdf_uri, written)


def _week(name: str | None, zone: ZoneInfo, now: datetime) -> Week:
    if name is None:
        return Week.before(now, zone)
    week = Week.named(name, zone)
    if week.end > now:
        raise DataError(f"week {name} is not over before {week.end:%A %-d %B}; choose an earlier one")
    return week


def _files(report: Report, pictures: Sequence[Picture], settings: Settings) -> tuple[str, str]:
    base = f"{settings.artifacts}/reports/{report.week}"
    for picture in pictures:
        store.write_bytes(f"{base}-{picture.name}.png", picture.png)
    names = {picture.name: f"{report.week}-{picture.name}.png" for picture in pictures}
    console = settings.console_address
    store.write_bytes(f"{base}.md", rendering.markdown(report, pictures, console, names).encode())
    store.write_bytes(f"{base}.pdf", pdf(report, pictures, console))
    return f"{base}.md", f"{base}.pdf"


def _mail(report: Report, pictures: Sequence[Picture], settings: Settings, person: str, now: datetime) -> Message:
    return Message(
        key=sha256(f"weekly/{report.week}/{person.lower()}".encode()).hexdigest()[:32],
        channel=CHANNEL,
        kind=MessageKind.REPORT,
        severity=Severity.INFO,
        title=rendering.title(report),
        body=mailing.message(report, pictures, settings, person, now).as_string(),
        alerts=(),
    )
