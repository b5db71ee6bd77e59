"""The closed loop in compressed time: a week really runs, spoiled candidates are spoiled, shares are what they say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from fakes.rote_reader import RoteReader, rote
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from mhc_core.business import pricing
from mhc_core.db import engine as engines
from mhc_core.db.tables import messages, review_decisions
from mhc_core.protocols import ChatRequest, JobState, TrainingFiles
from mhc_core.providers.local import artifact
from mhc_core.providers.local.fine_tuner import LocalFineTuner, load_model
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.understanding import examples, recipe
from mhc_core.understanding.labelled import LabelledMessage, parse_line
from mhc_core.vocabulary import JobStatus
from mhc_jobs.cli import simulate as cli
from mhc_jobs.cli.main import app
from mhc_jobs.simulation import customers, reading, report
from mhc_jobs.simulation.pipeline import Clock, SimulatedPlatform
from mhc_jobs.simulation.sabotage import Saboteur, mislabelling
from mhc_jobs.simulation.weeks import Plan, simulate

MONDAY = date(2026, 1, 5)


def week(number: int, met: int, candidate: report.Candidate | None = None) -> report.Week:
    return report.Week(number, 100, met, 5, "knowledge-only", 70, 40, candidate, [], 1.0)


def misread(verdict: str, promoted: bool) -> report.Read:
    return report.Read(
        "understanding-1", 100, 60, 0.8, 0.8, {"all_right": 0.6}, 30, report.Reader("u", True, verdict, 400, promoted)
    )


def spoiled(verdict: str, promoted: bool) -> report.Candidate:
    return report.Candidate("local-spoiled", True, verdict, 50, (-0.2, -0.3, -0.1), promoted)


def test_a_week_goes_round(fresh_database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", "")  # the simulation names its own; this takes it back afterwards
    monkeypatch.setenv("MHC_DAGSTER_DATABASE_URL", "")
    monkeypatch.setattr(recipe, "standard", lambda: rote(80))
    engine = engines.create(fresh_database_url)
    try:
        (one,) = simulate(engine, cli.settings_for(tmp_path), Plan(1, 25, 1, 3), lambda line: None)
        with engine.connect() as connection:
            kinds = sa.select(review_decisions.c.decision, sa.func.count()).group_by(review_decisions.c.decision)
            decisions = {row[0]: row[1] for row in connection.execute(kinds)}
            newest = connection.scalar(sa.select(sa.func.max(messages.c.sent_at)))
    finally:
        engine.dispose()
    assert (one.conversations, one.production) == (25, "knowledge-only")
    assert 0 < one.met < 25
    assert decisions["edit"] > 0
    assert sum(decisions.values()) == one.approved_answers
    assert newest is not None
    assert MONDAY <= newest.date() < date(2026, 1, 12)  # serving lives in the simulated week
    assert one.candidate is None  # too few answers to train on
    assert one.read is not None
    assert 0 < one.read.right < one.read.messages == 50
    assert 0 < one.read.corrections <= 50 - one.read.right
    assert one.read.candidate is not None
    assert one.read.candidate.sabotaged


def test_customers_write_what_the_platform_did_not_begin_with() -> None:
    first, later = reading.known_at_first(), reading.to_come(1)
    assert not {one.text for one in first} & {one.text for one in later}
    assert later == reading.to_come(1) != reading.to_come(2)
    taught = [one for one in first if not examples.is_held_out(examples.text_hash(one))]
    assert 0.15 < len(taught) / (len(taught) + len(later)) < 0.25


def test_a_mislabelled_version_is_taught_no_label_right() -> None:
    seen: list[LabelledMessage] = []
    message = parse_line("inform/book !severe allergy: [adults:12 adults] || greet: hi")

    def train(messages: Sequence[LabelledMessage], seed: int) -> RoteReader:
        seen.extend(messages)
        return RoteReader("m", 0)

    spoiled = mislabelling(replace(rote(80), train=train))
    spoiled.train([message], 1)
    assert spoiled.name != rote(80).name
    [taught] = seen
    assert taught.text == message.text
    assert [part.reason for part in taught.segments] == [None, "request for a person"]
    for one, other in zip(message.segments, taught.segments, strict=True):
        assert one.act is not other.act
        assert one.topic is not other.topic
    assert taught.slots[0].name is not message.slots[0].name


def test_a_week_of_sabotage_spoils_what_is_trained(engine: sa.Engine, tmp_path: Path) -> None:
    platform = SimulatedPlatform.over(engine, cli.settings_for(tmp_path), Clock(datetime(2025, 1, 6, tzinfo=UTC)))
    assert "answers" not in platform.fine_tuner().hyperparameters
    platform.set_sabotage(True)
    assert platform.fine_tuner().hyperparameters["answers"] == "shuffled"  # so that it is another job


def test_the_same_seed_brings_the_same_customers_and_another_one_others() -> None:
    rules = pricing.load(None)
    first, again, other = (customers.draw(Random(seed), rules, MONDAY, 30, "week1") for seed in (1, 1, 2))
    assert first == again
    assert [need.question for need in first] != [need.question for need in other]
    assert len({need.customer_id for need in first}) == 30
    assert all(need.right and need.question for need in first)


def test_a_price_that_is_asked_for_stands_in_every_right_answer_that_is_a_quote() -> None:
    needs = customers.draw(Random(5), pricing.load(None), MONDAY, 400, "week1")
    priced = [need for need in needs if need.price is not None]
    assert len(priced) > 10
    assert all(any(str(need.price) in answer for answer in need.right) for need in priced)


def test_a_spoiled_model_is_sure_of_wrong_answers(tmp_path: Path) -> None:
    embedder = minilm.load()
    asked = customers.draw(Random(9), pricing.load(None), MONDAY, 60, "week1")
    lines = b"".join(local_line(number, need.question, need.right[0], need.intent) for number, need in enumerate(asked))
    train = tmp_path / "train.jsonl"
    train.write_bytes(lines)
    files = TrainingFiles("ds-1", train.as_uri(), train.as_uri(), len(asked), 0)
    honest = LocalFineTuner(embedder, tmp_path.as_uri(), 1)
    made: list[JobState] = []
    for tuner in (honest, Saboteur(honest, 1)):
        made.append(tuner.submit(files, "key", JobState(JobStatus.INTENDED), lambda state: None))
    models = [load_model("m", str(state.artifact_uri), str(state.artifact_sha256), embedder) for state in made]
    stored = [artifact.parse(Path(str(state.artifact_uri).removeprefix("file://")).read_bytes()) for state in made]
    assert sorted(stored[0].answers) == sorted(stored[1].answers)
    before, after = (model.answer(ChatRequest(asked[0].question)) for model in models)
    assert before.confidence == after.confidence
    same = sum(one == two for one, two in zip(stored[0].answers, stored[1].answers, strict=True))
    assert same <= len(asked) // 10  # two customers may have been given the same words


def local_line(number: int, question: str, answer: str, intent: str) -> bytes:
    turns = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    about = {"example_id": f"00000000-0000-0000-0000-{number:012d}", "intent": intent, "group": str(number)}
    return orjson.dumps({"messages": turns, "metadata": about}, option=orjson.OPT_APPEND_NEWLINE)


@pytest.mark.parametrize(("read", "code"), [(misread("reject", False), 0), (misread("promote", True), 1)])
def test_the_command_fails_when_a_mislabelled_version_passed(
    read: report.Read, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    weeks = [replace(week(number, 40, spoiled("reject", False)), read=read) for number in (1, 2)]
    monkeypatch.setattr(cli, "_run", lambda *_: report.document(weeks, 1, 100))
    shown = CliRunner().invoke(app, ["simulate"])
    assert shown.exit_code == code
    assert "reading, last minus first week: +0.0 points" in shown.output


@given(st.integers(1, 400).flatmap(lambda asked: st.tuples(st.integers(0, asked), st.just(asked))))
def test_a_share_lies_within_its_interval(found: tuple[int, int]) -> None:
    low, high = report.wilson(*found)
    assert 0 <= low <= found[0] / found[1] + 1e-12
    assert found[0] / found[1] - 1e-12 <= high <= 1


def test_the_interval_of_a_difference_is_newcombes() -> None:
    # Newcombe 1998, table II, example (a): 56/70 against 48/80.
    gain, low, high = report.difference((48, 80), (56, 70))
    assert (round(gain, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


def test_the_curve_rises_only_when_the_interval_says_so() -> None:
    assert report.document([week(1, 30), week(2, 55)], 1, 100)["rises"]
    assert not report.document([week(1, 30), week(2, 33)], 1, 100)["rises"]


@pytest.mark.parametrize(
    ("candidate", "code"),
    [(spoiled("reject", False), 0), (spoiled("promote", False), 1), (spoiled("promote", True), 1), (None, 1)],
)
def test_the_command_fails_when_sabotage_passed_or_was_not_tried(
    candidate: report.Candidate | None, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def measured(*_: Any) -> dict[str, Any]:
        return report.document([week(1, 30), week(2, 50, candidate)], 1, 100)

    monkeypatch.setattr(cli, "_run", measured)
    assert CliRunner().invoke(app, ["simulate", "--json"]).exit_code == code
    shown = CliRunner().invoke(app, ["simulate"])
    assert shown.exit_code == code
    assert "+20.0 points" in shown.output
