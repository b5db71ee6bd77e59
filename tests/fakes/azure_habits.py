"""What Azure OpenAI does otherwise: it looks through files first, keeps no metadata, and answers by deployment.

Requests under ``/v1`` are answered as OpenAI does.
"""

from typing import Any

from starlette.requests import Request

from fakes.openai_endpoints import MODELS, Endpoints, Refusal


class AzureHabits(Endpoints):
    """The endpoints, with Azure's rules where a request came by Azure's paths."""

    def upload(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        file = super().upload(request, body)
        return self._looked_at(file, again=False) if request.scope["azure"] else file

    def get_file(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        file = super().get_file(request, body)
        return self._looked_at(file, again=True) if request.scope["azure"] else file

    def create_job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if not request.scope["azure"]:
            return super().create_job(request, body)
        for unknown in {"metadata"} & set(body):
            raise Refusal(400, "invalid_request_error", "unknown_parameter", "not known here", unknown)
        if len(body["suffix"]) > 18:
            raise Refusal(400, "invalid_request_error", "invalid_suffix", "longer than 18 characters", "suffix")
        if self._standin.looks_until_processed > 0:
            raise Refusal(400, "invalid_request_error", "file_not_ready", "a file is not processed", "training_file")
        job = super().create_job(request, body)
        job.update(suffix=body["suffix"], status="pending")
        return job

    def get_job(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        job = self._job(request)
        if request.scope["azure"] and job["status"] == "pending":
            job["status"] = "validating_files"
        job = super().get_job(request, body)
        if request.scope["azure"] and job["status"] == "succeeded":
            job["fine_tuned_model"] = f"{job['model']}.ft-{job['id'][-6:]}-{job['suffix']}"
        return job

    def chat(self, request: Request, body: dict[str, Any]) -> dict[str, Any]:
        if not request.scope["azure"]:
            return super().chat(request, body)
        name = request.scope["deployment"]
        model = self._standin.deployments.get(name, name if name in MODELS else None)
        if model is None:
            raise Refusal(404, "invalid_request_error", "DeploymentNotFound", f"no deployment {name}")
        return super().chat(request, body | {"model": model})

    def _looked_at(self, file: dict[str, Any], *, again: bool) -> dict[str, Any]:
        if again and self._standin.looks_until_processed > 0:
            self._standin.looks_until_processed -= 1
        return file | {"status": "pending" if self._standin.looks_until_processed > 0 else file["status"]}
