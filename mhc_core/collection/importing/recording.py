"""Recordings among the files of an import of calls: listened to with consent only, and each only once."""

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa

from mhc_core.collection.importing.bytes_as_text import CHUNK
from mhc_core.collection.importing.context import Context
from mhc_core.collection.importing.head import Head
from mhc_core.collection.importing.incoming import Incoming
from mhc_core.collection.importing.reject import Place
from mhc_core.db.queries import calls
from mhc_core.errors import ConfigurationError, DataError
from mhc_core.vocabulary import Consent

NO_CONSENT = (
    "a recording is listened to only when its caller agreed to be recorded: say --consent given, and in which words "
    "with --consent-wording"
)
_MAGIC = (b"ID3", b"OggS", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2", b"\xff\xf1", b"#!AMR")


class Recording:
    """A sound file of one call."""

    name = "a recording of a call"
    source = "calls"
    pieces = False

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def detect(self, head: Head) -> bool:
        """Whether a file begins as sound does."""
        data = head.data
        wave = data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE"
        return wave or data.startswith(_MAGIC) or (data[4:8] == b"ftyp" and data[8:11] in (b"M4A", b"mp4", b"iso"))

    def read(self, head: Head, context: Context) -> Iterator[Incoming]:
        """One call, unless it was listened to before.

        Raises:
            DataError: there is no consent, no recogniser, or nothing to hear.
        """
        said = context.reading.calls
        if said is None or said.listen is None or said.consent is not Consent.GIVEN:
            raise DataError(NO_CONSENT)
        digest, size = hashlib.sha256(), 0
        file = head.source.file
        while chunk := file.read(CHUNK):
            digest.update(chunk)
            size += len(chunk)
        ident = digest.hexdigest()
        if calls.listened_to(self._connection, ident):
            context.notes["recordings that were listened to before, left as they are"] += 1
            return
        file.seek(0)
        try:
            record = dict(said.listen(file))
        except ConfigurationError as error:
            raise DataError(str(error)) from None
        record["id"] = ident[:32]
        record["call"] = {**record["call"], "audio_sha256": ident}
        if record["call"]["speakers"] == "turns":
            context.notes["calls whose speakers were guessed from the turns: held until a person read them"] += 1
        yield Incoming(Place(0, 1, 1, size, ident), record)
