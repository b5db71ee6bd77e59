"""``/healthz`` says that the process runs, ``/readyz`` that customers get proper answers."""

import sqlalchemy as sa
from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from mhc_serving.access.deps import App
from mhc_serving.schemas.health import Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process runs")
def healthz() -> Health:
    """Always 200 while the process can answer at all."""
    return Health()


@router.get("/readyz", summary="Customers get answers", responses={503: {"model": Readiness}})
def readyz(app: App, response: Response) -> Readiness:
    """200 when database, model and knowledge are there, else 503 with the reasons.

    A new version that can not be loaded while the one before goes on answering is a warning, not a reason.
    """
    versions = app.concierge.live
    reasons = versions.missing
    try:
        with app.engine.connect() as connection:
            connection.execute(sa.text("select 1"))
    except SQLAlchemyError:
        reasons["database"] = "the database does not answer; start it or check MHC_DATABASE_URL"
    if reasons:
        response.status_code = 503
    live, candidate = versions.now, app.concierge.rollout.problem
    warnings = {part: text for part, text in versions.problems.items() if part not in reasons}
    return Readiness(
        ready=not reasons,
        model=live.model_id,
        knowledge_version=live.knowledge_id,
        reasons=reasons,
        warnings=warnings | ({"candidate": candidate} if candidate else {}),
    )
