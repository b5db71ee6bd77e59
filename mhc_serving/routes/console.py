"""``/console`` on the API's port leads to the console, which is a process of its own."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse

from mhc_serving.access.deps import App

router = APIRouter(include_in_schema=False)


@router.get("/console")
def lead(request: Request, app: App) -> RedirectResponse:
    here = request.url.replace(port=app.settings.console_port, path="/console/", query="")
    return RedirectResponse(app.settings.console_url or str(here), 307)
