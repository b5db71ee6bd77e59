"""What an erasure leaves where SQL can read it beside the tables: former rows, statistics, what processes remember."""

import ast
import functools
import gc
import re
import struct
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import sqlalchemy as sa
from fakes import forgotten
from fakes.erasing import World, forget
from fakes.forgotten import CANARY
from fakes.places import ROOT
from fakes.waiting import until

from mhc_core.db.queries import privacy
from mhc_core.db.queries import remnants as queries
from mhc_core.language import intents, memories
from mhc_core.privacy import remnants
from mhc_core.privacy.treatment import TABLES
from mhc_core.pseudonyms import Pseudonym
from mhc_serving.workers.memories import forgetting

WORDS = {
    f"{name}.{column}"
    for name, table in TABLES.items()
    for column in table.raw | table.scrubbed
    if name not in remnants.PUBLISHED
}


def test_no_statistics_are_kept_of_columns_with_words(world: World) -> None:
    with world.engine.begin() as connection:
        connection.execute(sa.text("analyze"))
    forget(world)
    with world.engine.begin() as connection:
        sampled = connection.execute(
            sa.text("select * from pg_stats where schemaname in ('ai', 'dagster') order by tablename, attname")
        ).all()
        extended = connection.scalar(sa.text("select count(*) from pg_stats_ext where schemaname = 'ai'"))
        untouched = connection.scalars(
            sa.text("""
                select c.relname || '.' || a.attname from pg_attribute a join pg_class c on c.oid = a.attrelid
                where c.relnamespace = 'ai'::regnamespace and c.relkind = 'r' and a.attnum > 0 and a.attstattarget = 0
            """)
        ).all()
    assert {*untouched} == WORDS, "a new column with words needs `alter column … set statistics 0` in its migration"
    assert len(sampled) > 50
    assert [row.tablename for row in sampled if CANARY in str(row).lower()] == []
    assert extended == 0


def test_former_rows_are_vacuumed_away(world: World) -> None:
    assert {"messages", "conversations", "feedback", "training_examples"} <= {*_rows_with(world.engine, CANARY)}
    made = forget(world)
    assert made["not_cleared"] == {"not_vacuumed": [], "rows_still_seen": 0, "statistics": []}
    assert _rows_with(world.engine, CANARY) == []


def test_files_that_are_written_anew_hold_nothing_in_their_free_space(world: World) -> None:
    forget(world)
    assert _files_with(world.engine, CANARY), "vacuumed rows are still there for who reads files"
    remnants.compact(world.engine)
    assert _files_with(world.engine, CANARY) == []


def test_rows_that_an_open_transaction_sees_are_named_and_go_the_next_day(world: World) -> None:
    with world.engine.connect() as reader:
        reader.execution_options(isolation_level="REPEATABLE READ")
        reader.execute(sa.text("select count(*) from ai.messages"))
        made = forget(world)
        assert made["not_cleared"]["rows_still_seen"] > 0
    forgotten.forgetter(*world).resume(forgotten.NOW)
    assert remnants.clear(world.engine) == {"not_vacuumed": [], "rows_still_seen": 0, "statistics": []}


def test_statistics_from_before_are_named(world: World) -> None:
    with world.engine.begin() as connection:
        connection.execute(sa.text("alter table ai.messages alter column content set statistics 10"))
        connection.execute(sa.text("analyze ai.messages"))
        assert queries.statistics_of(connection, {"messages": ["content"]}) == ["messages.content"]


def test_backups_are_named_with_their_end(world: World) -> None:
    backups, log, _ = forget(world)["beyond_reach"]
    assert (backups["until"], "backups" in backups["where"]) == ("2026-07-01T12:00:00+00:00", True)
    assert "write-ahead log" in log["where"]


def test_what_the_process_remembers_of_texts_is_forgotten(world: World) -> None:
    intents.tag(f"how about {CANARY}")
    assert [name for name, kept in _memories() if CANARY in str(kept)] == ["mhc_core.language.intents._meaning"]
    forget(world)
    assert [name for name, kept in _memories() if CANARY in str(kept)] == []


def test_functions_of_texts_are_remembered_where_an_erasure_reaches() -> None:
    """Of words, too: ``mhc_core.language.memories.remembered`` instead of ``functools.lru_cache``."""
    texts = {"text", "texts", "word", "words", "question", "answer", "message", "passage", "prompt", "sentence", "line"}
    for path in (ROOT / "mhc_core").rglob("*.py"):
        for function in ast.parse(path.read_text("utf-8")).body:
            if isinstance(function, ast.FunctionDef) and function.args.args and function.args.args[0].arg in texts:
                kept = [ast.unparse(one) for one in function.decorator_list]
                past = [one for one in kept if re.match(r"(functools\.)?(lru_)?cache\b", one)]
                assert past == [], f"{path.name}: {function.name} remembers texts past an erasure"


def test_another_process_forgets_when_it_sees_the_erasure(world: World) -> None:
    with forgetting(world.engine, 0.05):
        time.sleep(0.2)
        intents.tag(f"how about {CANARY}")
        with world.engine.begin() as connection:
            privacy.request(connection, Pseudonym("somebody"), "Ann", forgotten.NOW)
        until(lambda: not [name for name, kept in _memories() if CANARY in str(kept)])


def test_a_memory_ends_with_its_owner() -> None:
    emptied: list[int] = []

    def empty() -> None:
        emptied.append(1)

    memories.forgotten_by(empty)
    memories.forget()
    del empty
    memories.forget()
    assert emptied == [1]


def _rows_with(engine: sa.Engine, word: str) -> list[str]:
    """Tables, with the parts of rows stored apart, in whose files a version of a row holds a word, dead ones too."""
    found = _files(engine, "r", "t")
    return [name for name, content in found if any(word.encode() in row for row in _versions(content))]


def _files_with(engine: sa.Engine, word: str) -> list[str]:
    """Tables and indexes in whose files a word stands anywhere."""
    return [name for name, content in _files(engine, "r", "t", "i") if word.encode() in content]


def _files(engine: sa.Engine, *kinds: str) -> list[tuple[str, bytes]]:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("checkpoint"))
        files = connection.execute(
            sa.text("""
                select coalesce(t.relname, c.relname), pg_read_binary_file(pg_relation_filepath(c.oid))
                from pg_class c left join pg_class t on t.reltoastrelid = c.oid
                where c.relkind = any(:kinds) and c.relnamespace::regnamespace::text in ('ai', 'pg_toast')
                order by 1
            """),
            {"kinds": list(kinds)},
        )
        return [(name, bytes(content)) for name, content in files]


def _versions(content: bytes) -> Iterator[bytes]:
    """What the line pointers of a table's pages lead to: dead rows until they are vacuumed, then no more."""
    for start in range(0, len(content), 8192):
        page = content[start : start + 8192]
        lower = int.from_bytes(page[12:14], "little")
        for (pointer,) in struct.iter_unpack("<I", page[24:lower]):
            offset, length = pointer & 0x7FFF, pointer >> 17
            yield page[offset : offset + length]


def _memories() -> list[tuple[str, Any]]:
    """What every ``lru_cache`` of the domain holds."""
    found: list[tuple[str, Any]] = []
    for name, module in list(sys.modules.items()):
        if name.startswith(("mhc_core.", "mhc_serving.")):
            for value in list(vars(module).values()):
                if isinstance(value, functools._lru_cache_wrapper) and value.__module__ == name:
                    kept: Callable[..., Any] = value
                    found.append((f"{name}.{kept.__name__}", gc.get_referents(value)))
    return found
