"""The whole phone line by simulated calls: words, slots in the facts of the conversation, delay, barge-in."""

import asyncio
import os
import re
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from rapidfuzz.distance import Levenshtein
from scipy import signal

from mhc_core.artifacts import store
from mhc_core.concierge.facts import memory
from mhc_core.concierge.facts.memory import Facts
from mhc_core.db.queries import understanding_versions as queries
from mhc_core.db.queries import versions
from mhc_core.db.tables import conversations, messages
from mhc_core.errors import MHCError
from mhc_core.knowledge import articles, index
from mhc_core.protocols import SPEECH_RATE, Speaker
from mhc_core.scrubbing import loading
from mhc_core.settings import Settings
from mhc_core.speech import mulaw
from mhc_core.understanding import examples, learning, recipe
from mhc_jobs import sample
from mhc_jobs.bench.voice import sound
from mhc_jobs.bench.voice.benchmark import words
from mhc_jobs.bench.voice.caller import Account, Caller, Heard, Turn
from mhc_jobs.bench.voice.serve import TOKEN
from mhc_serving.voice.desk import conversation_of

BY = "mhc bench voice"
LOW_ERRORS = 0.10
"""Calls with more wrong words than that say little of the slots."""
NOISE_DB = 20
START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Script:
    """What a caller says, and the facts that must be known afterwards."""

    says: Sequence[str]
    facts: Mapping[str, Any]


def scripts(half: str) -> list[Script]:
    """The calls of one half of the set, ``dev`` or ``test``."""
    text = resources.files("mhc_jobs.bench.voice").joinpath("sets", half, "calls.toml").read_text("utf-8")
    return [Script(each["says"], each["facts"]) for each in tomllib.loads(text)["calls"]]


def prepare(engine: sa.Engine, settings: Settings, embedder: Any, now: datetime, model: Path | None = None) -> None:
    """The sample's knowledge and a model of understanding, both live: that of a file, or one trained on the release's
    gold."""
    with engine.begin() as connection:
        articles.import_articles(connection, [sample.knowledge_dir()], now)
        version = index.build(connection, embedder, now)
        index.publish(connection, version.id, embedder, now, BY)
    if model is None:
        with engine.begin() as connection:
            examples.gather(connection, examples.gold(), loading.scrubber(connection, settings), now)
        name = learning.train(engine, recipe.standard(), settings.artifacts, settings.seed, now).id
    else:
        name = _known(engine, settings, model, now)
    with engine.begin() as connection:
        versions.move(connection, queries.KIND, name, BY, "Made to measure.", now)


def _known(engine: sa.Engine, settings: Settings, model: Path, now: datetime) -> str:
    """The version of a file that was trained elsewhere, recorded."""
    uri = f"{settings.artifacts}/understanding/{model.name}"
    digest = store.write_bytes(uri, model.read_bytes())
    about: dict[str, Any] = {"artifact_uri": uri, "artifact_sha256": digest, "examples": {}, "examples_until": now}
    with engine.begin() as connection:
        queries.add(
            connection, [], id=model.stem, key=digest, recipe=recipe.NAME, seed=settings.seed, metrics={}, **about
        )
    return model.stem


@contextmanager
def serving(engine: sa.Engine, folder: Path) -> Iterator[Account]:
    """The API with its phone line as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "MHC_STATE_DIR": str(folder),
        "MHC_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "MHC_SERVE_WORKERS": "1",
        "MHC_VOICE_CALLS": "8",
    }
    with (folder / "phone.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "mhc_jobs.bench.voice.serve", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        url, deadline = f"http://127.0.0.1:{port}", time.monotonic() + START_SECONDS
        while not _ready(url):
            if process.poll() is not None or time.monotonic() > deadline:
                raise MHCError("the server of the simulated calls did not start; `mhc serve` says why")
            time.sleep(0.2)
        yield Account(url, TOKEN, "+19165550123")
    finally:
        process.terminate()
        process.wait(30)


def _ready(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=5):
            return True
    except OSError:
        return False


def telephone(speaker: Speaker, text: str) -> NDArray[np.float32]:
    """A text read aloud as a telephone carries it: 300 to 3,400 Hz, 8,000 samples a second."""
    speech = sound.spoken(speaker, text)
    narrow = signal.resample_poly(speech, mulaw.RATE, SPEECH_RATE)
    band = signal.sosfilt(signal.butter(4, sound.BAND, "bandpass", fs=mulaw.RATE, output="sos"), narrow)
    loud = np.sqrt(np.mean(band[np.abs(band) > 1e-4] ** 2))
    scaled: NDArray[np.float32] = (band / loud * 0.08).astype(np.float32)
    return scaled


def room(rng: np.random.Generator, below: float = NOISE_DB) -> NDArray[np.float32]:
    """Half a minute of noise, so many dB below the speech of :func:`telephone`."""
    return (sound.pink(30 * mulaw.RATE, rng) * 0.08 * 10 ** (-below / 20)).astype(np.float32)


def measure(
    engine: sa.Engine, account: Account, speakers: Sequence[Speaker], half: str, seed: int, at_once: Sequence[int]
) -> dict[str, Any]:
    """Each call of a half, first one after the other, then so many at once as ``at_once`` says."""
    rng = np.random.default_rng(seed)
    found = scripts(half)
    voices = cycle(speakers)
    spoken = [(script, [Turn(telephone(voice, text)) for text in script.says])
              for script, voice in zip(found, voices, strict=False)]  # fmt: skip
    report: dict[str, Any] = {"half": half, "calls": len(found), "voices": [each.id for each in speakers]}
    for many in at_once:
        began = time.time()
        heard: list[Heard] = []
        results: list[dict[str, Any]] = []
        for start in range(0, len(spoken), many):
            group = spoken[start : start + many]
            sids = [f"CA{half}{many}x{start + number}x{int(began)}" for number in range(len(group))]
            heard += asyncio.run(_together(account, sids, [turns for _, turns in group], rng))
            time.sleep(1.0)
            results += [_result(engine, sid, script) for sid, (script, _) in zip(sids, group, strict=True)]
        report[f"{many}_at_once"] = _figures(heard, results)
    report["barge_in"] = asyncio.run(_barge_in(account, spoken, rng))
    return report


async def _together(
    account: Account, sids: Sequence[str], turns: Sequence[Sequence[Turn]], rng: np.random.Generator
) -> list[Heard]:
    async def one(sid: str, says: Sequence[Turn], late: float) -> Heard:
        await asyncio.sleep(late)
        return await Caller(account, sid, room(rng)).call(says)

    return list(await asyncio.gather(*(one(*pair, 0.4 * n) for n, pair in enumerate(zip(sids, turns, strict=True)))))


async def _barge_in(
    account: Account, spoken: Sequence[tuple[Script, list[Turn]]], rng: np.random.Generator
) -> dict[str, Any]:
    """The second turn is said half a second into the answer to the first."""
    times: list[float] = []
    missed = 0
    for number, (_, turns) in enumerate(spoken[:4]):
        into = [turns[0], Turn(turns[1].sound, into=0.5)]
        heard = await Caller(account, f"CAbarge{number}x{int(time.time())}", room(rng)).call(into)
        times += heard.barge_in
        missed += not heard.barge_in
    return {"times": len(times) + missed, "missed": missed, **_percentiles("ms", times)}


def _result(engine: sa.Engine, call_sid: str, script: Script) -> dict[str, Any]:
    """What the platform stored of a call, beside what was said in it."""
    conversation = conversation_of(call_sid)
    with engine.connect() as connection:
        kept = connection.scalar(sa.select(conversations.c.facts).where(conversations.c.id == conversation))
        said = list(
            connection.scalars(
                sa.select(messages.c.content)
                .where(messages.c.conversation_id == conversation, messages.c.role == "user")
                .order_by(messages.c.position)
            )
        )
    reference, got = _compared(" ".join(script.says)), _compared(" ".join(said))
    facts = memory.load(kept or {})
    wrong = [name for name, value in script.facts.items() if _fact(facts, name) != value]
    return {
        "words": len(reference),
        "errors": Levenshtein.distance(reference, got),
        "slots": len(script.facts),
        "wrong": wrong,
        "said": said,
    }


def _compared(text: str) -> list[str]:
    """The words as they are compared; "nine five eight" and "958" are one number."""
    return re.sub(r"(?<=\d) (?=\d)", "", " ".join(words(text))).split()


def _fact(facts: Facts, name: str) -> Any:
    if name == "day":
        return f"{facts.day:%m-%d}" if facts.day else None
    if name == "starts":
        return f"{facts.starts:%H:%M}" if facts.starts else None
    if name == "zip":
        return facts.zip
    return getattr(facts.party, name)


def _figures(heard: Sequence[Heard], results: Sequence[dict[str, Any]]) -> dict[str, Any]:
    low = [one for one in results if one["errors"] <= LOW_ERRORS * one["words"]]
    slots = sum(one["slots"] for one in low)
    right = slots - sum(len(one["wrong"]) for one in low)
    all_slots = sum(one["slots"] for one in results)
    delays = [delay for one in heard for delay in one.delays]
    return {
        "word_error_rate": round(sum(one["errors"] for one in results) / sum(one["words"] for one in results), 4),
        "calls_below_10_percent": len(low),
        "slots_right_of_these": f"{right} of {slots}",
        "slots_right_of_all": f"{all_slots - sum(len(one['wrong']) for one in results)} of {all_slots}",
        "wrong_slots": sorted(name for one in results for name in one["wrong"]),
        "turns": len(delays),
        "turns_without_answer": sum(not np.isfinite(delay) for delay in delays),
        **_percentiles("delay_ms", delays),
    }


def _percentiles(name: str, seconds: Sequence[float]) -> dict[str, float | None]:
    if not seconds:
        return {f"{name}_p50": None, f"{name}_p95": None}
    return {
        f"{name}_p{at}": round(1000 * float(np.percentile(seconds, at, method="inverted_cdf")), 0) for at in (50, 95)
    }
