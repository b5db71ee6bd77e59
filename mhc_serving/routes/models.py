"""``GET /api/v1/models``: what answers now and which versions there are. For staff."""

from typing import Annotated

from fastapi import APIRouter, Query

from mhc_core.db.queries import training as queries
from mhc_serving.access.deps import App, Staff
from mhc_serving.schemas.models import ModelOut, ModelsOut

router = APIRouter(prefix="/api/v1", tags=["staff"])


@router.get("/models", summary="Live and recorded models")
def models(app: App, _: Staff, limit: Annotated[int, Query(ge=1, le=200)] = 50) -> ModelsOut:
    """The live versions of this process and the recorded models, newest first. Roles: agent, reviewer, admin."""
    live = app.concierge.live.now
    with app.engine.connect() as connection:
        rows = queries.models(connection, limit)
    return ModelsOut(
        live_model=live.model_id,
        asked_in_order=[model.version_id for model in live.models],
        knowledge_version=live.knowledge_id,
        problems=app.concierge.live.problems,
        versions=[ModelOut.model_validate(row._asdict(), extra="ignore") for row in rows],
    )
