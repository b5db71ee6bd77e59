"""A stage that is killed in the middle of a million messages goes on where it was: what it did is not done again.

`make test-scale`; MHC_TEST_MESSAGES says how many instead.
"""

import gzip
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import orjson
import pytest
import sqlalchemy as sa
from fakes.databases import copy
from fakes.environment import environment
from fakes.pipeline import ZONE
from fakes.places import ROOT
from fakes.waiting import until

from mhc_core.db import engine as engines

pytestmark = [pytest.mark.timeout(2400)]

MESSAGES = int(os.environ.get("MHC_TEST_MESSAGES", "1000000"))
TURNS = 5
DAYS = 200
FIRST = date(2026, 3, 1)
A_DAY = MESSAGES // TURNS // DAYS
PLACES = ("Roseville", "Fresno", "San Jose", "Oakland", "Davis", "Napa", "Tracy", "Chico")
IMPORT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mhc_core.collection.importing.conversations import import_conversations
from mhc_core.db import engine
url, path, rejects = sys.argv[1:]
made = engine.create(url)
report = import_conversations(made, path, datetime(2026, 11, 1, tzinfo=UTC), Path(rejects))
print(report.inserted)
"""
STAGE = """
import sys
import dagster as dg
from fakes.pipeline import execute
asset, first, last = sys.argv[1:]
span = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last}
with dg.DagsterInstance.ephemeral() as instance:
    execute("collect", instance, span, asset_selection=[dg.AssetKey(asset)])
"""


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def write(path: Path) -> None:
    """Talks at noon of every day, each of a party of its own, so that none repeats another."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        for number in range(DAYS * A_DAY):
            noon = datetime.combine(day(number // A_DAY), datetime.min.time(), UTC) + timedelta(hours=20)
            says = (
                f"Hi, can you cook for {number} people in {PLACES[number % len(PLACES)]}?",
                f"Yes, party {number} is possible; adults are 60 USD each.",
                f"And what does it cost for {number % 23} children?",
                "Children are 30 USD each.",
                "Great, thank you!",
            )
            record = {
                "id": f"talk-{number}",
                "channel": "web",
                "started_at": noon.isoformat(),
                "outcome": "resolved",
                "status": "closed",
                "messages": [
                    {"role": "assistant" if turn % 2 else "user", "content": text, "sent_at": noon.isoformat()}
                    for turn, text in enumerate(says)
                ],
            }
            file.write(orjson.dumps(record, option=orjson.OPT_APPEND_NEWLINE))


@contextmanager
def running(script: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    path = os.pathsep.join((str(ROOT), str(ROOT / "tests")))
    with subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": path},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def ended(process: "subprocess.Popen[str]") -> str:
    said = process.communicate()[0]
    assert process.returncode == 0, said
    return said


class Rows:
    """Counts, and the transactions that last wrote rows: a row that is written again has another."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def one(self, query: str, **parameters: object) -> int:
        with self.engine.connect() as connection:
            return int(connection.scalar(sa.text(query), parameters) or 0)

    def written(self, table: str, column: str, days: Sequence[date]) -> tuple[str, ...]:
        query = f"""
            select count(*)::text, md5(string_agg(t.xmin::text, ',' order by t.ctid))
              from ai.{table} t join ai.conversations c on c.id = t.{column}
             where c.started_at::date = any(:days)
        """
        with self.engine.connect() as connection:
            return tuple(connection.execute(sa.text(query), {"days": list(days)}).one())


def killed(asset: str, done: Callable[[], bool]) -> None:
    """Run an asset on all days and kill it as soon as enough is done."""
    with running(STAGE, asset, str(day(0)), str(day(DAYS - 1))) as process:
        until(done, 1200, process)
        process.kill()
        process.wait()


def finished(asset: str, last: int) -> None:
    with running(STAGE, asset, str(day(0)), str(day(last))) as process:
        ended(process)


def test_stages_killed_among_a_million_messages_go_on(server_url: str, template: str, tmp_path: Path) -> None:
    path = tmp_path / "talks.jsonl.gz"
    write(path)
    with (
        copy(server_url, template) as url,
        environment(MHC_DATABASE_URL=url, MHC_STATE_DIR=str(tmp_path), MHC_DAYS_PER_RUN=str(DAYS)),
    ):
        engine = engines.create(url, zone=ZONE)
        rows = Rows(engine)
        _import(rows, url, path)
        _settle(rows)
        _by_day(rows, "scored_conversations", "conversation_scores", "scored_at")
        _by_day(rows, "scrubbed_training_data", "conversation_scores", "scrubbed_at")
        engine.dispose()


def _import(rows: Rows, url: str, path: Path) -> None:
    arguments = (IMPORT, url, str(path), str(path.with_suffix(".rejects")))
    half = "select count(*) from ai.conversations"
    with running(*arguments) as process:
        until(lambda: rows.one(half) > DAYS * A_DAY // 2, 1200, process)
        process.kill()
        process.wait()
    before = rows.one(half)
    assert rows.one("select count(*) from ai.messages") == TURNS * before < MESSAGES
    with running(*arguments) as process:
        assert int(ended(process)) == DAYS * A_DAY - before
    assert rows.one("select count(*) from ai.messages") == DAYS * A_DAY * TURNS


def _settle(rows: Rows) -> None:
    """Days are settled in their order: the middle one has its intents, the last has none."""
    middle = [day(number) for number in range(DAYS // 2)]
    tagged = """
        select count(*) from ai.messages m join ai.conversations c on c.id = m.conversation_id
         where m.intent is not null and c.started_at::date = :day
    """
    killed("conversations", lambda: rows.one(tagged, day=middle[-1]) > 0)
    assert not rows.one(tagged, day=day(DAYS - 1))
    before = rows.written("messages", "conversation_id", middle)
    finished("conversations", DAYS - 1)
    assert rows.one(tagged, day=day(DAYS - 1)) == 3 * A_DAY
    assert rows.written("messages", "conversation_id", middle) == before


def _by_day(rows: Rows, asset: str, table: str, column: str) -> None:
    """Two days are done when it is killed, and stay as they are while the next two are done."""
    done = f"select count(*) from ai.{table} where {column} is not null"
    killed(asset, lambda: rows.one(done) >= 2 * A_DAY)
    complete = rows.one(done) // A_DAY
    before = rows.written(table, "conversation_id", [day(number) for number in range(complete)])
    finished(asset, complete + 1)
    assert rows.one(done) == (complete + 2) * A_DAY
    assert rows.written(table, "conversation_id", [day(number) for number in range(complete)]) == before
