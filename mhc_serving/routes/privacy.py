"""``POST /api/v1/privacy/erasures``: forgets a customer. For admins."""

from fastapi import APIRouter

from mhc_core.business import pricing as business_data
from mhc_core.privacy.erase import Forgetter
from mhc_core.providers import select
from mhc_serving.access.deps import Admin, App
from mhc_serving.schemas.privacy import ErasureIn, ErasureOut
from mhc_serving.schemas.problem import Problem

router = APIRouter(prefix="/api/v1/privacy", tags=["staff"])


@router.post(
    "/erasures",
    summary="Forget a customer",
    responses={
        404: {"model": Problem, "description": "Nothing is held of such a customer, and nothing was done."},
        409: {"model": Problem, "description": "The customer's answers were being worked on; send it again."},
        503: {"model": Problem, "description": "The database does not answer; send it again, it goes on from there."},
    },
)
def erase(asked: ErasureIn, app: App, admin: Admin) -> ErasureOut:
    """Delete or empty all that is held about a customer, in data sets, models and knowledge too, and return the
    certificate. Asking again finishes what was interrupted, or returns the same certificate. A customer of whom nothing
    is held is refused unless `unknown` is true. Role: admin."""
    settings = app.settings
    forgetter = Forgetter(app.engine, select.embedder(settings), business_data.load(settings.business_file), settings)
    made, inbox_files = forgetter.erase(asked.customer_id, admin.name, app.clock(), unknown=asked.unknown)
    return ErasureOut(
        customer_hash=made["customer_hash"],
        finished_at=made["finished_at"],
        certificate=made,
        inbox_files=inbox_files,
    )
