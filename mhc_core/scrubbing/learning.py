"""Versions of the tagger: trained with reviewers' marks, judged beside the live one, put to use by moving a pointer.

Nobody's words are learned: in a marked message all personal data is replaced by invented data of the same kind, many
times over, before it is taught. Every step can be repeated: the same marks are trained on once.
"""

import hashlib
import lzma
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from itertools import groupby
from random import Random
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa

from mhc_core.artifacts import store
from mhc_core.db.queries import marks as marked
from mhc_core.db.queries import tagger_versions as queries
from mhc_core.db.queries import versions
from mhc_core.db.queries.tagger_versions import TaggerVersion
from mhc_core.errors import DataError, ScrubRefused
from mhc_core.scrubbing import loading
from mhc_core.scrubbing.engine import Known, Scrubber
from mhc_core.scrubbing.findings import PiiType
from mhc_core.scrubbing.tagger import frozen, training
from mhc_core.scrubbing.tagger.frozen import Measured
from mhc_core.scrubbing.tagger.invented.messages import Messages
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.scrubbing.tagger.model import Tagger, packaged
from mhc_core.vocabulary import Verdict

FILLED = 30
"""Times that a marked message is taught, each time with other people in it."""
SLACK = 0.005
"""How much worse a share may be before a candidate is held; less is noise on sets of this size."""
_SLOTS = {
    PiiType.PERSON: "{name}",
    PiiType.ADDRESS: "{address}",
    PiiType.PHONE: "{phone}",
    PiiType.GATE_CODE: "{code}",
    PiiType.PASSWORD: "{secret}",
    PiiType.GOVERNMENT_ID: "{id}",
    PiiType.VEHICLE_PLATE: "{plate}",
    PiiType.DATE_OF_BIRTH: "{birth}",
}


class Frame(NamedTuple):
    """A marked message with slots where personal data was."""

    parts: Sequence[str]

    def fill(self, messages: Messages) -> Labelled:
        """The message with invented data; what is left of its own words names nobody."""
        text, spans = "", []
        for part in self.parts:
            if part in _SLOTS.values():
                filled = messages.fill(part)
                spans += [(label, start + len(text), end + len(text)) for label, start, end in filled.spans]
                text += filled.text
            else:
                text += part
        return Labelled(text, spans)


def frames(connection: sa.Connection, scrubber: Scrubber) -> list[Frame]:
    """The messages that reviewers marked: what was missed is a slot, what was wrongly masked stays as it is."""
    found = []
    for message_id, group in groupby(sorted(marked.all_marks(connection), key=_place), key=_place):
        marks = [one.mark for one in group]
        message = marked.message(connection, message_id[0])
        text = message and (message.edited_content if message_id[1] else message.content)
        if not text:
            continue
        missed = [Known(one.start, one.end, PiiType(one.type)) for one in marks if one.kind == "missed"]
        wrong = [(one.start, one.end) for one in marks if one.kind == "wrong"]
        try:
            result = scrubber.scrub(text, None, missed)
        except ScrubRefused:
            continue
        parts, position = [], 0
        for one in result.findings:
            if any(one.start < end and start < one.end for start, end in wrong):
                continue
            parts += [text[position : one.start], _SLOTS.get(one.type, "\ufffc")]
            position = one.end
        found.append(Frame((*parts, text[position:])))
    return found


def train(
    engine: sa.Engine,
    natural: Sequence[Labelled],
    artifacts: str,
    allow: Collection[str],
    seed: int,
    now: datetime,
    report: Callable[[str], object] = lambda line: None,
) -> TaggerVersion:
    """The version that the marks of now make, judged beside the live one; trained only if it is not there yet.

    ``natural`` are messages of the release, ``allow`` is the business's own contacts.

    Raises:
        DataError: nobody marked anything yet.
    """
    with engine.connect() as connection:
        live = loading.taught(connection)
        before = Tagger(live.data) if live else packaged()
        scrubber = _scrubber(before, allow)
        taught = frames(connection, scrubber)
        key = hashlib.sha256(
            "\x1f".join([training.VERSION, str(seed), *("\x1e".join(one.parts) for one in taught)]).encode(
                "utf-8", "replace"
            )
        ).hexdigest()
        known = queries.with_key(connection, key)
    if known is not None:
        return known
    if not taught:
        raise DataError("nothing was marked yet; mark what the scrubber missed with `mhc review mark`")
    report(f"training on {len(taught)} marked messages")
    messages = Messages(Random(seed))
    extra = [frame.fill(messages) for frame in taught for _ in range(FILLED)]
    data = training.train(natural, seed, extra)
    packed = lzma.compress(data)
    version_id = f"tagger-{store.sha256(packed)[:16]}"
    uri = f"{artifacts}/tagger/{version_id}.crf.xz"
    digest = store.write_bytes(uri, packed)
    ours, theirs = measure(engine, Tagger(data), allow), measure(engine, before, allow)
    reasons = compared(ours, theirs)
    with engine.begin() as connection:
        queries.add(
            connection,
            id=version_id,
            key=key,
            artifact_uri=uri,
            artifact_sha256=digest,
            marks=len(taught),
            baseline_id=live.id if live else None,
            candidate_metrics=ours,
            baseline_metrics=theirs,
            verdict=Verdict.HOLD if reasons else Verdict.PROMOTE,
            reasons=reasons or ["It is in no share worse than the live version."],
            created_at=now,
        )
        made = queries.with_key(connection, key)
    assert made is not None
    return made


def measure(engine: sa.Engine, tagger: Tagger, allow: Collection[str]) -> dict[str, float]:
    """Shares on the frozen sets, and of the marks that are met."""
    from mhc_core.scrubbing.marks import replay

    scrubber = _scrubber(tagger, allow)
    shares: Measured = frozen.measure(lambda text: scrubber.scrub(text).findings)
    with engine.connect() as connection:
        replayed = replay(connection, scrubber)
    met = 1 - len(replayed.failing) / replayed.marks if replayed.marks else 1.0
    return {**shares._asdict(), "marks_met": round(met, 4)}


def compared(ours: dict[str, float], theirs: dict[str, float]) -> list[str]:
    """Where a candidate is worse than the live version; empty when it may take its place."""
    return [
        f"{name} is {ours[name]:.3f}, that of the live version {theirs[name]:.3f}."
        for name in sorted(ours)
        if ours[name] < theirs[name] - SLACK
    ]


def promote(connection: sa.Connection, made: TaggerVersion, by: str, now: datetime) -> bool:
    """Move the pointer to a version whose verdict is *promote*; whether it moved.

    It does not move to a version that was live before, nor when another one than it was compared with is live by now.
    """
    versions.lock(connection, queries.KIND)
    if made.verdict is not Verdict.PROMOTE or versions.live(connection, queries.KIND) != made.baseline_id:
        return False
    if any(move.version_id == made.id for move in versions.history(connection, queries.KIND)):
        return False
    return versions.move(connection, queries.KIND, made.id, by, f"trained on {made.marks} marked messages", now)


def _scrubber(tagger: Tagger, allow: Collection[str]) -> Scrubber:
    from mhc_core.scrubbing import registry

    return Scrubber(*registry.analyzers(None, tagger), allow)


def _place(one: marked.StoredMark) -> tuple[UUID, bool]:
    return one.mark.message_id, one.mark.edited
