"""Reviewing side by side: leases, stale decisions, undoing, and how reviewers do."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, example

from mhc_core.db import engine as engines
from mhc_core.db.queries import review, review_desk
from mhc_core.db.queries.review_desk import Chosen
from mhc_core.errors import Conflict, NotFound
from mhc_core.review import decisions, desk
from mhc_core.review.decisions import BulkFilter
from mhc_core.scrubbing import Scrubber
from mhc_core.vocabulary import Decision

ANY = Chosen()


def queue(connection: sa.Connection, count: int, **columns: Any) -> list[int]:
    """Items of falling priority."""
    items = []
    for number in range(count):
        made = example(connection, f"question {number} of rain", f"answer {number}", **columns)
        items.append(
            connection.execute(
                sa.text("""
                    insert into ai.review_items (example_id, priority, reasons)
                    values (:id, :priority, '{}') returning id
                """),
                {"id": made, "priority": count - number},
            ).scalar_one()
        )
    return items


def decide(connection: sa.Connection, item: int, decision: Decision, by: str, **given: Any) -> None:
    decisions.decide(connection, item, decision, by, NOW, lambda: Scrubber.load(()), **given)


def row(connection: sa.Connection, item: int) -> sa.Row[Any]:
    return connection.execute(
        sa.text("""
            select i.status, i.priority, e.active, e.verified, e.verified_by, e.answer, e.rejected_answer
              from ai.review_items i join ai.training_examples e on e.id = i.example_id where i.id = :id
        """),
        {"id": item},
    ).one()


def test_each_reviewer_gets_the_best_item_that_nobody_else_has(connection: sa.Connection) -> None:
    first, second = queue(connection, 2)
    ana = desk.next_item(connection, "ana", ANY, [], NOW)
    bob = desk.next_item(connection, "bob", ANY, [], NOW)
    assert ana is not None
    assert bob is not None
    assert [ana.id, bob.id] == [first, second]
    assert desk.next_item(connection, "cem", ANY, [], NOW) is None
    again = desk.next_item(connection, "ana", ANY, [], NOW)
    assert again is not None
    assert again.id == first


def test_an_item_that_is_left_lying_is_free_again(connection: sa.Connection) -> None:
    [item] = queue(connection, 1)
    assert desk.next_item(connection, "ana", ANY, [], NOW)
    late = NOW + desk.LEASE
    assert desk.keep(connection, item, "ana", late - timedelta(seconds=1))
    assert desk.next_item(connection, "bob", ANY, [], late) is None
    later = late + desk.LEASE
    assert desk.next_item(connection, "bob", ANY, [], later)
    assert not desk.keep(connection, item, "ana", later)


def test_items_that_were_passed_over_or_do_not_match_are_not_shown(connection: sa.Connection) -> None:
    first, second = queue(connection, 2)
    queue(connection, 1, intent="menu")
    found = desk.next_item(connection, "ana", Chosen(intent="policy"), [first], NOW)
    assert found is not None
    assert found.id == second
    assert desk.next_item(connection, "ana", Chosen(intent="policy"), [first, second], NOW) is None


def test_a_decision_on_what_somebody_decided_meanwhile_is_refused(connection: sa.Connection) -> None:
    [item] = queue(connection, 1)
    seen = desk.next_item(connection, "ana", ANY, [], NOW)
    assert seen is not None
    decide(connection, item, Decision.REJECT, "bob", seen=seen.version)
    with pytest.raises(Conflict, match="bob rejected this item meanwhile"):
        decide(connection, item, Decision.APPROVE, "ana", seen=seen.version)
    assert not row(connection, item).active
    now = review_desk.shown(connection, item)
    assert now is not None
    decide(connection, item, Decision.APPROVE, "ana", seen=now.version)
    assert row(connection, item).verified


def test_a_decision_on_a_text_that_was_made_anew_is_refused(connection: sa.Connection) -> None:
    [item] = queue(connection, 1)
    seen = desk.next_item(connection, "ana", ANY, [], NOW)
    assert seen is not None
    connection.execute(sa.text("update ai.training_examples set question = 'scrubbed again'"))
    with pytest.raises(Conflict, match="has changed"):
        decide(connection, item, Decision.APPROVE, "ana", seen=seen.version)


@pytest.mark.parametrize(
    ("decision", "given"),
    [(Decision.APPROVE, {}), (Decision.REJECT, {}), (Decision.SKIP, {}), (Decision.EDIT, {"edited_answer": "better"})],
)
def test_undoing_puts_an_item_back_as_it_was(
    connection: sa.Connection, decision: Decision, given: dict[str, str]
) -> None:
    [item] = queue(connection, 1)
    before = row(connection, item)
    decide(connection, item, decision, "ana", **given)
    assert row(connection, item) != before
    shown = desk.undo(connection, "ana", NOW)
    assert shown.id == item
    assert row(connection, item) == before
    assert review.summary(connection).decisions == {}
    with pytest.raises(NotFound, match="nothing to undo"):
        desk.undo(connection, "ana", NOW)


def test_what_counted_before_counts_again(connection: sa.Connection) -> None:
    [item] = queue(connection, 1)
    decide(connection, item, Decision.APPROVE, "bob")
    before = row(connection, item)
    decide(connection, item, Decision.REJECT, "ana")
    desk.undo(connection, "ana", NOW)
    assert row(connection, item) == before


def test_ten_decisions_can_be_taken_back_the_last_one_first(connection: sa.Connection) -> None:
    items = queue(connection, 12)
    for item in items:
        decide(connection, item, Decision.APPROVE, "ana")
    undone = [desk.undo(connection, "ana", NOW).id for _ in range(10)]
    assert undone == items[:1:-1]
    with pytest.raises(NotFound):
        desk.undo(connection, "ana", NOW)
    assert review.summary(connection).verified == 2


def test_what_somebody_decided_afterwards_is_not_undone(connection: sa.Connection) -> None:
    [item] = queue(connection, 1)
    decide(connection, item, Decision.APPROVE, "ana")
    decide(connection, item, Decision.REJECT, "bob")
    with pytest.raises(Conflict, match="bob decided this item after you"):
        desk.undo(connection, "ana", NOW)
    assert not row(connection, item).active


def test_bulk_leaves_out_what_somebody_looks_at(connection: sa.Connection) -> None:
    first, *_ = queue(connection, 3)
    desk.next_item(connection, "ana", ANY, [], NOW)
    assert review_desk.waiting(connection, "bob", ANY, NOW) == 2
    assert review_desk.waiting(connection, "bob", ANY, NOW, most=1) == 1, "counted no further"
    assert decisions.decide_bulk(connection, BulkFilter(), Decision.APPROVE, "bob", NOW) == 2
    assert row(connection, first).status == "pending"


def test_agreement_and_bulk_are_shown_by_person(connection: sa.Connection) -> None:
    one, two, three = queue(connection, 3)
    for item, bob in ((one, Decision.APPROVE), (two, Decision.REJECT)):
        decide(connection, item, Decision.APPROVE, "ana")
        decide(connection, item, bob, "bob")
    decisions.decide_bulk(connection, BulkFilter(), Decision.APPROVE, "bob", NOW)
    [pair] = review_desk.agreement(connection, NOW - timedelta(days=1))
    assert pair == ("ana", "bob", 2, 1)
    by_name = {one.name: one for one in review_desk.reviewers(connection, NOW - timedelta(days=1))}
    assert (by_name["bob"].approved, by_name["bob"].rejected, by_name["bob"].in_bulk) == (2, 1, 1)
    assert row(connection, three).verified


@pytest.mark.long
def test_two_reviewers_on_500_items_make_500_decisions(fresh_database_url: str) -> None:
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        queue(connection, 500)

    def work(name: str) -> int:
        made = 0
        while True:
            with engine.begin() as connection:
                found = desk.next_item(connection, name, ANY, [], NOW)
            if found is None:
                return made
            with engine.begin() as connection:
                decide(connection, found.id, Decision.APPROVE, name, seen=found.version)
            made += 1

    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(work, ["ana", "bob"]))
    with engine.connect() as connection:
        stored = connection.execute(sa.text("select count(*), count(distinct item_id) from ai.review_decisions")).one()
    engine.dispose()
    assert sum(made) == 500
    assert min(made) > 100
    assert tuple(stored) == (500, 500)
