"""``mhc import calls``: transcripts and recordings of telephone calls, with what callers agreed to."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mhc_core import settings
from mhc_core.collection.importing.report import ImportReport
from mhc_core.collection.importing.report import Progress as OnProgress
from mhc_jobs.cli.console import AsJson
from mhc_jobs.cli.import_options import Files, Source, date_of, import_all, role_of, zone_of
from mhc_jobs.cli.import_report import listening


def calls(
    files: Files,
    consent: Annotated[
        Literal["given", "refused", "unknown"],
        typer.Option(
            help="Whether callers agreed to being recorded, where the files do not say. Nothing is learned "
            "from a call without it, and no recording is listened to."
        ),
    ] = "unknown",
    wording: Annotated[
        str | None, typer.Option("--consent-wording", help="What callers were told or asked, word for word.")
    ] = None,
    customer: Annotated[
        str | None, typer.Option(help="Whose calls these are, where the files do not say: a number or an address.")
    ] = None,
    source: Source = None,
    roles: Annotated[
        list[Any] | None,
        typer.Option("--role", parser=role_of, metavar="WHO=ROLE", help="Who a voice, name or channel is. Repeatable."),
    ] = None,
    zone: Annotated[
        Any, typer.Option("--timezone", parser=zone_of, metavar="ZONE", help="Of times without one.")
    ] = None,
    date: Annotated[
        datetime | None,
        typer.Option(parser=date_of, metavar="DATE", help="Time of calls that have none; default: now."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Import telephone calls: transcripts of RingCentral and Twilio (JSON), WebVTT, SRT, text such as "Agent: …", and
    recordings where the extra `voice` is installed.

    Each call becomes a conversation of the channel phone. Doing it again changes nothing.
    """
    from mhc_core.collection.importing import context
    from mhc_core.collection.importing.context import Calls
    from mhc_core.collection.importing.conversations import import_conversations
    from mhc_core.collection.recordings import listener
    from mhc_core.db.engine import database
    from mhc_core.vocabulary import Channel, Consent

    config = settings.load()
    with database(config) as engine:

        def bring_in(uri: str, rejects: Path, progress: OnProgress) -> ImportReport:
            with listening(uri, quiet=as_json) as heard:
                said = Calls(Consent(consent), wording, listener(config, heard))
                return read(uri, rejects, progress, said)

        def read(uri: str, rejects: Path, progress: OnProgress, said: Calls) -> ImportReport:
            now = datetime.now(UTC)
            reading = context.reading(
                config, date or now, channel=Channel.PHONE, zone=zone, roles=dict(roles or ()), source=source,
                customer=customer, calls=said,
            )  # fmt: skip
            return import_conversations(engine, uri, now, rejects, reading=reading, progress=progress)

        import_all(files, config.reject_dir, bring_in, "conversations", as_json)
