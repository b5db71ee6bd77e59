"""``/healthz`` says that the process runs, ``/readyz`` that customers get proper answers."""

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from mhc_core.db.queries.incidents import Incident
from mhc_core.monitoring import incidents
from mhc_serving.access.deps import App
from mhc_serving.schemas.health import Degradation, Health, Readiness

router = APIRouter(tags=["health"])


@router.get("/healthz", summary="The process runs")
async def healthz() -> Health:
    """Always 200 while the process can answer at all, however busy its threads are."""
    return Health()


@router.get("/readyz", summary="Customers get answers", responses={503: {"model": Readiness}})
def readyz(app: App, response: Response) -> Readiness:
    """200 when database, model and knowledge are there and the server stays, else 503 with the reasons.

    A new version that cannot be loaded while the one before goes on answering is a warning, not a reason. What is
    wrong with the pipeline keeps nobody from being answered: it is told as *degraded*.
    """
    versions = app.concierge.live
    reasons = versions.missing
    wrong: list[Incident] = []
    try:
        with app.engine.connect() as connection:
            wrong = incidents.current(connection, app.clock())
    except SQLAlchemyError:
        reasons["database"] = "the database does not answer; start it or check MHC_DATABASE_URL"
    if app.draining.begun:
        reasons["server"] = "it is about to stop; ask another one"
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
        degraded=[Degradation(kind=one.kind, subject=one.subject, since=one.opened_at) for one in wrong],
    )
