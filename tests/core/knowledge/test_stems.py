"""Words stemmed from memory are those that the database finds in the whole text, and the database is asked once."""

from random import Random

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mhc_core.db.queries import retrieval as queries
from mhc_core.knowledge import stems
from mhc_jobs.sample.question_pairs import question_pairs

WORDS = ["chefs", "running", "don", "t", "The", "of", "s", "guests", "kids'", "10", "007", "1e", "5", "pm", "e", "www"]
MARKS = [". ", ", ", ": ", *".,:?!;'\"() \n\t-/@é&_"]
PIECES = st.sampled_from(WORDS) | st.sampled_from(MARKS)


@given(st.lists(PIECES, max_size=25).map("".join))
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_every_text_has_the_words_that_the_database_finds(connection: sa.Connection, text: str) -> None:
    assert stems.lexemes(connection, text) == queries.lexemes(connection, text)


def test_questions_of_customers_have_the_words_that_the_database_finds(connection: sa.Connection) -> None:
    asked = sorted({pair.a for pair in question_pairs(3)} | {pair.b for pair in question_pairs(3)})
    for text in Random(4).sample(asked, 200):
        assert stems.lexemes(connection, text) == queries.lexemes(connection, text)


def test_known_words_need_no_database(connection: sa.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    first = stems.lexemes(connection, "Do the chefs bring 2 grills?")
    monkeypatch.setattr(queries, "stems", None)
    monkeypatch.setattr(queries, "lexemes", None)
    assert stems.lexemes(connection, "The 2 CHEFS bring grills; do the grills bring chefs?") == first


@pytest.mark.parametrize("text", ["", " ", "?", "of the", "x" * 3_000, "steak " * 1_000, "a\x00b", "\ud800"])
def test_empty_and_odd_texts(connection: sa.Connection, text: str) -> None:
    assert stems.lexemes(connection, text) == queries.lexemes(connection, text)
