"""Cached answers: found for the same question, valid within their bounds, withdrawn, expired, erased."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import redaction
from mhc_core.db.queries import response_cache as queries
from mhc_core.response_cache import cache
from mhc_core.response_cache.cache import CacheCandidate, Hit, Offer
from mhc_core.response_cache.scope import Scope, shareable
from mhc_core.vocabulary import Intent

SCOPE = Scope("knowledge", Intent.POLICY, "prompt-1", "model-1", "kb-1", "words")
QUESTION = "What is your cancellation policy?"
ANSWER = {"text": "Fourteen days before, all but ten percent comes back."}


def _admit(
    connection: sa.Connection,
    question: str = QUESTION,
    scope: Scope = SCOPE,
    meaning: str | None = None,
    **changes: Any,
) -> int | None:
    _, (_, message) = talk(connection, say("user", question), say("assistant", ANSWER["text"]))
    given = {"message_id": message, "now": NOW, "harmless": lambda text: True, **changes}
    offer = Offer(CacheCandidate(scope, question, meaning), ANSWER, given.pop("message_id"))
    return next(iter(cache.admit(connection, [offer], **given)), None)


def _ask(
    connection: sa.Connection,
    question: str,
    scope: Scope = SCOPE,
    after: timedelta = timedelta(0),
    meaning: str | None = None,
) -> Hit | None:
    return cache.find(connection, CacheCandidate(scope, question, meaning), NOW + after)


def test_the_same_question_in_another_case_is_the_same_and_signs_are_part_of_it(connection: sa.Connection) -> None:
    entry = _admit(connection)

    hit = _ask(connection, "  what IS your   cancellation policy? ")

    assert hit is not None
    assert (hit.exact, hit.cached.entry_id, hit.answer) == (True, entry, ANSWER)
    assert _ask(connection, "What is your cancellation policy") is None


def test_a_question_of_the_same_meaning_is_served_unless_it_contrasts_in_a_word(connection: sa.Connection) -> None:
    _admit(connection, "Can I cancel ten days before the party?", meaning="cancelling")

    hit = _ask(connection, "if my plans fall through, what happens", meaning="cancelling")

    assert hit is not None
    assert not hit.exact
    assert _ask(connection, "if my plans fall through, what happens", meaning="moving") is None
    assert _ask(connection, "Can I cancel ten days before the wedding?", meaning="cancelling") is None


@pytest.mark.parametrize("part", ["intent", "prompt", "model", "knowledge", "embedder", "locale", "agent"])
def test_any_other_version_has_a_cache_of_its_own(connection: sa.Connection, part: str) -> None:
    _admit(connection)

    other = replace(SCOPE, **{part: Intent.MENU if part == "intent" else "other"})

    assert _ask(connection, QUESTION) is not None
    assert _ask(connection, QUESTION, other) is None


def test_an_answer_is_kept_for_an_hour_and_then_made_anew(connection: sa.Connection) -> None:
    first = _admit(connection)

    assert _ask(connection, QUESTION, after=timedelta(minutes=59)) is not None
    assert _ask(connection, QUESTION, after=timedelta(minutes=60)) is None
    assert _admit(connection, now=NOW + timedelta(minutes=61)) == first
    assert _ask(connection, QUESTION, after=timedelta(minutes=62)) is not None


def test_a_thumb_down_on_the_source_withdraws_and_blocks_it(connection: sa.Connection) -> None:
    _, (_, message) = talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]))
    _admit(connection, message_id=message)

    assert cache.thumb(connection, message, False, NOW) == 1
    assert _ask(connection, QUESTION) is None
    assert _admit(connection) is None


def test_a_thumb_down_on_an_answer_given_from_the_cache_withdraws_the_entry(connection: sa.Connection) -> None:
    _admit(connection)
    hit = _ask(connection, QUESTION)
    assert hit is not None
    _, (_, given) = talk(
        connection, say("user", QUESTION), say("assistant", ANSWER["text"], message_metadata=hit.notes)
    )

    cache.thumb(connection, given, True, NOW)
    assert _ask(connection, QUESTION) is not None
    cache.thumb(connection, given, False, NOW)
    assert _ask(connection, QUESTION) is None


def test_questions_with_personal_data_are_not_kept(connection: sa.Connection) -> None:
    assert _admit(connection, harmless=lambda text: text != QUESTION) is None
    assert connection.scalar(sa.text("select count(*) from ai.response_cache")) == 0


@pytest.mark.parametrize(
    ("scope", "question", "remembered"),
    [
        (replace(SCOPE, intent=Intent.BOOKING), QUESTION, False),
        (replace(SCOPE, intent=Intent.COMPLAINT), QUESTION, False),
        (replace(SCOPE, intent=Intent.ACCOUNT), QUESTION, False),
        (replace(SCOPE, agent="booking"), QUESTION, False),
        (SCOPE, QUESTION, True),
        (SCOPE, "I paid already, what about my deposit?", False),
        (SCOPE, "when does my booking start", False),
    ],
)
def test_what_is_personal_is_never_shared(scope: Scope, question: str, remembered: bool) -> None:
    assert shareable(SCOPE, QUESTION, remembered=False)
    assert not shareable(scope, question, remembered=remembered)


def test_an_erasure_empties_the_cache_and_keeps_late_answers_out(connection: sa.Connection) -> None:
    _, (_, message) = talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]), customer_id="somebody")
    _admit(connection, message_id=message)

    redaction.erase(connection, 1, "hash", ["somebody"], NOW)

    assert _ask(connection, QUESTION) is None
    assert _admit(connection, message_id=message) is None


def test_two_replicas_keep_one_answer_and_see_each_others_withdrawal(fresh_database_url: str) -> None:
    one, two = engines.create(fresh_database_url), engines.create(fresh_database_url)
    messages: list[UUID] = []
    for _ in range(4):
        with one.begin() as connection:
            messages.append(talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]))[1][1])

    def admit(engine: sa.Engine, message: UUID) -> list[int]:
        with engine.begin() as connection:
            return cache.admit(connection, [_offer(QUESTION, message)], NOW, lambda text: True)

    with ThreadPoolExecutor(4) as pool:
        (entry,) = (entry for made in pool.map(admit, [one, two, one, two], messages) for entry in made)

    with one.begin() as connection:
        assert queries.withdraw(connection, [entry], NOW)
    with two.connect() as connection:
        assert _ask(connection, QUESTION) is None
    one.dispose()
    two.dispose()


def _offer(question: str, message: UUID) -> Offer:
    return Offer(CacheCandidate(SCOPE, question), ANSWER, message)


def test_answers_are_kept_in_groups_and_each_is_judged_alone(connection: sa.Connection) -> None:
    _, (_, message) = talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]))
    _, (_, erased) = talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]), customer_id="somebody")
    redaction.erase(connection, 1, "hash", ["somebody"], NOW)
    held = "May Jane cancel?"
    offers = [_offer("Is rain a problem?", erased), _offer(QUESTION, message), _offer(held, message)]
    offers += [
        _offer("What IS your cancellation policy?", message),
        _offer("Who cleans up?", message),
        _offer("?", message),
    ]

    kept = cache.admit(connection, offers, NOW, lambda text: text != held)

    questions = connection.scalars(sa.text("select question from ai.response_cache order by id")).all()
    assert (len(kept), sorted(questions)) == (2, [QUESTION, "Who cleans up?"])
    assert cache.admit(connection, [], NOW, lambda text: True) == []


def test_two_replicas_that_keep_the_same_answers_in_other_order_do_not_block_each_other(
    fresh_database_url: str,
) -> None:
    one, two = engines.create(fresh_database_url), engines.create(fresh_database_url)
    offers = []
    with one.begin() as connection:
        for number in range(200):
            _, (_, message) = talk(connection, say("user", QUESTION), say("assistant", ANSWER["text"]))
            offers.append(_offer(f"Is number {number} free?", message))

    def admit(engine: sa.Engine, turned: bool) -> int:
        with engine.begin() as connection:
            return len(cache.admit(connection, offers[::-1] if turned else offers, NOW, lambda text: True))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(admit, [one, two, one, two], [False, True, False, True])) == len(offers)
    one.dispose()
    two.dispose()
