"""Clients of others hold a talk with the API, each in an environment of its own that ``make test-clients`` sets up."""

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from fakes.places import ROOT
from fakes.understanding import Labelled
from fastapi import FastAPI

from mhc_core.settings import Settings
from mhc_serving.app import create_app

HERE = Path(__file__).parent
ENVIRONMENTS = ROOT / ".clients"
PYTHON = str(ENVIRONMENTS / "venv/bin/python")
TALKS = {
    "langchain": [PYTHON, str(HERE / "langchain_talk.py")],
    "litellm": [PYTHON, str(HERE / "litellm_talk.py")],
    "node": ["node", str(ENVIRONMENTS / "node_talk.mjs")],
}


@pytest.fixture(scope="module")
def address(
    serving_engine: sa.Engine,
    tmp_path_factory: pytest.TempPathFactory,
    reader: Labelled,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
) -> Iterator[str]:
    reader.learn("inform/book: we are [adults:20 adults] on [date:june 14th]")
    app = create_app(Settings(state_dir=tmp_path_factory.mktemp("state"), open_loopback=True), serving_engine)
    with serve(app) as url:
        yield url


@pytest.mark.parametrize("client", TALKS)
def test_a_client_holds_a_talk(address: str, client: str) -> None:
    # Node looks for packages beside the script, so it is laid beside them.
    shutil.copy(HERE / "node_talk.mjs", ENVIRONMENTS)
    quiet = {"PATH": os.environ["PATH"], "HOME": os.environ["HOME"], "LITELLM_LOCAL_MODEL_COST_MAP": "True"}
    done = subprocess.run([*TALKS[client], address], capture_output=True, text=True, timeout=200, env=quiet)
    assert done.stdout.strip().endswith("ok"), done.stdout + done.stderr


def test_types_made_of_the_description_compile_strictly_and_hold_a_talk(address: str) -> None:
    for name in ("typed_talk.ts", "tsconfig.json", "package.json"):
        shutil.copy(HERE / name, ENVIRONMENTS)
    described = httpx2.get(f"{address}/openapi.json")
    (ENVIRONMENTS / "openapi.json").write_bytes(described.content)
    for words in (
        ["npm", "run", "--silent", "generate"],
        ["npm", "run", "--silent", "check"],
        ["node", "typed_talk.js", address],
    ):
        done = subprocess.run(words, cwd=ENVIRONMENTS, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.strip() == "ok"
