"""What is over is forgotten after its time, in batches; what is open, and what somebody may still ask for, stays."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from fakes.stored import say, talk

from mhc_core import settings as configuration
from mhc_core.db import engine as engines
from mhc_core.db.queries import handover, incidents, staff, webhooks
from mhc_core.errors import ConfigurationError
from mhc_core.vocabulary import IncidentKind
from mhc_jobs import housekeeping
from mhc_jobs.housekeeping import forget_audit, forget_records

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=900)
BEFORE = NOW - timedelta(days=400)


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


def handed_over(connection: sa.Connection, at: datetime) -> None:
    conversation, _ = talk(connection, say("user", "a person please"))
    assert handover.insert_open(connection, conversation, "asked", "front", False, at)


def count(engine: sa.Engine, table: str) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(sa.text(f"select count(*) from ai.{table}")) or 0)


def test_webhooks_go_when_they_are_over_and_hand_overs_stay(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for at in (LONG_AGO, LONG_AGO, LONG_AGO, NOW):
            handed_over(connection, at)
        arrived, given_up, *_ = webhooks.take(connection, LONG_AGO, timedelta(minutes=1), 3)
        webhooks.delivered(connection, arrived.id, LONG_AGO)
        webhooks.give_up(connection, given_up.id, LONG_AGO)
    assert forget_records(engine, BEFORE)["webhooks"] == 2
    assert count(engine, "webhook_deliveries") == 2, "what is not sent yet is still to be sent"
    assert count(engine, "handovers") == 4


def test_incidents_go_when_they_are_over(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        incidents.notice(connection, IncidentKind.RUN_FAILED, ["over", "open"], {}, LONG_AGO)
        incidents.resolve(connection, IncidentKind.RUN_FAILED, ["over"], LONG_AGO + timedelta(days=1))
    assert forget_records(engine, BEFORE)["incidents"] == 1
    with engine.connect() as connection:
        assert [found.subject for found in incidents.unresolved(connection)] == ["open"]


def test_sessions_go_but_when_somebody_was_last_seen_is_known(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        ann, bob = (
            connection.scalar(
                sa.text(
                    "insert into ai.staff_accounts (name, role, password_hash) values (:n, 'admin', 'x') returning id"
                ),
                {"n": name},
            )
            for name in ("Ann", "Bob")
        )
        for account, at in ((ann, LONG_AGO), (ann, LONG_AGO + timedelta(days=1)), (bob, LONG_AGO), (bob, NOW)):
            staff.begin_session(connection, account, uuid4().hex, at, at + timedelta(hours=8))
    assert forget_records(engine, BEFORE)["sessions"] == 2
    with engine.connect() as connection:
        seen = {found.name: found.seen_at for found in staff.listed(connection, NOW, NOW)}
    assert seen == {"Ann": LONG_AGO + timedelta(days=1), "Bob": NOW}


CALL = """
    insert into ai.provider_calls (id, asked_at, kind, feature, provider, model, outcome, job_id)
    values (gen_random_uuid(), :at, 'chat', 'answers', 'openai', 'm', :outcome, :job)
"""


def test_calls_go_but_not_what_was_bought_once_for_ever(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for at, outcome, job in (
            (LONG_AGO, "answered", None),
            (LONG_AGO, "failed", None),
            (LONG_AGO, "asked", None),
            (LONG_AGO, "answered", "job-1"),
            (NOW, "answered", None),
        ):
            connection.execute(sa.text(CALL), {"at": at, "outcome": outcome, "job": job})
    assert forget_records(engine, BEFORE)["provider_calls"] == 2
    assert count(engine, "provider_calls") == 3


def test_more_than_one_batch_goes_in_several_transactions(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    with engine.begin() as connection:
        for _ in range(5):
            connection.execute(sa.text(CALL), {"at": LONG_AGO, "outcome": "answered", "job": None})
    ended: list[int] = []
    sa.event.listen(engine, "commit", lambda connection: ended.append(1))
    assert forget_records(engine, BEFORE)["provider_calls"] == 5
    assert len(ended) >= 3


def test_what_the_audit_log_forgets_stands_in_it(engine: sa.Engine) -> None:
    from mhc_core.db.queries import audit

    now = datetime.now(UTC)
    with engine.begin() as connection:
        for days in (4000, 3000, 10):
            audit.record(connection, "Ann", "test.done", f"{days}", {}, now - timedelta(days=days))
    assert forget_audit(engine, now - timedelta(days=2557), now) == 2
    assert forget_audit(engine, now - timedelta(days=2557), now) == 0
    with engine.connect() as connection:
        told, kept = audit.page(connection, before=None, limit=10)
        assert audit.verify(connection).problem is None
    assert (told.action, told.details["entries"], kept.subject) == ("audit.retention", 2, "10")


def test_the_audit_log_is_kept_for_two_years_at_least(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MHC_AUDIT_RETENTION_DAYS", "0")
    assert configuration.load().audit_retention_days == 0, "for ever"
    monkeypatch.setenv("MHC_AUDIT_RETENTION_DAYS", "365")
    with pytest.raises(ConfigurationError, match=r"MHC_AUDIT_RETENTION_DAYS: .*730 days at least"):
        configuration.load()
