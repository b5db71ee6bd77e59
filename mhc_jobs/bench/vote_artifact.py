"""A confidence predictor as one file (``array_archive``), named and verified by its hash."""

from typing import Any

from numpy.typing import NDArray

from mhc_core.artifacts import arrays as array_archive
from mhc_core.artifacts import store
from mhc_core.errors import DataError
from mhc_core.review.vote_features import CUES
from mhc_core.review.vote_predictor import ConfidencePredictor, Forest, Projection
from mhc_core.statistics.calibration import Calibrator

FORMAT = 1
KIND = "mhc-confidence-predictor"
_DOCUMENT = "predictor.json"


def save(predictor: ConfidencePredictor, folder_uri: str) -> tuple[str, str]:
    """Write the predictor under its content hash; its URI and sha256.

    Raises:
        ConfigurationError, TransientError: the artifact cannot be written.
    """
    data = dump(predictor)
    digest = store.sha256(data)
    uri = f"{folder_uri.rstrip('/')}/confidence/predictor-{digest[:16]}.zip"
    store.write_bytes(uri, data)
    return uri, digest


def load(uri: str, expected_sha256: str) -> ConfidencePredictor:
    """The predictor of an artifact, verified before anything of it is parsed.

    Raises:
        NotFound: the artifact is missing.
        DataError: its hash is not the recorded one, or its format is unknown.
    """
    return parse(store.read_verified(uri, expected_sha256))


def dump(predictor: ConfidencePredictor) -> bytes:
    """The file's bytes."""
    document = {
        "kind": KIND,
        "format": FORMAT,
        "cues": list(CUES),
        "embedder": predictor.embedder_id,
        "votes": predictor.votes,
        "calibrator": predictor.calibrator.kind,
    }
    arrays: dict[str, NDArray[Any]] = {
        "mean": predictor.projection.mean,
        "components": predictor.projection.components,
        "roots": predictor.forest.roots,
        "left": predictor.forest.left,
        "right": predictor.forest.right,
        "feature": predictor.forest.feature,
        "threshold": predictor.forest.threshold,
        "share": predictor.forest.share,
        "calibrator_x": predictor.calibrator.x,
        "calibrator_y": predictor.calibrator.y,
    }
    return array_archive.dump(_DOCUMENT, document, arrays)


def parse(data: bytes) -> ConfidencePredictor:
    """The predictor of a file whose hash was verified.

    Raises:
        DataError: no predictor of this format, or one that this version does not know.
    """
    try:
        document = array_archive.document(_DOCUMENT, data)
        if document.get("kind") != KIND:
            raise DataError("the file is no confidence predictor; train one again")
        if document.get("format") != FORMAT or document["cues"] != list(CUES):
            raise DataError("the predictor was written by another version of the program; train it again")
        arrays = array_archive.arrays(_DOCUMENT, data)
        return ConfidencePredictor(
            document["embedder"],
            document["votes"],
            Projection(arrays["mean"], arrays["components"]),
            Forest(*(arrays[name] for name in ("roots", "left", "right", "feature", "threshold", "share"))),
            Calibrator(document["calibrator"], arrays["calibrator_x"], arrays["calibrator_y"]),
        )
    except array_archive.DAMAGED:
        raise DataError("the predictor file is damaged; restore the artifact or train again") from None
