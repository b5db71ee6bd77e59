"""``/metrics``: counters and gauges for Prometheus."""

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from mhc_serving.access import metrics_reader
from mhc_serving.access.deps import App, Credential, holder_of, require

router = APIRouter(tags=["health"])


@router.get(
    "/metrics",
    summary="Counters and gauges for Prometheus",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus' text format."},
        401: {"description": "Neither the key in MHC_METRICS_KEY nor one of role admin came with it."},
        403: {"description": "The key is of another role."},
        429: {"description": "Too many requests."},
    },
)
async def metrics(request: Request, app: App, key: Credential) -> Response:
    """For the key in `MHC_METRICS_KEY`, keys of role admin, and programs on this machine. Holds no words and no ids of
    customers.
    """
    if not metrics_reader.may_read(request, app.settings):
        require(await holder_of(request, app, key))
    return await run_in_threadpool(app.metrics.page)
