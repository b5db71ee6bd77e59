"""What stands behind an answer, where the loop stands, and the week's figures: all from one small real chain."""

from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, WordEmbedder, example, say, talk

from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import audit
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation as evaluations
from mhc_core.db.queries.training import BASELINE_ID, ensure_baseline
from mhc_core.db.tables import audit_log, training_examples
from mhc_core.errors import NotFound
from mhc_core.evaluation.compare import Comparison
from mhc_core.monitoring import provenance
from mhc_core.monitoring.status import LOOP_FINISHED, status
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.rollout import promotion
from mhc_core.settings import Settings
from mhc_core.statistics.cluster_bootstrap import Interval
from mhc_core.training import jobs
from mhc_core.vocabulary import Verdict


def test_from_an_answer_back_to_the_message_it_was_learned_from(fresh_database_url: str, tmp_path: Path) -> None:
    engine = engines.create(fresh_database_url)
    settings = Settings(artifact_uri=tmp_path.as_uri(), dataset_min_examples=10, auto_approve=True)
    with engine.begin() as connection:
        empty = status(connection, Settings(), NOW)
        assert set(empty["counts"].values()) == {0}
        assert [empty[part] for part in ("dataset", "model", "evaluation", "production", "knowledge", "loop")] == [
            None
        ] * 6
        for number in range(40):
            example(
                connection, f"about {number} topic{number % 20}", f"answer {number % 20}", verified=True,
                verified_by="kim", verified_at=NOW,
            )  # fmt: skip
        verified = datasets.verified(connection, WordEmbedder.id)
    version = build.store(engine, verified, pricing.load(), settings)
    tuner = LocalFineTuner(WordEmbedder(), settings.artifacts, settings.seed)
    job = jobs.submit(engine, tuner, version, NOW)
    measured = Interval(0.2, 0.1, 0.3)
    comparison = Comparison(
        version.validation_count, 8, {"right": 0.9}, {"right": 0.5}, measured, Verdict.PROMOTE, ("better",)
    )
    with engine.begin() as connection:
        model_id = jobs.record(connection, job)
        ensure_baseline(connection)
        found = evaluations.save(connection, comparison.row("k", model_id, BASELINE_ID, version.id), ())
        promotion.apply_verdict(connection, found, settings, NOW)
        details = {"seconds": {"conversations": 1.5}, "rows": {"conversations": 40}, "training_skipped": None}
        audit.record(connection, "loop", LOOP_FINISHED, "loop", details, NOW)
        learned_from = verified[3].id
        _, (question, answer) = talk(
            connection,
            say("user", "about 3"),
            say(
                "assistant", "answer 3", model_version_id=model_id, prompt_version_id="prompt-1",
                knowledge_version_id="kv-1", example_id=learned_from, confidence=0.9, cost_usd=Decimal("0.0001"),
                citations=[{"id": "KB-001", "title": "T", "score": 0.5}],
            ),
        )  # fmt: skip

    with engine.connect() as connection:
        behind = provenance.of_message(connection, answer)
        source = connection.execute(
            sa.select(training_examples.c.answer_message_id).where(training_examples.c.id == learned_from)
        ).scalar_one()
        assert behind["model"]["id"] == model_id
        assert behind["model"]["training_job"] == job.id
        assert behind["model"]["artifact_sha256"] == job.state.artifact_sha256
        assert behind["dataset_version"] == version.id
        assert (behind["prompt_version"], behind["knowledge_version"]) == ("prompt-1", "kv-1")
        assert behind["example"]["source_message"] == str(source)
        assert (behind["example"]["verified_by"], behind["example"]["verified_at"]) == ("kim", NOW.isoformat())
        assert (behind["cost_usd"], behind["citations"][0]["id"]) == (0.0001, "KB-001")
        assert "answer 3" not in str(behind), "identifiers and figures only"
        members = {member.example_id: member for member in datasets.members(connection, version.id)}
        assert members[learned_from].answer_message_id == source

        asked = provenance.of_message(connection, question)
        assert (asked["role"], asked["model"]["id"], asked["dataset_version"], asked["example"]) == (
            "user",
            None,
            None,
            None,
        )
        with pytest.raises(NotFound, match="message_id"):
            provenance.of_message(connection, uuid4())

        now = status(connection, Settings(), NOW)
    engine.dispose()
    assert now["counts"]["conversations"] == 41
    assert now["counts"]["verified_examples"] == 40
    assert (now["counts"]["dataset_versions"], now["counts"]["evaluations"]) == (1, 1)
    assert now["dataset"] == {
        "version": version.id, "train": version.train_count, "validation": version.validation_count,
    }  # fmt: skip
    assert now["model"] == {"id": model_id, "provider": "local", "dataset": version.id, "cost_usd": 0.0}
    assert now["production"] == {"id": model_id, "provider": "local", "dataset": version.id}
    assert (now["evaluation"]["interval"], now["evaluation"]["verdict"]) == ([0.1, 0.3], "promote")
    assert now["loop"]["seconds"] == {"conversations": 1.5}


def test_the_audit_log_keeps_who_did_what(connection: sa.Connection) -> None:
    audit.record(connection, "kim", "thing.done", "s1", {"n": 1}, NOW)
    audit.record(connection, "lee", "thing.done", "s2", {"n": 2}, NOW)
    assert audit.latest(connection, "thing.done") == {"n": 2}
    assert audit.latest(connection, "never") is None
    assert audit.record_once(connection, "kim", "thing.begun", "s1", {}, NOW)
    assert not audit.record_once(connection, "kim", "thing.begun", "s1", {}, NOW)
    assert audit.record_once(connection, "kim", "thing.begun", "s2", {}, NOW)
    kept = connection.execute(
        sa.select(audit_log.c.actor, audit_log.c.subject, audit_log.c.at).order_by(audit_log.c.id)
    )
    assert [tuple(row) for row in kept] == [
        ("kim", "s1", NOW), ("lee", "s2", NOW), ("kim", "s1", NOW), ("kim", "s2", NOW),
    ]  # fmt: skip
