"""What a trace tells of a statement: its verb and the tables it names, and nothing else that stands in it."""

import pytest

from mhc_core.tracing.statements import summary

TABLES = frozenset(("conversations", "messages"))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT ai.messages.id FROM ai.messages JOIN ai.conversations ON true", "SELECT messages conversations"),
        ("with m as (select 1 from ai.messages) insert into ai.conversations", "INSERT messages conversations"),
        ("with m as (select 1 from ai.messages) select * from m", "SELECT messages"),
        ("select 'ai.zanzibarka', 'ai.555'", "SELECT"),
        ("LISTEN mhc_reads", "LISTEN"),
        ("vacuum", "OTHER"),
    ],
)  # fmt: skip
def test_the_verb_and_known_tables(statement: str, told: str) -> None:
    assert summary(statement, TABLES) == (told.split()[0], told)
