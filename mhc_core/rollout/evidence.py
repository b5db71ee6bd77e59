"""What the tables say of a rollout's customers, as the gate wants it, and the gate's decision on it.

The composite of a customer is what happened in ``MHC_IDLE_HOURS`` after first meeting the rollout, because a booking
takes its time. Guardrails are counted after an hour already: harm has to show soon.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mhc_core.db.queries import rollout_outcomes as queries
from mhc_core.db.queries.rollout import Rollout
from mhc_core.db.queries.rollout_outcomes import FIGURES, Cell, Yardstick
from mhc_core.rollout import assignment, gate
from mhc_core.rollout.assignment import STAGES
from mhc_core.rollout.gate import Look, Moments, Stratum
from mhc_core.rollout.policy import COMPOSITE_WEIGHTS, PRIMARY, Policy
from mhc_core.settings import Settings
from mhc_core.vocabulary import Arm

GUARDRAIL_TIME = timedelta(hours=1)
NOTICEABLE_MS = 1000.0
"""A turn that takes less is not slow, however quick the usual ones are."""
CENT = 0.01
COST_SCALE = 4
"""An answer of this many times the usual cost counts as 1, so that the margin is a fifth of the usual cost."""
USUAL = timedelta(days=7)


def policy(rollout: Rollout) -> Policy:
    """What was declared for a rollout: without a holdback the last stage has no control, and is not looked at."""
    shares = [assignment.expected_share(share, rollout.holdback) for share in STAGES]
    return Policy(shares=tuple(share for share in shares if share < 1))


def collect(
    connection: sa.Connection, rollout: Rollout, settings: Settings, now: datetime
) -> tuple[Look, dict[str, Any]]:
    """The gate's decision on a rollout in its canary, and the plain averages of each arm beside it."""
    assert rollout.started_at is not None
    slow_ms, cost_usd = queries.usual(connection, rollout.started_at - USUAL, rollout.started_at)
    yardstick = Yardstick(max(slow_ms or 0.0, NOTICEABLE_MS), max(COST_SCALE * (cost_usd or 0.0), CENT))

    def after(time: timedelta) -> list[Cell]:
        return queries.outcomes(connection, rollout.id, time, COMPOSITE_WEIGHTS, yardstick, now)

    whole, early = after(timedelta(hours=settings.idle_hours)), after(GUARDRAIL_TIME)
    overdue = rollout.deadline is not None and now >= rollout.deadline
    declared = policy(rollout)
    found = gate.analyse(_strata(whole, early), STAGES.index(rollout.share), declared, overdue)
    return found, {"averages": _averages(whole), "yardstick": yardstick._asdict()}


def _strata(whole: Sequence[Cell], early: Sequence[Cell]) -> list[Stratum]:
    """Both counts joined; who came between the two is not in the first one yet and waits for the next look."""
    guardrails = {(cell.share, cell.day, cell.arm): cell.figures for cell in early}
    arms: dict[tuple[int, date], dict[Arm, gate.Arm]] = {}
    for cell in whole:
        figures = guardrails.get((cell.share, cell.day, cell.arm), {}) | {PRIMARY: cell.figures[PRIMARY]}
        metrics = {name: Moments(*sums) for name, sums in figures.items()}
        arms.setdefault((cell.share, cell.day), {})[cell.arm] = gate.Arm(cell.assigned, metrics)
    nobody = gate.Arm(0, {})
    return [
        Stratum(STAGES.index(share), day, found.get(Arm.CANDIDATE, nobody), found.get(Arm.CONTROL, nobody))
        for (share, day), found in arms.items()
    ]


def _averages(cells: Sequence[Cell]) -> dict[str, dict[str, Any]]:
    """Customers and mean of each figure, by arm."""
    averages: dict[str, dict[str, Any]] = {}
    for arm in Arm:
        mine = [cell for cell in cells if cell.arm is arm]
        means: dict[str, Any] = {"customers": sum(cell.assigned for cell in mine)}
        for name in FIGURES:
            known = sum(cell.figures[name].customers for cell in mine)
            total = sum(cell.figures[name].total for cell in mine)
            means[name] = round(total / known, 4) if known else None
        averages[arm.value] = means
    return averages
