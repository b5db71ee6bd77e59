"""A trained local model as one file (``array_archive``): the same bytes for the same model.

A format version that this code does not know is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mhc_core.artifacts import arrays as array_archive
from mhc_core.errors import DataError
from mhc_core.providers.local.confidence import Confidence, Scorer
from mhc_core.providers.local.index import Index
from mhc_core.statistics.calibration import Calibrator
from mhc_core.vocabulary import Intent

FORMAT = 1
KIND = "mhc-local-model"
_DOCUMENT = "model.json"


@dataclass(frozen=True, slots=True)
class IntentModel:
    """Multinomial logistic regression over question vectors: probabilities of ``classes``, in their order."""

    classes: tuple[Intent, ...]
    weights: NDArray[np.float32]
    bias: NDArray[np.float32]

    def __call__(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = vectors @ self.weights.T + self.bias
        power = np.exp(logits - logits.max(axis=1, keepdims=True))
        probability: NDArray[np.float32] = power / power.sum(axis=1, keepdims=True)
        return probability


@dataclass(frozen=True, slots=True)
class TrainedModel:
    """All that answering needs. ``answers`` are scrubbed and presentable; rows match those of the index."""

    embedder_id: str
    hyperparameters: Mapping[str, Any]
    example_ids: Sequence[str]
    answers: Sequence[str]
    index: Index
    intent: IntentModel
    confidence: Confidence


def dump(model: TrainedModel) -> bytes:
    """The file's bytes."""
    document = {
        "kind": KIND,
        "format": FORMAT,
        "embedder": model.embedder_id,
        "hyperparameters": dict(model.hyperparameters),
        "intents": list(model.intent.classes),
        "calibrator": model.confidence.calibrator.kind,
        "bias": model.confidence.scorer.bias,
        "terms": int(model.index.tfidf.shape[1]),
        "example_ids": list(model.example_ids),
        "answers": list(model.answers),
        "about": [sorted(items) for items in model.index.about],
        "bound": [sorted(items) for items in model.index.bound],
    }
    used = np.flatnonzero(np.bincount(model.index.tfidf.indices, minlength=model.index.tfidf.shape[1]))
    arrays = {
        "questions": model.index.questions,
        "answers": model.index.answers,
        "tfidf_data": model.index.tfidf.data.astype(np.float32),
        "tfidf_indices": model.index.tfidf.indices.astype(np.int32),
        "tfidf_indptr": model.index.tfidf.indptr.astype(np.int32),
        "idf_unseen": model.index.idf.max(initial=1.0, keepdims=True),
        "idf_terms": used.astype(np.int32),
        "idf": model.index.idf[used],
        "intents": model.index.intents,
        "intent_weights": model.intent.weights,
        "intent_bias": model.intent.bias,
        "scorer_mean": model.confidence.scorer.mean,
        "scorer_scale": model.confidence.scorer.scale,
        "scorer_weights": model.confidence.scorer.weights,
        "calibrator_x": model.confidence.calibrator.x,
        "calibrator_y": model.confidence.calibrator.y,
    }
    return array_archive.dump(_DOCUMENT, document, arrays)


def parse(data: bytes) -> TrainedModel:
    """The model of a file whose hash was verified.

    Raises:
        DataError: no model of this format, or of one this version does not know.
    """
    from scipy import sparse

    try:
        document = array_archive.document(_DOCUMENT, data)
        if document.get("kind") != KIND:
            raise DataError("the file is no trained local model; give the artifact of a local training job")
        if document.get("format") != FORMAT:
            raise DataError(f"the model has an unknown format, known is {FORMAT}; train again or update the program")
        arrays = array_archive.arrays(_DOCUMENT, data)
        idf = np.full(document["terms"], arrays["idf_unseen"][0], dtype=np.float32)
        idf[arrays["idf_terms"]] = arrays["idf"]
        tfidf = sparse.csr_matrix(
            (arrays["tfidf_data"], arrays["tfidf_indices"], arrays["tfidf_indptr"]),
            shape=(len(document["answers"]), document["terms"]),
        )
        return TrainedModel(
            embedder_id=document["embedder"],
            hyperparameters=document["hyperparameters"],
            example_ids=document["example_ids"],
            answers=document["answers"],
            index=Index(
                questions=arrays["questions"],
                answers=arrays["answers"],
                tfidf=tfidf,
                idf=idf,
                intents=arrays["intents"],
                about=[frozenset(items) for items in document["about"]],
                bound=[frozenset(items) for items in document["bound"]],
            ),
            intent=IntentModel(
                tuple(Intent(name) for name in document["intents"]), arrays["intent_weights"], arrays["intent_bias"]
            ),
            confidence=Confidence(
                Scorer(
                    arrays["scorer_mean"], arrays["scorer_scale"], arrays["scorer_weights"], float(document["bias"])
                ),
                Calibrator(document["calibrator"], arrays["calibrator_x"], arrays["calibrator_y"]),
            ),
        )
    except array_archive.DAMAGED:
        raise DataError("the model file is damaged; restore the artifact or train again") from None
