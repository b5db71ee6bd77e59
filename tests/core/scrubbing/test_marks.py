"""Reviewers' marks: kept without text, at work in their conversation at once and on lists everywhere, replayed."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import DAY, NOW, WordEmbedder, say, talk

from mhc_core.db.queries import collection
from mhc_core.db.queries import marks as queries
from mhc_core.db.tables import (
    audit_log,
    conversation_scores,
    response_cache,
    scrub_marks,
    scrub_terms,
    training_examples,
)
from mhc_core.errors import DataError, NotFound
from mhc_core.response_cache import cache
from mhc_core.response_cache.cache import CacheCandidate, Offer
from mhc_core.response_cache.scope import Scope
from mhc_core.scrubbing import PiiType, Scrubber
from mhc_core.scrubbing.loading import scrubber as load
from mhc_core.scrubbing.loading import version
from mhc_core.scrubbing.marks import Kind, Marking, mark, mark_masked, replay
from mhc_core.scrubbing.stage import scrub_day
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

SETTINGS = Settings()
MISSED = "blue door behind the barn"  # nothing a rule could know


def scrub(connection: sa.Connection, hours: float = 0) -> int:
    return scrub_day(
        connection, load(connection, SETTINGS), WordEmbedder(), SETTINGS, DAY, NOW + timedelta(hours=hours)
    )


def rows(connection: sa.Connection) -> dict[UUID, Any]:
    return {row.answer_message_id: row for row in connection.execute(sa.select(training_examples))}


def everything(connection: sa.Connection) -> str:
    tables = (scrub_marks, scrub_terms, audit_log)
    return " ".join(str(row) for table in tables for row in connection.execute(sa.select(table)))


def missed(message: UUID, **options: Any) -> Marking:
    return Marking(message, Kind.MISSED, PiiType.ADDRESS, MISSED, **options)


def test_what_was_missed_leaves_its_conversation_even_after_approval(connection: sa.Connection) -> None:
    _, (question, answer, _, late) = talk(
        connection,
        say("user", f"come to the {MISSED}"),
        say("assistant", "noted"),
        say("user", "deposit?"),
        say("assistant", "it is $100"),
        score=0.9,
    )
    scrub(connection)
    assert MISSED in rows(connection)[answer].question
    connection.execute(sa.update(training_examples).values(verified=True, verified_by="kim", verified_at=NOW))
    marked = mark(connection, missed(question), "kim", NOW)
    assert (marked.start, marked.end, marked.listed, marked.withdrawn) == (12, 12 + len(MISSED), False, 2)
    assert not any(row.active or row.verified for row in rows(connection).values())

    assert scrub(connection, hours=1) == 2
    found = rows(connection)
    assert found[answer].question == "come to the [ADDRESS_1]"
    assert found[late].context[0]["content"] == "come to the [ADDRESS_1]", "it stood in the context too"
    assert all(row.active and not row.verified for row in found.values())
    assert MISSED not in everything(connection)


def test_everywhere_reaches_other_conversations_and_other_days_are_scrubbed_again(connection: sa.Connection) -> None:
    _, (question, _) = talk(connection, say("user", f"come to the {MISSED}"), say("assistant", "ok!"), score=0.9)
    _, (_, other) = talk(
        connection, say("user", f"the {MISSED.title()} again"), say("assistant", "it is $100"), score=0.9
    )
    scrub(connection)
    connection.execute(sa.update(training_examples).values(verified=True, verified_by="kim", verified_at=NOW))
    before = version(connection, SETTINGS)
    scorer = connection.scalar(sa.select(conversation_scores.c.scorer).limit(1))
    assert collection.days_with_work(connection, scorer, before) == []
    marked = mark(connection, missed(question, everywhere=True), "kim", NOW)
    assert (marked.listed, marked.withdrawn) == (True, 2)
    after = version(connection, SETTINGS)
    assert after != before
    assert collection.days_with_work(connection, scorer, after) == [DAY]
    scrub(connection, hours=1)
    assert rows(connection)[other].question == "the [ADDRESS_1] again"
    assert MISSED not in everything(connection).lower()
    assert "barn" not in everything(connection)
    assert collection.days_with_work(connection, scorer, after) == []


def test_marks_are_replayed_without_their_own_help(connection: sa.Connection) -> None:
    _, (question, _) = talk(connection, say("user", f"come to the {MISSED}"), say("assistant", "ok!"), score=0.9)
    _, (_, named) = talk(connection, say("user", "who comes?"), say("assistant", "Hi, chef Katsumi does"), score=0.9)
    first = mark(connection, missed(question), "kim", NOW).id
    wrong = Marking(named, Kind.WRONG, PiiType.PERSON, "Katsumi")
    second = mark(connection, wrong, "kim", NOW).id
    scrubber = Scrubber.load()
    assert replay(connection, scrubber) == (2, 1, 1, [first, second])
    assert mark(connection, missed(question, everywhere=True), "kim", NOW).id == first, "the same mark is kept once"
    mark(connection, wrong._replace(everywhere=True), "kim", NOW)
    assert replay(connection, load(connection, SETTINGS)) == (2, 0, 0, [])


def test_the_latest_word_on_a_term_counts(connection: sa.Connection) -> None:
    _, (question, _) = talk(connection, say("user", "is Katsumi there"), say("assistant", "ok!"), score=0.9)
    both = [Marking(question, kind, PiiType.PERSON, "Katsumi", everywhere=True) for kind in (Kind.MISSED, Kind.WRONG)]
    for marking in both:
        mark(connection, marking, "kim", NOW)
    assert [term.deny for term in queries.terms(connection)] == [False]


def test_a_human_edit_is_marked_apart_from_its_message(connection: sa.Connection) -> None:
    _, (_, answer) = talk(
        connection, say("user", "where?"), say("assistant", "there", edited_content=f"at the {MISSED}"), score=0.9
    )
    scrub(connection)
    with pytest.raises(DataError, match="not in the message"):
        mark(connection, missed(answer), "kim", NOW)
    mark(connection, missed(answer, edited=True), "kim", NOW)
    scrub(connection, hours=1)
    assert rows(connection)[answer].answer == "at the [ADDRESS_1]"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"text": "nowhere"}, "not in the message"),
        ({"text": "tofu"}, "more than once"),
        ({"text": "  "}, "not in the message"),
        ({"text": None, "start": 3, "end": 99}, "the message has 14 characters"),
        ({"text": None, "start": 5, "end": 5}, "nothing to mark"),
        ({"text": "more", "start": 5, "end": 9}, "either by its text or"),
        ({"text": None}, "either by its text or"),
    ],
)
def test_a_piece_that_is_not_there_is_refused_without_quoting(
    connection: sa.Connection, options: dict[str, Any], message: str
) -> None:
    _, (question,) = talk(connection, say("user", "tofu more tofu"))
    with pytest.raises(DataError, match=message) as refusal:
        mark(connection, missed(question)._replace(**options), "kim", NOW)
    assert "tofu" not in str(refusal.value)


def test_a_message_that_does_not_exist_is_not_found(connection: sa.Connection) -> None:
    with pytest.raises(NotFound, match="there is no message"):
        mark(connection, missed(uuid4()), "kim", NOW)


def test_what_was_missed_leaves_the_kept_answers_at_once_and_does_not_come_back(connection: sa.Connection) -> None:
    questions = (f"Our place is the {MISSED}. May the dog stay?", f"Is the {MISSED.title()} far?", "Is it gas?")
    asked = {text: talk(connection, say("user", text), say("assistant", "Yes."))[1] for text in questions}
    scope = Scope("knowledge", Intent.POLICY, "prompt", "model", "knowledge", "words")
    offers = [Offer(CacheCandidate(scope, text), {"text": "Yes."}, said[1]) for text, said in asked.items()]
    assert len(cache.admit(connection, offers, NOW, lambda text: True)) == 3

    mark(connection, missed(asked[questions[0]][0]), "kim", NOW)

    kept = sa.select(response_cache.c.question)
    assert list(connection.scalars(kept)) == ["Is it gas?"]
    assert cache.admit(connection, offers[:1], NOW, lambda text: True) == [], "its answer may come in after the mark"
    assert list(connection.scalars(kept)) == ["Is it gas?"]


def test_a_placeholder_of_an_email_is_found_where_its_words_stand_in_the_mail(connection: sa.Connection) -> None:
    first = "Call 916-555-0142.\n\nOn Mon, Jan 5, 2026, Lee Moss <lee@example.com> wrote:\n> or 916-555-0199"
    second = "\u200bOr is it 510-555-0177?\n\n-- \nSam"
    _, [_, message] = talk(connection, say("user", first), say("user", second), channel="email")
    [marked] = mark_masked(connection, load(connection, SETTINGS), message, "[PHONE_2]", "Ann", NOW)
    assert second[marked.start : marked.end] == "510-555-0177"
