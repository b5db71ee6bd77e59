"""What the stand-in remembers: files and fine-tuning jobs, on disk when asked, so that a restart forgets nothing."""

import json
import threading
from pathlib import Path
from typing import Any

FIRST_SECOND = 1_790_000_000
STEPS = ("validating_files", "queued", "running", "succeeded")
FINAL = ("succeeded", "failed", "cancelled")


class State:
    """Every change is written before it is answered."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.RLock()
        stored = json.loads(path.read_text()) if path and path.exists() else {}
        self.files: dict[str, dict[str, Any]] = stored.get("files", {})
        self.contents: dict[str, str] = stored.get("contents", {})
        self.jobs: dict[str, dict[str, Any]] = stored.get("jobs", {})
        self.events: dict[str, list[dict[str, Any]]] = stored.get("events", {})
        self._count: int = stored.get("count", 0)

    def add_file(self, filename: str, purpose: str, content: bytes) -> dict[str, Any]:
        with self._lock:
            number = self._next()
            file = {
                "id": f"file-{number:06d}",
                "object": "file",
                "bytes": len(content),
                "created_at": FIRST_SECOND + number,
                "filename": filename,
                "purpose": purpose,
                "status": "processed",
            }
            self.files[file["id"]] = file
            self.contents[file["id"]] = content.decode()
            self._write()
            return file

    def remove_file(self, file_id: str) -> None:
        with self._lock:
            del self.files[file_id], self.contents[file_id]
            self._write()

    def add_job(self, body: dict[str, Any]) -> dict[str, Any]:
        with self._lock:
            number = self._next()
            epochs = body["method"]["supervised"]["hyperparameters"]["n_epochs"]
            job = {
                "id": f"ftjob-{number:06d}",
                "object": "fine_tuning.job",
                "created_at": FIRST_SECOND + number,
                "error": None,
                "fine_tuned_model": None,
                "finished_at": None,
                "hyperparameters": {"n_epochs": epochs, "batch_size": "auto", "learning_rate_multiplier": "auto"},
                "model": body["model"],
                "organization_id": "org-standin",
                "result_files": [],
                "status": STEPS[0],
                "trained_tokens": None,
                "training_file": body["training_file"],
                "validation_file": body.get("validation_file"),
                "seed": 7,
                "method": body["method"],
                "metadata": body.get("metadata"),
            }
            self.jobs[job["id"]] = job
            self.events[job["id"]] = []
            self._happened(job, "Created fine-tuning job")
            self._write()
            return job

    def advance(self, job_id: str) -> None:
        """One step towards success; a finished job stays as it is."""
        with self._lock:
            job = self.jobs[job_id]
            if job["status"] in FINAL:
                return
            job["status"] = STEPS[STEPS.index(job["status"]) + 1]
            if job["status"] == "running":
                self._happened(job, "Step 1: training loss=1.25", {"step": 1, "train_loss": 1.25})
                self._happened(job, "Step 2: training loss=1.00", {"step": 2, "train_loss": 1.0})
                self._happened(job, "Fine-tuning job started")
            if job["status"] == "succeeded":
                # Its own way of counting, so that the client's estimate and the bill are two different figures.
                losses = {"step": 3, "train_loss": 0.75, "valid_loss": 0.9}
                self._happened(job, "Step 3: training loss=0.75, validation loss=0.90", losses)
                words = len(self.contents[job["training_file"]].split())
                job["trained_tokens"] = words * job["hyperparameters"]["n_epochs"]
                job["fine_tuned_model"] = f"ft:{job['model']}:standin::{job['id'][-6:]}"
                self._finish(job, "The job has successfully completed")
            self._write()

    def fail(self, job_id: str, code: str, message: str) -> None:
        with self._lock:
            job = self.jobs[job_id]
            job.update(status="failed", error={"code": code, "message": message, "param": "training_file"})
            self._finish(job, message)
            self._write()

    def cancel(self, job_id: str) -> None:
        with self._lock:
            self.jobs[job_id]["status"] = "cancelled"
            self._finish(self.jobs[job_id], "Fine-tuning job cancelled")
            self._write()

    def _finish(self, job: dict[str, Any], message: str) -> None:
        self._happened(job, message)
        job["finished_at"] = FIRST_SECOND + self._count

    def _happened(self, job: dict[str, Any], message: str, data: dict[str, Any] | None = None) -> None:
        number = self._next()
        event = {
            "object": "fine_tuning.job.event",
            "id": f"ftevent-{number:06d}",
            "created_at": FIRST_SECOND + number,
            "level": "info",
            "message": message,
            "type": "metrics" if data else "message",
            "data": data or {},
        }
        self.events[job["id"]].insert(0, event)

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _write(self) -> None:
        if self._path is None:
            return
        everything = {
            "files": self.files,
            "contents": self.contents,
            "jobs": self.jobs,
            "events": self.events,
            "count": self._count,
        }
        waiting = self._path.with_suffix(".writing")
        waiting.write_text(json.dumps(everything))
        waiting.replace(self._path)
