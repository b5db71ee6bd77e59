"""What one process counts: requests by route, and answers by who gave them."""

import os
from pathlib import Path

import psutil
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

_REQUEST_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_MOST_NAMES = 100
"""So many different models and agents have a line of their own in one process; the rest is counted as ``other``."""
OTHER = "other"
_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The library reads it when a process imports it, and counts in files then."""


class Counters:
    """The counters of one app, in a registry of its own. Safe to use from several threads.

    Args:
        shared: the folder in which the processes of one server count together (``shared_folder``); None counts alone.
    """

    def __init__(self, shared: Path | None = None) -> None:
        self._own = CollectorRegistry()
        self._shared = shared
        self._names: set[tuple[str, str]] = set()
        self._requests = Counter(
            "mhc_http_requests", "Requests that were answered.", ("method", "route", "status"), registry=self._own
        )
        self._request_seconds = Histogram(
            "mhc_http_request_seconds",
            "Time from the request to the end of its answer (seconds).",
            ("route",),
            buckets=_REQUEST_SECONDS,
            registry=self._own,
        )
        self._in_flight = Gauge(
            "mhc_http_requests_in_flight",
            "Requests that are being answered now.",
            registry=self._own,
            multiprocess_mode="livesum",
        )
        self._answers = Counter(
            "mhc_answers",
            "Answers that customers were given, by the model and the agent that wrote them.",
            ("model", "agent", "cached"),
            registry=self._own,
        )
        self._answer_seconds = Histogram(
            "mhc_answer_seconds",
            "Time of a whole turn, from the message to the stored answer (seconds).",
            ("agent",),
            buckets=_REQUEST_SECONDS,
            registry=self._own,
        )
        self._handed_over = Counter(
            "mhc_answers_handed_over", "Answers after which a person has the conversation.", registry=self._own
        )

        self._reads = Counter(
            "mhc_reads", "Reads that the cache of reads was asked for.", ("kind", "result"), registry=self._own
        )
        self._saved = Counter(
            "mhc_reads_statements_saved", "Statements that were not sent thanks to it.", ("kind",), registry=self._own
        )
        self._checks = Counter(
            "mhc_reads_checks", "Statements that asked whether what is kept still holds.", registry=self._own
        )

    def read(self, kind: str, result: str, saved: int) -> None:
        """A read was answered: hit, miss or bypass."""
        self._reads.labels(kind, result).inc()
        if saved:
            self._saved.labels(kind).inc(saved)

    def checked(self) -> None:
        """The versions of kept reads were asked for."""
        self._checks.inc()

    def begin(self) -> None:
        """A request came."""
        self._in_flight.inc()

    def end(self, method: str, route: str | None, status: int, seconds: float) -> None:
        """A request was answered; ``route`` is its template, None where there is none."""
        self._in_flight.dec()
        known = route or OTHER
        self._requests.labels(method if method in _METHODS else OTHER, known, str(status)).inc()
        self._request_seconds.labels(known).observe(seconds)

    def answered(self, model: str, agent: str, seconds: float, *, cached: bool, escalated: bool) -> None:
        """A customer was given an answer."""
        name = (model, agent)
        if name not in self._names and len(self._names) >= _MOST_NAMES:
            model = agent = OTHER
        else:
            self._names.add(name)
        self._answers.labels(model, agent, str(cached).lower()).inc()
        self._answer_seconds.labels(agent).observe(seconds)
        if escalated:
            self._handed_over.inc()

    def registry(self) -> CollectorRegistry:
        """What to read: the counters of this process, or the sums of all that share a folder."""
        if self._shared is None:
            return self._own
        together = CollectorRegistry()
        MultiProcessCollector(together, path=str(self._shared))  # type: ignore[no-untyped-call]
        return together


def share(folder: Path) -> None:
    """Have the processes that are started from now on count in this folder, which is empty."""
    os.environ[_FOLDER] = str(folder)


def shared_folder() -> Path | None:
    """The folder in which this process counts with the others of its server, if it does. What processes that are gone
    had under way is under way no more."""
    if _FOLDER not in os.environ:
        return None
    folder = Path(os.environ[_FOLDER])
    for left in folder.glob("gauge_live*_*.db"):
        pid = int(left.stem.rsplit("_", 1)[1])
        if not psutil.pid_exists(pid):
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
    return folder
