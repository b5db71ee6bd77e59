"""Takes examples out of a trained local model: their answers, vectors and words are rows of its index, and go.

What stays are a few hundred weights that were fitted on all examples together: the intent classifier, the calibration
of confidence and the word frequencies. They hold nobody's words; the next training run fits them anew.
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from mhc_core.artifacts import store
from mhc_core.providers.local import artifact
from mhc_core.providers.local.artifact import TrainedModel


def without(data: bytes, examples: Collection[str]) -> tuple[bytes | None, int]:
    """The artifact without these examples, and how many it held; None as artifact when nothing is left of it.

    Raises:
        DataError: the artifact is no local model.
    """
    model = artifact.parse(data)
    kept = [row for row, example in enumerate(model.example_ids) if example not in examples]
    gone = len(model.example_ids) - len(kept)
    if not gone:
        return data, 0
    return (artifact.dump(_only(model, kept)) if kept else None), gone


def clean(uri: str, expected_sha256: str, folder: str, examples: Collection[str]) -> tuple[str | None, str | None, int]:
    """Write the cleaned artifact beside the old one, which stays; its URI and hash, and how many examples it lost.

    Without any of the examples the artifact stands as it is. URI and hash are None when nothing would be left.

    Raises:
        DataError: the artifact is damaged.
        NotFound: it does not exist.
        ConfigurationError, TransientError: the store refuses.
    """
    data, gone = without(store.read_verified(uri, expected_sha256), examples)
    if data is None:
        return None, None, gone
    if not gone:
        return uri, expected_sha256, 0
    digest = store.sha256(data)
    cleaned = f"{folder}/models/local-{digest[:16]}.zip"
    store.write_bytes(cleaned, data)
    return cleaned, digest, gone


def _only(model: TrainedModel, kept: list[int]) -> TrainedModel:
    rows = np.array(kept)
    index = replace(
        model.index,
        questions=model.index.questions[rows],
        answers=model.index.answers[rows],
        tfidf=model.index.tfidf[rows],
        intents=model.index.intents[rows],
        about=[model.index.about[row] for row in kept],
        bound=[model.index.bound[row] for row in kept],
    )
    return replace(
        model,
        example_ids=[model.example_ids[row] for row in kept],
        answers=[model.answers[row] for row in kept],
        index=index,
    )
