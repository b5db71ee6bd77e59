"""An erasure that is killed anywhere ends as one that is not."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fakes import forgotten
from fakes.erasing import POINTS, World, forget
from fakes.forgotten import NOW, VICTIM

from mhc_core.artifacts import store
from mhc_core.errors import Conflict, TransientError


def test_killed_at_one_step_after_the_other(world: World, forgotten_once: dict[str, Any]) -> None:
    class Killed(Exception):
        pass

    def die_at(deadly: str) -> Callable[[str], None]:
        def die(point: str) -> None:
            if point == deadly:
                raise Killed

        return die

    for point in POINTS[:-1]:
        with pytest.raises(Killed):
            forgotten.forgetter(*world, report=die_at(point)).erase(VICTIM, "Ann", NOW)
    forget(world)
    assert forgotten.state(*world) == forgotten_once


def test_stopped_at_every_file(world: World, forgotten_once: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    written, removed = store.write_bytes, store.remove
    touched: set[str] = set()

    def once(uri: str) -> None:
        if uri not in touched:
            touched.add(uri)
            raise TransientError("the store does not answer; run again later")

    def write(uri: str, data: bytes) -> str:
        once(f"before {uri}")
        digest = written(uri, data)
        once(f"after {uri}")
        return digest

    def remove(uri: str) -> None:
        once(f"before {uri}")
        removed(uri)
        once(f"after {uri}")

    monkeypatch.setattr(store, "write_bytes", write)
    monkeypatch.setattr(store, "remove", remove)
    stops = 0
    while True:
        try:
            forget(world)
            break
        except TransientError:
            stops += 1
    assert stops == len(touched) >= 14
    assert forgotten.state(*world) == forgotten_once


@pytest.mark.parametrize("point", ["words: before", "retirement: before", "models: done"])
def test_killed_for_real(world: World, forgotten_once: dict[str, Any], point: str) -> None:
    script = Path(forgotten.__file__)
    url = world.engine.url.render_as_string(hide_password=False)
    environment = {**os.environ, "PYTHONPATH": f"{script.parents[2]}:{script.parents[1]}"}
    done = subprocess.run([sys.executable, script, url, world.root, point], env=environment, timeout=60)
    assert done.returncode == -signal.SIGKILL
    if point == "models: done":  # the daily job goes on without being told the customer's id
        assert len(forgotten.forgetter(*world).resume(NOW)) == 1
    else:
        forget(world)
    assert forgotten.state(*world) == forgotten_once


def test_the_daily_job_finishes_what_had_hardly_begun(world: World, forgotten_once: dict[str, Any]) -> None:
    def die(point: str) -> None:
        if point == "tombstone: done":
            raise Conflict("stopped")

    with pytest.raises(Conflict):
        forgotten.forgetter(*world, report=die).erase(VICTIM, "Ann", NOW)
    forgotten.forgetter(*world).resume(NOW)
    assert forgotten.state(*world) == forgotten_once


def test_files_that_a_killed_build_left_behind_go_too(world: World) -> None:
    [old] = (world.root / "artifacts" / "datasets").iterdir()
    orphan = old.parent / "ds-0123456789ab"
    orphan.mkdir()
    (orphan / "train.jsonl").write_bytes((old / "train.jsonl").read_bytes())
    (orphan / "validation.jsonl").write_bytes((old / "validation.jsonl").read_bytes())
    (orphan / "preferences.jsonl").write_bytes((old / "preferences.jsonl").read_bytes())
    forget(world)
    assert forgotten.found_in(*world) == []
