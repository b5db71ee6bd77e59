"""The provider ``local``: training and answering on this machine, with no network and no cost."""

import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from mhc_core.artifacts import store
from mhc_core.errors import DataError
from mhc_core.protocols import Embedder, JobState, SaveProgress, TrainingFiles
from mhc_core.providers.local import artifact, index
from mhc_core.providers.local.examples import parse
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.providers.local.model import ABSTAIN_BELOW, LocalModel
from mhc_core.vocabulary import JobStatus

__all__ = ["KnowledgeOnlyModel", "LocalFineTuner", "LocalModel", "load_model"]


class LocalFineTuner:
    """A ``FineTuner`` that trains within :meth:`submit` and writes one artifact, named by its content hash."""

    provider = "local"

    def __init__(self, embedder: Embedder, artifacts_uri: str, seed: int) -> None:
        self._embedder = embedder
        self._artifacts_uri = artifacts_uri.rstrip("/")
        self._seed = seed

    @property
    def base_model(self) -> str:
        return self._embedder.id

    @property
    def hyperparameters(self) -> Mapping[str, Any]:
        return {
            "seed": self._seed,
            "format": artifact.FORMAT,
            "abstain_below": ABSTAIN_BELOW,
            "tfidf_weight": index.TFIDF_WEIGHT,
            "question_weight": index.QUESTION_WEIGHT,
            "neighbours": index.NEIGHBOURS,
            "agreement_weight": index.AGREEMENT_WEIGHT,
            "intent_weight": index.INTENT_WEIGHT,
        }

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        return Decimal(0)

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        """Train now and return a final state; a job that already ended is returned as it is.

        Nothing is saved on the way: a killed training leaves the job intended, and training again makes the same file.

        Raises:
            NotFound: the training file is missing.
            ConfigurationError: the artifact cannot be written.
        """
        if known.status.final:
            return known
        from mhc_core.providers.local.training import train  # scikit-learn

        started = time.perf_counter()
        try:
            examples = parse(store.read_bytes(files.train_uri))
            model, metrics = train(examples, self._embedder, self._seed, ABSTAIN_BELOW, self.hyperparameters)
        except DataError as error:
            return JobState(JobStatus.FAILED, error=str(error), cost_usd=Decimal(0))
        data = artifact.dump(model)
        digest = store.sha256(data)
        uri = f"{self._artifacts_uri}/models/local-{digest[:16]}.zip"
        store.write_bytes(uri, data)
        return JobState(
            JobStatus.SUCCEEDED,
            provider_model_id=f"local-{digest[:16]}",
            artifact_uri=uri,
            artifact_sha256=digest,
            cost_usd=Decimal(0),
            metrics={**metrics, "bytes": len(data), "seconds": round(time.perf_counter() - started, 3)},
        )

    def poll(self, known: JobState) -> JobState:
        """The known state: a local job has ended when submitting returns."""
        return known


def load_model(version_id: str, artifact_uri: str, artifact_sha256: str, embedder: Embedder) -> LocalModel:
    """The trained model of an artifact, verified before anything of it is parsed.

    Raises:
        NotFound: the artifact is missing.
        DataError: its hash is not the recorded one, or its format is unknown.
        ConfigurationError: it was trained with another embedder.
    """
    trained = artifact.parse(store.read_verified(artifact_uri, artifact_sha256))
    return LocalModel(version_id, trained, embedder)
