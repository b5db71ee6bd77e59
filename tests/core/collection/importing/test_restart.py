"""An import that is killed and run again ends as if nothing had happened."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from fakes.places import ROOT

from mhc_core.db import engine as engines

SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from mhc_core.db import engine
from mhc_core.collection.importing.conversations import import_conversations
def tell(position, size, records):
    print(records, flush=True)
url, path, rejects = sys.argv[1:]
connected = engine.create(url)
import_conversations(connected, path, datetime(2026, 3, 1, tzinfo=UTC), Path(rejects), progress=tell)
"""


def state(url: str) -> list[list[Any]]:
    engine = engines.create(url)
    columns = "to_jsonb(t) - 'created_at' - 'updated_at' - 'search'"
    with engine.connect() as connection:
        found = [
            list(connection.scalars(sa.text(f"select {columns} from ai.{table} t order by id")))
            for table in ("conversations", "messages", "feedback")
        ]
    engine.dispose()
    return found


def test_killed_in_the_middle_then_run_again(fresh_database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("w") as file:
        for n in range(3000):
            talk = [{"role": "user", "content": f"question {n} {turn}"} for turn in range(4)]
            record = {"id": f"c{n}", "channel": "web", "messages": talk, "started_at": "2026-02-01T00:00:00Z"}
            file.write(json.dumps(record | {"feedback": {"stars": 1 + n % 5}}) + "\n")
    command = [sys.executable, "-c", SCRIPT, fresh_database_url, str(path), str(tmp_path / "rejects")]

    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as killed:
        assert killed.stdout is not None
        assert int(killed.stdout.readline()) == 500
        os.kill(killed.pid, signal.SIGKILL)
    assert killed.returncode == -signal.SIGKILL
    stopped = state(fresh_database_url)
    assert 500 <= len(stopped[0]) < 3000
    assert len(stopped[1]) == 4 * len(stopped[0])
    assert len(stopped[2]) == len(stopped[0])

    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    resumed = state(fresh_database_url)
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        connection.execute(sa.text("truncate ai.conversations cascade"))
    engine.dispose()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    undisturbed = state(fresh_database_url)
    assert len(undisturbed[0]) == 3000
    assert resumed == undisturbed
