"""Evaluated candidates, and customers of a rollout as serving stores them, whose true rates are known."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from mhc_core.db.queries import evaluation as evaluation_queries
from mhc_core.db.queries import installation
from mhc_core.db.queries.evaluation import Evaluation
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.training import BASELINE_ID, ensure_baseline
from mhc_core.db.tables import (
    booking_requests,
    conversations,
    dataset_versions,
    evaluations,
    feedback,
    handovers,
    messages,
    model_versions,
    rollout_exposures,
)
from mhc_core.pseudonyms import customer_hash
from mhc_core.rollout import assignment, stages
from mhc_core.vocabulary import Arm, Verdict


def evaluated(
    connection: sa.Connection, model: str, verdict: Verdict = Verdict.PROMOTE, baseline: str = BASELINE_ID
) -> Evaluation:
    """A candidate with a stored evaluation."""
    ensure_baseline(connection)
    if not connection.scalar(sa.select(dataset_versions.c.id).where(dataset_versions.c.id == "ds-1")):
        connection.execute(
            sa.insert(dataset_versions).values(
                id="ds-1", train_uri="t", validation_uri="v", train_count=1, validation_count=1, last_sequence=1
            )
        )
    if not connection.scalar(sa.select(model_versions.c.id).where(model_versions.c.id == model)):
        connection.execute(
            sa.insert(model_versions).values(id=model, provider="local", base_model="b", dataset_id="ds-1")
        )
    made = connection.scalar(
        sa.insert(evaluations)
        .values(
            key=uuid4().hex, candidate_id=model, baseline_id=baseline, dataset_id="ds-1", questions=40,
            difference=0.1, interval_low=0.05, interval_high=0.15, verdict=verdict, reasons=["because"], differences=[],
        )
        .returning(evaluations.c.id)
    )  # fmt: skip
    [found] = [item for item in evaluation_queries.of_candidate(connection, model) if item.id == made]
    return found


@dataclass(frozen=True)
class Rates:
    """How likely each outcome of a customer is."""

    escalation: float = 0.3
    booking: float = 0.3
    down: float = 0.05
    up: float = 0.2
    confidence: float = 0.7
    slow: float = 0.02
    ungrounded: float = 0.02
    cost_usd: float = 0.001


def arrive(
    connection: sa.Connection,
    rollout: Rollout,
    names: range,
    at: datetime,
    rng: Random,
    candidate: Rates,
    control: Rates,
) -> dict[Arm, int]:
    """Each of these customers writes once at this time; how many there were in each arm."""
    plan, salt = stages.plan(rollout), installation.salt(connection)
    rows: dict[sa.Table, list[dict[str, Any]]] = {
        table: [] for table in (conversations, messages, rollout_exposures, handovers, booking_requests, feedback)
    }
    counts = dict.fromkeys(Arm, 0)
    for number in names:
        customer, talk, answer, request = f"c{number}", *(UUID(int=rng.getrandbits(128)) for _ in range(3))
        hashed = customer_hash(salt, customer)
        arm = assignment.arm(plan, hashed)
        counts[arm] += 1
        rates = candidate if arm is Arm.CANDIDATE else control
        later = at + timedelta(minutes=1)
        rows[conversations].append(
            {
                "id": talk, "source": "serving", "source_id": str(talk), "channel": "web", "customer_id": customer,
                "started_at": at, "last_message_at": at, "updated_at": at,
            }
        )  # fmt: skip
        rows[messages].append(
            {
                "id": answer, "conversation_id": talk, "position": 0, "role": "assistant", "content": "words",
                "confidence": rates.confidence, "sent_at": at, "cost_usd": rates.cost_usd,
                "latency_ms": 5000.0 if rng.random() < rates.slow else 50.0,
                "message_metadata": {"unsupported": 1} if rng.random() < rates.ungrounded else {},
            }
        )  # fmt: skip
        rows[rollout_exposures].append(
            {"rollout_id": rollout.id, "share": plan.share, "customer_hash": hashed, "arm": arm, "exposed_at": at}
        )
        if rng.random() < rates.escalation:
            rows[handovers].append({"conversation_id": talk, "queue": "sales", "opened_at": later})
        if rng.random() < rates.booking:
            rows[booking_requests].append(
                {"id": request, "conversation_id": talk, "adults": 10, "requested_at": later, "updated_at": later}
            )
        vote = rng.random()
        if vote < rates.down + rates.up:
            rows[feedback].append(
                {
                    "id": request, "source": "serving", "source_id": str(request), "conversation_id": talk,
                    "vote": "down" if vote < rates.down else "up", "given_at": later,
                }
            )  # fmt: skip
    for table, values in rows.items():
        if values:
            connection.execute(sa.insert(table), values)
    return counts
