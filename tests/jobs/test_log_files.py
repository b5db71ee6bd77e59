"""Logs stay small while their writer goes on, and the newest lines are kept."""

import subprocess
import sys
from pathlib import Path

from fakes.waiting import until

from mhc_jobs.log_files import rotate


def test_a_log_that_has_grown_starts_anew_under_its_writer(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    say = "import sys\nfor line in sys.stdin: print(line.strip() * 100, flush=True)"
    with log.open("ab") as out:
        writer = subprocess.Popen([sys.executable, "-c", say], stdin=subprocess.PIPE, stdout=out)
    assert writer.stdin is not None
    try:
        for word in "abcdef":
            writer.stdin.write(f"{word}\n".encode())
            writer.stdin.flush()
            until(lambda word=word: log.read_text().endswith(f"{word * 100}\n"), 20)  # type: ignore[misc]
            assert rotate(log, max_bytes=50, kept=3)
            assert log.stat().st_size == 0
    finally:
        writer.stdin.close()
        writer.wait()
    kept = {path.name: path.read_text().strip() for path in tmp_path.iterdir()}
    assert kept == {
        "service.log": "", "service.log.1": "f" * 100, "service.log.2": "e" * 100, "service.log.3": "d" * 100,
    }  # fmt: skip


def test_a_small_log_and_one_that_is_not_there_are_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "service.log"
    assert not rotate(log, max_bytes=50)
    log.write_text("a line\n")
    assert not rotate(log, max_bytes=50)
    assert [path.name for path in tmp_path.iterdir()] == ["service.log"]
