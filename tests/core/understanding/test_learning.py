"""Versions of understanding: what they are trained on, how they are judged, and when the pointer moves."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fakes.rote_reader import rote
from fakes.stored import NOW, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import understanding as queries
from mhc_core.db.queries import understanding_versions as stored
from mhc_core.db.queries import versions
from mhc_core.db.rows.understanding import NewExample
from mhc_core.errors import Conflict, DataError
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding import examples, learning
from mhc_core.vocabulary import Verdict

SEED = 7


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    """A database that holds the gold messages."""
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        examples.gather(connection, examples.gold(), Scrubber.load(), NOW)
    yield engine
    engine.dispose()


def promoted(engine: sa.Engine, right: int, folder: Path, later: int = 0) -> bool:
    """Train a version that reads so many percent right, judge it, and promote it if it may be."""
    recipe = rote(right)
    made = learning.train(engine, recipe, folder.as_uri(), SEED, NOW + timedelta(hours=later))
    judged = learning.evaluate(engine, recipe, made.id, SEED)
    with engine.begin() as connection:
        return learning.promote(connection, judged, "pipeline", NOW)


def live(engine: sa.Engine) -> str | None:
    with engine.connect() as connection:
        return versions.live(connection, stored.KIND)


def test_the_same_examples_are_trained_once_and_judged_once(engine: sa.Engine, tmp_path: Path) -> None:
    recipe = rote(90)
    first = learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW)
    again = learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW + timedelta(days=1))
    assert again == first
    assert learning.evaluate(engine, recipe, None, SEED).id == learning.evaluate(engine, recipe, first.id, SEED).id
    assert first.examples == {"gold": len(_training(engine))}


def test_no_text_that_is_held_out_is_trained_on(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        held = queries.held_out(connection)
        same = NewExample("correction:x", "correction", held[0].line, _sha(connection, held[0].id), False)
        queries.save(connection, [same], NOW)
        texts = {one.line for one in queries.to_train(connection)}
        assert not texts & {one.line for one in held}
        assert 0.10 < len(held) / (len(held) + len(texts)) < 0.20


def test_the_first_version_goes_live_when_it_reads_at_all(engine: sa.Engine, tmp_path: Path) -> None:
    assert not promoted(engine, 20, tmp_path)
    assert live(engine) is None
    assert promoted(engine, 90, tmp_path)
    assert (live(engine) or "").startswith("understanding-")


def test_a_worse_candidate_is_rejected_with_its_numbers_and_a_better_one_promoted(
    engine: sa.Engine, tmp_path: Path
) -> None:
    assert promoted(engine, 80, tmp_path)
    before = live(engine)
    assert not promoted(engine, 60, tmp_path)
    with engine.connect() as connection:
        judged = stored.latest_evaluation(connection)
    assert judged is not None
    assert judged.verdict is Verdict.REJECT
    assert judged.baseline_id == before
    assert any(reason.startswith("Worse: slots") for reason in judged.reasons)
    assert judged.differences["slots"]["high"] < 0
    assert promoted(engine, 95, tmp_path)
    assert live(engine) != before


def test_a_version_that_was_rolled_back_does_not_come_back_by_itself(engine: sa.Engine, tmp_path: Path) -> None:
    assert promoted(engine, 80, tmp_path)
    first = live(engine)
    with engine.begin() as connection, pytest.raises(Conflict, match="mhc understanding list"):
        learning.roll_back(connection, "Ann", "odd answers", NOW)
    assert promoted(engine, 95, tmp_path)
    with engine.begin() as connection:
        assert learning.roll_back(connection, "Ann", "odd answers", NOW) == first
        moves = versions.history(connection, stored.KIND)
    assert moves[0].moved_by == "Ann"
    assert not promoted(engine, 95, tmp_path)
    assert live(engine) == first


def test_a_candidate_compared_with_another_version_than_the_live_one_is_not_promoted(
    engine: sa.Engine, tmp_path: Path
) -> None:
    assert promoted(engine, 70, tmp_path)
    recipe = rote(80)
    made = learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW)
    judged = learning.evaluate(engine, recipe, made.id, SEED)
    assert promoted(engine, 95, tmp_path)
    with engine.begin() as connection:
        assert not learning.promote(connection, judged, "pipeline", NOW)


def test_a_damaged_file_is_not_loaded(engine: sa.Engine, tmp_path: Path) -> None:
    made = learning.train(engine, rote(90), tmp_path.as_uri(), SEED, NOW)
    next(tmp_path.rglob("*.zip")).write_bytes(b"other")
    with pytest.raises(DataError, match="recorded hash"):
        learning.load(rote(90), made)


def test_a_live_version_that_cannot_be_read_any_more_stands_in_nobodys_way(engine: sa.Engine, tmp_path: Path) -> None:
    assert promoted(engine, 80, tmp_path)
    next(tmp_path.rglob("*.zip")).write_bytes(b"of an older release")
    made = learning.train(engine, rote(90), tmp_path.as_uri(), SEED, NOW + timedelta(hours=1))
    judged = learning.evaluate(engine, rote(90), made.id, SEED)
    assert judged.verdict is Verdict.PROMOTE
    assert "cannot be read" in judged.reasons[0]
    with engine.begin() as connection:
        assert learning.promote(connection, judged, "pipeline", NOW)


def test_gold_follows_the_release_and_gathering_again_changes_nothing(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        assert examples.gather(connection, examples.gold(), Scrubber.load(), NOW) == (0, 0, 0)
        some = examples.gold()[:50]
        assert examples.gather(connection, some, Scrubber.load(), NOW).gold_removed > 0
        assert queries.counts(connection)["gold"] <= 50


def test_a_version_remembers_whose_messages_taught_it(engine: sa.Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        _, [message] = talk(connection, say("user", "for 12 adults"), customer_id="customer-1")
        row = NewExample(
            f"correction:{message}", "correction", "inform/book: for [adults:12 adults]", "0", False, message, "hash"
        )
        queries.save(connection, [row], NOW)
    made = learning.train(engine, rote(90), tmp_path.as_uri(), SEED, NOW)
    assert made.examples["correction"] == 1
    with engine.begin() as connection:
        assert [found.id for found in stored.trained_on_customer(connection, "hash")] == [made.id]
        assert stored.holding_erased(connection) == []
        connection.execute(sa.text("update ai.understanding_examples set line = '' where customer_hash = 'hash'"))
        assert stored.holding_erased(connection) == [made.id]


def test_training_is_told_whose_words_a_message_has(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        row = NewExample("correction:x", "correction", "greet: hiya there", "0", False, None, "a customer")
        queries.save(connection, [row], NOW)
    writers = {one.writer for one in _training(engine)}
    assert writers == {f"gold:{message.writer}" for message in examples.gold()} | {"a customer"}


def _training(engine: sa.Engine) -> list[queries.Stored]:
    with engine.connect() as connection:
        return queries.to_train(connection)


def _sha(connection: sa.Connection, example: int) -> str:
    return str(
        connection.scalar(sa.text("select text_sha256 from ai.understanding_examples where id = :id"), {"id": example})
    )
