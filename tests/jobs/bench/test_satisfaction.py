"""Both scores beside people's satisfaction: of a file by source, and of sources that training did not see."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import typer
from fakes.stored import WordEmbedder
from typer.testing import CliRunner

from mhc_core.errors import DataError
from mhc_core.protocols import Turn
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.scoring.sentiment import Reactions
from mhc_core.settings import Settings
from mhc_jobs.bench.scores import ratings, satisfaction, training
from mhc_jobs.bench.scores.ratings import RatedTalk
from mhc_jobs.cli import bench_scores

app = typer.Typer()
app.command("scores")(bench_scores.command)
app.callback()(lambda: None)


def record(number: int, pleased: bool, **known: Any) -> dict[str, Any]:
    said = ("thanks, that is great", "Your table is booked.") if pleased else ("that is awful", "Sorry, I cannot.")
    return {
        "id": number,
        "source": "one" if number % 3 else "two",
        "channel": "web",
        "messages": [
            {"role": "customer", "content": f"a table for {number}"},
            {"role": "bot", "content": said[1]},
            {"role": "user", "content": said[0]},
            {"role": "system", "content": "closed"},
            {"role": "assistant", "content": "Bye."},
        ],
        **known,
    }


@pytest.fixture(autouse=True)
def _words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(minilm, "load", lambda threads=1: WordEmbedder())


def test_a_file_is_compared_by_source_and_together(tmp_path: Path) -> None:
    path = tmp_path / "rated.jsonl"
    rows = [record(n, n % 2 == 0, satisfaction=4.5 if n % 2 == 0 else 1.5) for n in range(30)] + [record(99, True)]
    path.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    result = CliRunner().invoke(app, ["scores", "--data", str(path), "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)["satisfaction"]
    assert {name: found["items"] for name, found in report.items()} == {"one": 20, "two": 10, "all": 30}
    assert report["all"]["rating"]["weighted"][0] > 0.8
    assert report["all"]["rating"]["learned"][0] > 0.8


@pytest.mark.parametrize(
    ("known", "rating"),
    [
        ({"satisfaction": 3}, 3.0),
        ({"satisfaction": [3, 4, 5]}, 4.0),
        ({"satisfaction": "2"}, 2.0),
        ({"feedback": {"stars": 5}}, 5.0),
        ({"feedback": {"vote": "down"}}, 0.0),
        ({"feedback": {"helpful": True, "accurate": False}}, 0.0),
        ({"feedback": {"helpful": True}, "customer_id": "c"}, 1.0),
    ],
)
def test_the_rating_is_found_whatever_it_is(tmp_path: Path, known: dict[str, Any], rating: float) -> None:
    path = tmp_path / "rated.jsonl"
    path.write_bytes(orjson.dumps(record(1, True, **known)))
    ((talk,),) = ratings.conversations(path).values()
    assert talk.raters == (rating,)
    assert [turn.role for turn in talk.turns] == ["user", "assistant", "user", "assistant"]
    assert talk.cluster == known.get("customer_id", "1")


def test_a_file_without_ratings_is_an_error_that_says_what_is_wanted(tmp_path: Path) -> None:
    path = tmp_path / "unrated.jsonl"
    path.write_bytes(orjson.dumps(record(1, True)))
    with pytest.raises(DataError, match="satisfaction"):
        CliRunner().invoke(app, ["scores", "--data", str(path)], catch_exceptions=False)


def test_a_source_is_scored_by_models_that_never_saw_it() -> None:
    def source(name: str, count: int) -> training.Source:
        rated = []
        for n in range(count):
            pleased = n % 2 == 0
            turns = tuple(
                Turn("user" if turn["role"] in ("customer", "user") else "assistant", turn["content"])
                for turn in record(n, pleased)["messages"]
                if turn["role"] != "system"
            )[: 2 if name != training.FINISHED else 4]
            outcome = ("booked" if pleased else "not_booked") if name == training.FINISHED else None
            rated.append(RatedTalk(turns, outcome, (float(pleased),), pleased, str(n), "", pleased=float(pleased)))
        return training.source(name, rated, WordEmbedder())

    found = [source(name, 40) for name in (*training.MARKED, training.FINISHED)]
    reacted = Reactions(np.zeros((384, 3)), np.zeros(3))
    report = satisfaction.kept_out(found, reacted, WordEmbedder(), Settings(), seed=1)
    assert set(report) == {*training.MARKED, training.FINISHED}
    assert all(name not in measured["trained_on"] for name, measured in report.items())
    star = report[training.FINISHED]
    assert star["rating"]["weighted"][0] > 0.5
    assert star["outcome"]["outcome"][0] > 0.5, "read off the answers: the outcome on record was hidden"
