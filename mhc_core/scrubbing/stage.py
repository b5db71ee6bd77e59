"""One day of conversations through scrubbing: raw text in, training examples and holds out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa

from mhc_core.db.queries import examples as queries
from mhc_core.db.queries import installation
from mhc_core.db.queries import marks as mark_queries
from mhc_core.db.queries import merging as merging_queries
from mhc_core.db.queries import review as review_queries
from mhc_core.db.rows.examples import Example, Hold, SourceConversation
from mhc_core.errors import ScrubRefused
from mhc_core.language.cleaning import cleaned
from mhc_core.language.tags import language, tone
from mhc_core.protocols import Embedder
from mhc_core.scrubbing import Known, PiiType, Scrubber, merging
from mhc_core.scrubbing.examples import Scrubbed, build
from mhc_core.scrubbing.moved_marks import moved
from mhc_core.scrubbing.on_record import on_record
from mhc_core.settings import Settings


def scrub_day(
    connection: sa.Connection, scrubber: Scrubber, embedder: Embedder, settings: Settings, day: date, now: datetime
) -> int:
    """Scrub what is waiting of a day and store what it teaches; returns how many examples were written.

    Conversations that did not change since the same scrubber saw them are not looked at again.
    """
    conversations = queries.waiting(
        connection,
        day,
        scrubber.version,
        settings.quality_threshold,
        settings.confidence_threshold,
        settings.promoting_score == "learned",
    )
    salt = installation.salt(connection)
    marked: dict[tuple[UUID, bool], list[Known]] = {}
    for mark in mark_queries.missed_in(connection, [conversation.id for conversation in conversations]):
        known = Known(mark.start, mark.end, PiiType(mark.type))
        marked.setdefault((mark.message_id, mark.edited), []).append(known)
    found: list[Example] = []
    holds: list[Hold] = []
    for conversation in conversations:
        built, held = build(conversation, *_scrubbed(scrubber, conversation, marked), settings, salt)
        found += [_tagged(example) for example in built]
        holds += held
    vectors = embedder.embed([example.question for example in found])
    merging_queries.lock(connection)
    written = queries.save(connection, found, vectors, embedder.id)
    queries.save_tags(connection, found)
    queries.save_holds(connection, holds, [conversation.id for conversation in conversations], day, now)
    merging.merge(connection, embedder, settings)
    looked_at = queries.mark_scrubbed(connection, day, scrubber.version, now)
    review_queries.look_again(connection, looked_at)
    return written


def _tagged(example: Example) -> Example:
    """The example with the language and tone of its question."""
    customer = [turn["content"] for turn in example.context if turn["role"] == "user"]
    return replace(example, language=language(example.question, customer), tags=tone(example.question))


def _scrubbed(
    scrubber: Scrubber, conversation: SourceConversation, marked: Mapping[tuple[UUID, bool], Sequence[Known]]
) -> tuple[list[Scrubbed | str], dict[int, Scrubbed | str]]:
    """Every message and human edit, scrubbed with one numbering of placeholders."""
    texts: list[str] = []
    edited: list[int] = []
    known: dict[int, Sequence[Known]] = {}
    for index, message in enumerate(conversation.messages):
        record = conversation.record
        said = cleaned(message.content, conversation.channel)
        missed = moved(marked.get((message.id, False), ()), message.content, said)
        known[len(texts)] = (*missed, *on_record(record, said))
        texts.append(said)
        if message.edited_content is not None:
            edit = message.edited_content
            known[len(texts)] = (*marked.get((message.id, True), ()), *on_record(record, edit))
            texts.append(message.edited_content)
            edited.append(index)
    results = iter(_scrub_texts(scrubber, texts, {index: spans for index, spans in known.items() if spans}))
    contents: list[Scrubbed | str] = []
    edits: dict[int, Scrubbed | str] = {}
    for index in range(len(conversation.messages)):
        contents.append(next(results))
        if index in edited:
            edits[index] = next(results)
    return contents, edits


def _scrub_texts(
    scrubber: Scrubber, texts: Sequence[str], known: Mapping[int, Sequence[Known]]
) -> Sequence[Scrubbed | str]:
    """One text that is refused must not take the rest of its conversation along."""
    try:
        return scrubber.scrub_conversation(texts, known)
    except ScrubRefused:
        refusals: dict[int, str] = {}
        for index, text in enumerate(texts):
            try:
                scrubber.scrub(text, None, known.get(index, ()))
            except ScrubRefused as refusal:
                refusals[index] = str(refusal)
        kept = [index for index in range(len(texts)) if index not in refusals]
        try:
            results = iter(
                scrubber.scrub_conversation(
                    [texts[index] for index in kept],
                    {place: known[index] for place, index in enumerate(kept) if index in known},
                )
            )
        except ScrubRefused as refusal:
            return [str(refusal)] * len(texts)
        return [refusals[index] if index in refusals else next(results) for index in range(len(texts))]
