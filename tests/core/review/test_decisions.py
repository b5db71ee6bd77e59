"""Reviewers decide what is learned: in which order, with what effect, and who is told when two decide at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, example

from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import review as queries
from mhc_core.db.tables import (
    audit_log,
    dataset_members,
    dataset_versions,
    messages,
    review_decisions,
    review_items,
    training_examples,
)
from mhc_core.errors import Conflict, DataError, NotFound, ScrubRefused
from mhc_core.review import decisions
from mhc_core.review.decisions import BulkFilter
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.findings import Risk, ScrubResult
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision, Intent

SETTINGS = Settings()


class Names(Scrubber):
    """Takes Xandra for a name and twelve digits for an account, and refuses to read the secret."""

    def __init__(self) -> None:
        pass

    def scrub(self, text: str, memory: Any = None) -> ScrubResult:
        if "SECRET" in text:
            raise ScrubRefused("too hard to read; shorten it")
        return ScrubResult(text.replace("Xandra", "[PERSON_1]"), (), Risk.NONE, "123456789012" not in text)


def no_scrubber() -> Scrubber:
    raise AssertionError("there is nothing to scrub")


def decide(connection: sa.Connection, item: int, decision: Decision, *said: str | None, by: str = "kim") -> None:
    decisions.decide(connection, item, decision, by, NOW, Names, *said)


def queue_of(connection: sa.Connection) -> dict[UUID, int]:
    decisions.enqueue(connection, SETTINGS)
    rows = connection.execute(sa.select(review_items.c.example_id, review_items.c.id))
    return {row.example_id: row.id for row in rows}


def one(connection: sa.Connection, **columns: Any) -> tuple[UUID, int]:
    identifier = example(connection, "deposit?", "it is $100", **columns)
    return identifier, queue_of(connection)[identifier]


def state(connection: sa.Connection, identifier: UUID) -> Any:
    return connection.execute(sa.select(training_examples).where(training_examples.c.id == identifier)).one()


def test_the_queue_begins_with_what_teaches_most(connection: sa.Connection) -> None:
    known: dict[str, dict[str, Any]] = {
        "confident_and_liked": {"confidence": 0.9, "vote": "up"},
        "unsure": {"confidence": 0.07},
        "a_little_unsure": {"confidence": 0.63},
        "confident_but_disliked": {"confidence": 0.9, "vote": "down"},
        "disliked": {"confidence": 0.69, "vote": "down"},
        "booking": {"intent": "booking", "confidence": 0.8},
        "complaint_disliked": {"intent": "complaint", "vote": "down", "confidence": 0.75},
        "unusual": {"novelty": 0.9},
        "written": {"origin": "human_edit"},
    }
    names = {example(connection, name, f"answer {name}", **columns): name for name, columns in known.items()}
    example(connection, "verified already", "x", verified=True)
    example(connection, "switched off", "x", active=False)
    items = queue_of(connection)
    assert set(items) == set(names)
    shown = queries.queue(connection, 50)
    order = [item.question for item in shown]
    assert order[:4] == ["complaint_disliked", "confident_but_disliked", "disliked", "unsure"]
    assert order[-2:] == ["confident_and_liked", "written"]
    reasons = {item.question: item.reasons for item in shown}
    assert reasons["complaint_disliked"] == ("confident_but_disliked", "sensitive_intent")
    assert reasons["disliked"] == ("low_confidence", "disliked")
    assert reasons["unusual"] == ("unusual_question",)
    assert reasons["written"] == ("human_edit",)
    assert reasons["confident_and_liked"] == ()
    assert decisions.enqueue(connection, SETTINGS) == 0


def test_pages_of_the_queue_show_every_item_once(connection: sa.Connection) -> None:
    for number in range(7):
        example(connection, f"q{number}", "a", novelty=0.2 if number % 2 else 0.8)
    queue_of(connection)
    seen: list[int] = []
    after = None
    while page := queries.queue(connection, 3, after):
        seen += [item.id for item in page]
        after = (page[-1].priority, page[-1].id)
    assert seen == [item.id for item in queries.queue(connection, 50)]
    assert len(set(seen)) == 7


def test_an_approval_verifies_with_who_and_when(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    decisions.decide(connection, item, Decision.APPROVE, "kim", NOW, no_scrubber)
    row = state(connection, identifier)
    assert (row.verified, row.active, row.verified_by, row.verified_at) == (True, True, "kim", NOW)
    assert queries.queue(connection, 5) == []
    noted = connection.execute(sa.select(audit_log.c.actor, audit_log.c.action, audit_log.c.subject)).all()
    assert noted == [("kim", "review.approve", f"review_item:{item}")]
    assert queries.summary(connection) == queries.ReviewSummary(0, 1, 1, {"approve": 1})


def test_an_edit_is_scrubbed_and_approved(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    decide(connection, item, Decision.EDIT, "Xandra, it is $100.", "Xandra was missing")
    row = state(connection, identifier)
    assert (row.answer, row.verified, row.verified_by) == ("[PERSON_1], it is $100.", True, "kim")
    kept = connection.execute(sa.select(review_decisions)).one()
    assert (kept.edited_answer, kept.reason) == ("[PERSON_1], it is $100.", "[PERSON_1] was missing")
    assert (kept.decided_by, kept.decided_at, kept.bulk_filter) == ("kim", NOW, None)


@pytest.mark.parametrize(
    ("text", "error"),
    [(None, DataError), ("  ", DataError), ("account 123456789012", DataError), ("SECRET", ScrubRefused)],
)
def test_an_edit_that_can_not_be_kept_changes_nothing(
    connection: sa.Connection, text: str | None, error: type[Exception]
) -> None:
    identifier, item = one(connection)
    with pytest.raises(error) as refusal:
        decide(connection, item, Decision.EDIT, text)
    assert "1234" not in str(refusal.value)
    assert not state(connection, identifier).verified
    assert [found.id for found in queries.queue(connection, 5)] == [item]


def test_a_rejected_example_is_switched_off(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    decide(connection, item, Decision.REJECT, None, "wrong price")
    row = state(connection, identifier)
    assert (row.verified, row.active) == (False, False)
    assert decisions.enqueue(connection, SETTINGS) == 0


def test_a_skipped_item_goes_to_the_end(connection: sa.Connection) -> None:
    identifier, item = one(connection, confidence=0.1)
    other = example(connection, "other", "x")
    last = queue_of(connection)[other]
    decide(connection, item, Decision.SKIP)
    assert [found.id for found in queries.queue(connection, 5)] == [last, item]
    row = state(connection, identifier)
    assert (row.verified, row.active) == (False, True)
    decisions.enqueue(connection, SETTINGS)
    assert [found.id for found in queries.queue(connection, 5)] == [last, item]


def test_the_latest_decision_counts_and_all_are_kept(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    decide(connection, item, Decision.APPROVE)
    decide(connection, item, Decision.REJECT, by="lee")
    row = state(connection, identifier)
    assert (row.verified, row.active, row.verified_by) == (False, False, None)
    decide(connection, item, Decision.EDIT, "better", by="mo")
    row = state(connection, identifier)
    assert (row.verified, row.active, row.verified_by, row.answer) == (True, True, "mo", "better")
    kept = connection.execute(sa.select(review_decisions.c.decided_by).order_by(review_decisions.c.id))
    assert list(kept.scalars()) == ["kim", "lee", "mo"]


def test_what_was_merged_is_decided_at_the_other_one(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    other = example(connection, "deposit", "it is $100")
    connection.execute(
        sa.update(training_examples)
        .where(training_examples.c.id == identifier)
        .values(duplicate_of=other, active=False)
    )
    for decision, text in ((Decision.APPROVE, None), (Decision.EDIT, "x")):
        with pytest.raises(Conflict, match="merged"):
            decide(connection, item, decision, text)
    decide(connection, item, Decision.REJECT)
    assert not state(connection, identifier).verified


def test_an_unknown_item_is_not_found(connection: sa.Connection) -> None:
    with pytest.raises(NotFound, match="mhc review list"):
        decide(connection, 10**12, Decision.APPROVE)


def test_a_bulk_decision_covers_what_matches_and_says_so(connection: sa.Connection) -> None:
    def add(name: str, **columns: Any) -> UUID:
        return example(connection, name, "x", **columns)

    fits = [add(f"fits{n}", intent="menu", quality=0.95, origin="score", novelty=0.9) for n in range(2)]
    others = [
        add("intent", intent="pricing", quality=0.95, novelty=0.9),
        add("quality", intent="menu", quality=0.5, novelty=0.9),
        add("origin", intent="menu", quality=0.95, origin="correction", novelty=0.9),
        add("reason", intent="menu", quality=0.95, novelty=0.1),
    ]
    done = add("done", intent="menu", quality=0.95, novelty=0.9)
    decide(connection, queue_of(connection)[done], Decision.REJECT)
    chosen = BulkFilter(Intent.MENU, min_quality=0.9, origin="score", reason="unusual_question")
    assert decisions.decide_bulk(connection, chosen, Decision.APPROVE, "kim", NOW) == 2
    assert all(state(connection, identifier).verified for identifier in fits)
    assert not any(state(connection, identifier).verified for identifier in [*others, done])
    filters = connection.execute(
        sa.select(review_decisions.c.bulk_filter).where(review_decisions.c.decision == "approve")
    ).scalars()
    expected = {"intent": "menu", "min_quality": 0.9, "origin": "score", "reason": "unusual_question", "limit": 1000}
    assert list(filters) == [expected, expected]
    noted = connection.execute(sa.select(audit_log).where(audit_log.c.action == "review.bulk_approve")).one()
    assert noted.details == {"filter": expected, "items": 2}
    assert decisions.decide_bulk(connection, chosen, Decision.APPROVE, "kim", NOW) == 0


def test_a_bulk_decision_respects_quality_above_and_the_limit(connection: sa.Connection) -> None:
    low = [example(connection, f"q{n}", "x", quality=0.3, novelty=n / 10) for n in range(3)]
    high = example(connection, "good", "x", quality=0.9)
    queue_of(connection)
    assert decisions.decide_bulk(connection, BulkFilter(max_quality=0.5, limit=2), Decision.REJECT, "kim", NOW) == 2
    assert [state(connection, identifier).active for identifier in (*low, high)] == [True, False, False, True]


def test_a_data_set_tells_what_was_approved_in_bulk_from_what_was_not(connection: sa.Connection) -> None:
    alone, item = one(connection)
    together, _ = one(connection)
    decide(connection, item, Decision.APPROVE)
    decisions.decide_bulk(connection, BulkFilter(), Decision.APPROVE, "kim", NOW)
    connection.execute(
        sa.insert(dataset_versions).values(
            id="ds-1",
            train_uri="t",
            validation_uri="v",
            train_count=2,
            validation_count=0,
            last_sequence=1,
            manifest={},
        )
    )
    connection.execute(
        sa.insert(dataset_members),
        [
            {"dataset_id": "ds-1", "example_id": identifier, "split": "train", "position": place}
            for place, identifier in enumerate((alone, together))
        ],
    )
    assert datasets.approvals(connection, "ds-1") == {"one_by_one": 1, "in_bulk": 1}


def test_nobody_edits_in_bulk(connection: sa.Connection) -> None:
    with pytest.raises(DataError, match="one item at a time"):
        decisions.decide_bulk(connection, BulkFilter(), Decision.EDIT, "kim", NOW)


def carried(connection: sa.Connection, identifier: UUID, **given: str) -> None:
    row = state(connection, identifier)
    decided = {"by": "reviewer-1", "at": "2026-03-03T10:00:00Z", **given}
    connection.execute(
        sa.update(messages).where(messages.c.id == row.answer_message_id).values(message_metadata={"review": decided})
    )


def test_decisions_that_came_with_the_data_are_applied_once(connection: sa.Connection) -> None:
    approved, edited, rejected, skipped, bare, refused = (
        example(connection, f"question {number}", f"answer {number}") for number in range(6)
    )
    carried(connection, approved, decision="approve")
    carried(connection, edited, decision="edit", answer="Xandra, no", reason="Xandra asked")
    carried(connection, rejected, decision="reject", reason="old price")
    carried(connection, skipped, decision="skip")
    carried(connection, refused, decision="edit", answer="SECRET")
    items = queue_of(connection)
    assert decisions.apply_carried(connection, Names) == (3, 1)
    at = datetime(2026, 3, 3, 10, tzinfo=UTC)
    row = state(connection, approved)
    assert (row.verified, row.verified_by, row.verified_at) == (True, "reviewer-1", at)
    assert state(connection, edited).answer == "[PERSON_1], no"
    assert state(connection, rejected).active is False
    assert {found.id for found in queries.queue(connection, 9)} == {items[skipped], items[bare], items[refused]}
    assert "Xandra" not in str(connection.execute(sa.select(review_decisions)).all())
    assert decisions.apply_carried(connection, Names) == (0, 1)

    decide(connection, items[approved], Decision.REJECT)
    decisions.apply_carried(connection, Names)
    assert state(connection, approved).active is False, "a later decision is not undone"


def test_an_editors_answer_is_their_approval(connection: sa.Connection) -> None:
    identifier, _ = one(connection, origin="human_edit")
    edited = {"edited_content": "raw", "edited_by": "marcus", "edited_at": NOW}
    answer = state(connection, identifier).answer_message_id
    connection.execute(sa.update(messages).where(messages.c.id == answer).values(edited))
    assert decisions.apply_carried(connection, Names) == (1, 0)
    row = state(connection, identifier)
    assert (row.verified, row.verified_by, row.answer) == (True, "marcus", "it is $100")


def test_an_answer_edited_after_its_approval_is_approved_anew(connection: sa.Connection) -> None:
    identifier, item = one(connection)
    decide(connection, item, Decision.APPROVE)
    replaced = {"verified": False, "verified_by": None, "verified_at": None, "origin": "human_edit", "answer": "$130"}
    replaced |= {"placed_for": None}  # as scrubbing does with what it writes
    connection.execute(sa.update(training_examples).where(training_examples.c.id == identifier).values(replaced))
    assert decisions.enqueue(connection, SETTINGS) == 1
    assert [found.id for found in queries.queue(connection, 5)] == [item]
    assert decisions.apply_carried(connection, Names) == (1, 0)
    row = state(connection, identifier)
    assert (row.verified, row.answer) == (True, "$130")


def test_a_late_complaint_moves_a_waiting_item_forward(connection: sa.Connection) -> None:
    waiting, item = one(connection, confidence=0.9)
    other = example(connection, "other", "x", novelty=0.9)
    first = queue_of(connection)[other]
    assert [found.id for found in queries.queue(connection, 5)] == [first, item]
    connection.execute(
        sa.update(training_examples).where(training_examples.c.id == waiting).values(vote="down", placed_for=None)
    )
    decisions.enqueue(connection, SETTINGS)
    assert [found.id for found in queries.queue(connection, 5)] == [item, first]


def test_approvals_only_grow(connection: sa.Connection) -> None:
    before = queries.approvals(connection)
    _, item = one(connection)
    for decision in (Decision.APPROVE, Decision.REJECT, Decision.SKIP, Decision.APPROVE):
        decide(connection, item, decision)
    assert queries.approvals(connection) == before + 2


def test_two_reviewers_at_once_on_one_item(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        identifier, item = one(connection)

    def work(number: int) -> None:
        decision = Decision.APPROVE if number % 2 else Decision.REJECT
        with engine.begin() as connection:
            decisions.decide(connection, item, decision, f"r{number}", NOW + timedelta(seconds=number), no_scrubber)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(8)))
    with engine.connect() as connection:
        kept = connection.execute(
            sa.select(review_decisions.c.decision, review_decisions.c.decided_by).order_by(review_decisions.c.id)
        ).all()
        row = state(connection, identifier)
    engine.dispose()
    assert {entry.decided_by for entry in kept} == {f"r{number}" for number in range(8)}
    last = kept[-1]
    assert (row.verified, row.active) == ((True, True) if last.decision == "approve" else (False, False))
    assert row.verified_by == (last.decided_by if last.decision == "approve" else None)


def test_two_bulk_decisions_at_once_decide_each_item_once(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        for number in range(20):
            example(connection, f"q{number}", "x")
        decisions.enqueue(connection, SETTINGS)

    def work(name: str) -> int:
        with engine.begin() as connection:
            return decisions.decide_bulk(connection, BulkFilter(), Decision.APPROVE, name, NOW)

    with ThreadPoolExecutor(2) as pool:
        decided = sum(pool.map(work, ["kim", "lee"]))
    with engine.connect() as connection:
        found = queries.summary(connection)
    engine.dispose()
    assert decided == 20
    assert (found.decided, found.verified, found.decisions) == (20, 20, {"approve": 20})
