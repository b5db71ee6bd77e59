"""Fine-tuning at OpenAI behind the ``FineTuner`` protocol. A job is bought at most once for a key.

Three things are created at the provider, in this order: the training file, the validation file, the job. Before each
the intent is saved and after it what came back; and none of the requests is repeated by the SDK. A run that was killed,
or whose answer got lost, leaves its creation behind under a name made from the key: the file name, and the job's
metadata. The next run looks there first, and creates only what it does not find. Two runs at the same time are kept
apart by the caller's lock.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mhc_core.errors import BudgetExceeded, DataError, ProviderUnavailable
from mhc_core.protocols import JobState, SaveProgress, TrainingFiles
from mhc_core.providers import tokens
from mhc_core.providers.openai import deprecations, jobs
from mhc_core.providers.openai import prices as openai_prices
from mhc_core.vocabulary import JobStatus

if TYPE_CHECKING:
    import openai
    from openai.types.fine_tuning import FineTuningJob, FineTuningJobEvent

UPLOAD_SECONDS = 600.0
OPENAI_HOST = "api.openai.com"


class OpenAIFineTuner:
    """Supervised fine-tuning of ``base_model`` for ``epochs`` epochs, refused above ``budget_usd``.

    At OpenAI itself a job is also refused when, on the day ``today``, no more are sold; another server that speaks the
    same protocol has dates of its own.
    """

    def __init__(
        self,
        client: "openai.OpenAI",
        base_model: str,
        epochs: int,
        budget_usd: Decimal,
        today: date,
        prices: openai_prices.PriceTable | None = None,
    ) -> None:
        self._client = client
        self._once = client.with_options(max_retries=0, timeout=UPLOAD_SECONDS)
        self._base_model = base_model
        self._epochs = epochs
        self._budget = budget_usd
        self._today = today
        self._prices = prices or openai_prices.load()

    @property
    def provider(self) -> str:
        return "openai"

    @property
    def base_model(self) -> str:
        return self._base_model

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return {"n_epochs": self._epochs}

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        """Tokens of the training file × epochs × training price; the validation file is not billed.

        Raises:
            ConfigurationError: no training price is known for the base model.
            DataError: a line of the training file is not a chat example.
        """
        counted = sum(tokens.count_chat(messages, self._base_model) for messages in _examples(files.train_uri))
        return self._prices.training_usd(self._base_model, counted * self._epochs)

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        """Create the job named by ``key``, or find the one a former run created.

        Raises:
            BudgetExceeded: the estimate is above the budget; nothing was uploaded.
            AccessDenied: no more jobs are sold, this account may not fine-tune, or the key is refused.
            ConfigurationError: the base model, its price or the account's credit is missing.
            ProviderUnavailable: try again later with the same key and the saved state.
        """
        if known.provider_job_id:
            return self.poll(known)
        if not known.progress:
            self._check_open()
            self._check_budget(files)
        present = self._uploaded(key, files, known)
        job = self._find_job(key, present)
        if job is None:
            if known.progress:
                self._check_budget(files)
            job, known = self._create(files, key, replace(known, progress={**known.progress, **present}), save)
        state = self._state(known, job)
        save(state)
        return state

    def poll(self, known: JobState) -> JobState:
        """The job as it stands now, with its real cost once OpenAI has counted the tokens.

        Raises:
            NotFound: OpenAI does not know the job.
            AccessDenied, ProviderUnavailable: see ``openai_errors``.
        """
        if known.status.final or known.provider_job_id is None:
            return known
        with self._errors():
            job = self._client.fine_tuning.jobs.retrieve(known.provider_job_id)
            events = self._client.fine_tuning.jobs.list_events(known.provider_job_id, limit=jobs.EVENTS)
            seen = list(events) if job.status == "succeeded" else events.data
        return self._state(known, job, seen)

    def _create(
        self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress
    ) -> tuple["FineTuningJob", JobState]:
        for part, uri in _parts(files):
            if f"{part}_file_id" in known.progress:
                continue
            known = replace(known, status=JobStatus.INTENDED, progress={**known.progress, "next": f"upload {part}"})
            save(known)
            content = _upload(uri)
            with self._errors():
                created = self._once.files.create(file=(_file_name(key, part), content), purpose="fine-tune")
            known = replace(known, progress={**known.progress, f"{part}_file_id": created.id})
            save(known)
        known = replace(known, status=JobStatus.INTENDED, progress={**known.progress, "next": "create job"})
        save(known)
        self._require_ready([str(known.progress[f"{part}_file_id"]) for part, _ in _parts(files)])
        with self._errors():
            job = self._once.fine_tuning.jobs.create(
                model=self._base_model,
                training_file=known.progress["train_file_id"],
                validation_file=known.progress.get("validation_file_id"),
                method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": self._epochs}}},
                suffix=suffix(key),
                **self._named(key),
            )
        return job, known

    def _named(self, key: str) -> dict[str, Any]:
        """What of a job, beside its suffix, carries the key."""
        return {"metadata": {jobs.KEY: key}}

    def _require_ready(self, file_ids: list[str]) -> None:
        """Whether a job may be created on these files at once: at OpenAI it may."""

    def _uploaded(self, key: str, files: TrainingFiles, known: JobState) -> dict[str, str]:
        """Ids of the files that a former run uploaded under this key, saved or not."""
        wanted = {_file_name(key, part): f"{part}_file_id" for part, _ in _parts(files)}
        found = {name: str(known.progress[name]) for name in wanted.values() if name in known.progress}
        if len(found) == len(wanted):
            return found
        with self._errors():
            for file in self._client.files.list(purpose="fine-tune", limit=1_000):
                if file.filename in wanted and file.status != "error":
                    found.setdefault(wanted[file.filename], file.id)
        return found

    def _find_job(self, key: str, present: Mapping[str, str]) -> "FineTuningJob | None":
        """The job that carries the key, or, on a server that drops metadata, the one that trains on the key's file."""
        with self._errors():
            for job in self._client.fine_tuning.jobs.list(limit=100):
                if self._is_named(job, key):
                    return job
                if not job.metadata and job.training_file == present.get("train_file_id"):
                    return job
        return None

    def _is_named(self, job: "FineTuningJob", key: str) -> bool:
        return (job.metadata or {}).get(jobs.KEY) == key

    def _state(self, known: JobState, job: "FineTuningJob", events: "Sequence[FineTuningJobEvent]" = ()) -> JobState:
        state = jobs.state(known, job, events)
        lifecycle = deprecations.find(self.provider, self._base_model)
        if lifecycle is not None and lifecycle.fine_tuned_retires is not None:
            ends = lifecycle.fine_tuned_retires.on.isoformat()
            state = replace(state, metrics={**state.metrics, "model_shuts_down": ends})
        if job.trained_tokens is not None:
            return replace(state, cost_usd=self._prices.training_usd(self._base_model, job.trained_tokens))
        return state

    def _check_open(self) -> None:
        if urlsplit(str(self._client.base_url)).hostname == OPENAI_HOST:
            deprecations.require_open(self.provider, self._base_model, self._today)

    def _check_budget(self, files: TrainingFiles) -> None:
        estimate = self.estimate_usd(files)
        if estimate > self._budget:
            raise BudgetExceeded(
                f"fine-tuning {self._base_model} is estimated at {estimate:.2f} USD and the budget is "
                f"{self._budget:.2f} USD: raise MHC_FINE_TUNE_BUDGET_USD, or train on fewer examples or epochs"
            )

    def _errors(self) -> Any:
        from mhc_core.providers.openai.errors import provider_errors

        return provider_errors("fine-tuning", self._base_model)


def _parts(files: TrainingFiles) -> list[tuple[str, str]]:
    parts = [("train", files.train_uri)]
    return [*parts, ("validation", files.validation_uri)] if files.validation_count else parts


def suffix(key: str) -> str:
    """What of the key stands in the name of the trained model; within Azure's 18 characters."""
    return f"mhc-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _file_name(key: str, part: str) -> str:
    return f"mhc-{hashlib.sha256(key.encode()).hexdigest()[:32]}-{part}.jsonl"


def _read(uri: str) -> bytes:
    import fsspec

    try:
        with fsspec.open(uri, "rb") as file:
            content: bytes = file.read()
    except FileNotFoundError:
        raise DataError(f"the data set file {uri} is missing: build the data set again") from None
    except OSError as error:
        raise ProviderUnavailable(
            f"the data set file {uri} cannot be read ({error.strerror}): try again later"
        ) from None
    return content


def _upload(uri: str) -> bytes:
    """The file with the messages alone: a provider may refuse keys it does not know, and ours are not its business."""
    import orjson

    return b"".join(
        orjson.dumps({"messages": messages}, option=orjson.OPT_APPEND_NEWLINE) for messages in _examples(uri)
    )


def _examples(uri: str) -> Iterator[list[dict[str, Any]]]:
    """The message lists of a chat JSONL file."""
    import orjson

    for number, line in enumerate(_read(uri).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            messages = orjson.loads(line)["messages"]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            messages = None
        if not isinstance(messages, list) or not all(isinstance(message, dict) for message in messages):
            raise DataError(f"line {number} of {uri} is not a chat example: run `mhc dataset validate` on the file")
        yield messages
