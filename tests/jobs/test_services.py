"""Real child processes under supervision: restarted, stopped as a group, gone when the supervisor is killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from fakes.waiting import until

from mhc_jobs import services
from mhc_jobs.services import Service, supervise

PARENT_AND_CHILD = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN if sys.argv[2] == "stubborn" else signal.SIG_DFL)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
with open(sys.argv[1], "a") as file:
    print(os.getpid(), child.pid, flush=True, file=file)
time.sleep(600)
"""


def alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def pids(file: Path) -> list[int]:
    return [int(number) for number in file.read_text().split()] if file.exists() else []


def test_what_dies_starts_again_after_a_growing_pause(tmp_path: Path) -> None:
    said: list[str] = []
    file = tmp_path / "starts"
    command = [sys.executable, "-c", "import sys, time; open(sys.argv[1], 'a').write(f'{time.time()}\\n'); sys.exit(3)"]
    service = Service("short-lived", [*command, str(file)], tmp_path / "logs" / "short.log")
    supervise([service], {}, lambda: len(said) >= 3, lambda: None, said.append)
    assert [line.split(";")[0] for line in said] == [
        f"short-lived ended with 3, again in {seconds} s" for seconds in (1, 2, 4)
    ]
    starts = [float(line) for line in file.read_text().split()]
    assert len(starts) == 3
    assert starts[1] - starts[0] >= 1
    assert starts[2] - starts[1] >= 2


def test_the_pause_has_an_end_and_is_forgotten_after_a_steady_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "MAX_PAUSE_SECONDS", 1.5)
    monkeypatch.setattr(services, "STEADY_SECONDS", 0.2)
    service = Service("a", [sys.executable, "-c", "import time; time.sleep(0.1)"], tmp_path / "a.log")
    service.pause = 1.2
    said: list[str] = []
    supervise([service], {}, lambda: bool(said), lambda: None, said.append)
    assert service.pause == 1.5
    steady = Service("b", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "b.log")
    steady.pause = 1.2
    supervise([steady], {}, lambda: steady.pause == 1.0, lambda: None, lambda text: None)


@pytest.mark.parametrize("manner", ["polite", "stubborn"])
def test_stopping_ends_the_whole_group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, manner: str) -> None:
    monkeypatch.setattr(services, "STOP_SECONDS", 1.0)
    file = tmp_path / "pids"
    service = Service("tree", [sys.executable, "-c", PARENT_AND_CHILD, str(file), manner], tmp_path / "tree.log")
    supervise([service], {}, lambda: len(pids(file)) == 2, lambda: None, lambda text: None)
    until(lambda: not any(map(alive, pids(file))), 5)


def test_children_of_a_service_that_died_are_gone_before_it_starts_again(tmp_path: Path) -> None:
    file = tmp_path / "pids"
    service = Service("tree", [sys.executable, "-c", PARENT_AND_CHILD, str(file), "polite"], tmp_path / "tree.log")
    killed: list[int] = []

    def kill_once() -> None:
        if len(pids(file)) == 2 and not killed:
            killed.extend(pids(file))
            os.kill(killed[0], signal.SIGKILL)

    supervise([service], {}, lambda: len(pids(file)) == 4, kill_once, lambda text: None)
    assert not any(map(alive, killed))


def test_a_service_gets_the_environment_and_its_output_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "deep" / "said.log"
    code = "import os, sys; print(os.environ['MHC_TEST']); print('oops', file=sys.stderr)"
    service = Service("talker", [sys.executable, "-c", code], log)
    said: list[str] = []
    supervise([service], {"MHC_TEST": "given"}, lambda: bool(said), lambda: None, said.append)
    assert set(log.read_text().split()) == {"given", "oops"}


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children of their parent's death on Linux only")
def test_a_killed_supervisor_leaves_no_service_behind(tmp_path: Path) -> None:
    log = tmp_path / "child.log"
    code = (
        "import sys; from pathlib import Path; from mhc_jobs.services import Service, supervise;"
        'child = "import os, time; print(os.getpid(), flush=True); time.sleep(600)";'
        "supervise([Service('child', [sys.executable, '-c', child], Path(sys.argv[1]))], {}, lambda: False,"
        " lambda: None, print)"
    )
    supervisor = subprocess.Popen([sys.executable, "-c", code, str(log)])
    try:
        until(lambda: log.exists() and log.read_text().strip())
        child = int(log.read_text())
        assert alive(child)
    finally:
        supervisor.kill()
        supervisor.wait()
    until(lambda: not alive(child))
