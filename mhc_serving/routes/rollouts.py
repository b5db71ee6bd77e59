"""``GET /api/v1/rollouts/{id}``: how a candidate does among customers. For staff."""

from fastapi import APIRouter, Path

from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import rollout_shadow
from mhc_core.db.queries.rollout import Look
from mhc_core.errors import NotFound
from mhc_core.rollout import shadow
from mhc_serving.access.deps import App, Staff
from mhc_serving.schemas.problem import Problem
from mhc_serving.schemas.rollouts import LookOut, ReadinessOut, RolloutDecisionOut, RolloutOut, ServerOut

router = APIRouter(prefix="/api/v1", tags=["staff"])

LOOKS = 1000
"""Looks that are shown, at most: a week of one every ten minutes."""


@router.get(
    "/rollouts/{rollout_id}",
    summary="A candidate among customers",
    responses={404: {"model": Problem, "description": "There is no such rollout."}},
)
def rollout(app: App, _: Staff, rollout_id: int = Path(ge=1, le=2**63 - 1)) -> RolloutOut:
    """State, every look with its confidence sequence, every decision, and what the shadow says. Roles: agent,
    reviewer, admin."""
    with app.engine.connect() as connection:
        found = queries.by_id(connection, rollout_id)
        if found is None:
            raise NotFound(f"there is no rollout {rollout_id}; `mhc rollout show` lists them")
        looks = queries.looks(connection, rollout_id, LOOKS)
        decisions = queries.decisions(connection, found.model_version_id)
        readiness = shadow.readiness(rollout_shadow.compared(connection, rollout_id))
    return RolloutOut(
        **found._asdict(),
        model=found.model_version_id,
        control=found.control_id,
        reasons=list(looks[-1].reasons) if looks else [],
        numbers=dict(looks[-1].numbers) if looks else {},
        looks=[_look(look) for look in looks],
        decisions=[RolloutDecisionOut.model_validate(decision._asdict()) for decision in decisions],
        readiness=[ReadinessOut.model_validate(item, from_attributes=True) for item in readiness],
        server=ServerOut(problem=app.concierge.rollout.problem, shadow=app.concierge.rollout.shadow.counts),
    )


def _look(look: Look) -> LookOut:
    primary, numbers = look.numbers["metrics"]["composite"], look.numbers
    return LookOut(
        looked_at=look.looked_at,
        share=look.share,
        decision=look.decision,
        candidates=numbers["candidates"],
        controls=numbers["controls"],
        **{name: primary[name] for name in ("gain", "low", "high")},
    )
