"""A confidence predictor as one file: a zip of plain arrays and one JSON document, named and verified by its hash.

As with the local model, no pickle is written or read, and the same predictor gives the same bytes.
"""

import io
import zipfile

import numpy as np
import orjson

from mhc_core import artifacts
from mhc_core.confidence_features import CUES
from mhc_core.confidence_predictor import ConfidencePredictor, Forest, Projection
from mhc_core.errors import DataError
from mhc_core.providers.local_confidence import Calibrator

FORMAT = 1
KIND = "mhc-confidence-predictor"
_DOCUMENT = "predictor.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(predictor: ConfidencePredictor, folder_uri: str) -> tuple[str, str]:
    """Write the predictor under its content hash; its URI and sha256.

    Raises:
        ConfigurationError, TransientError: the artifact can not be written.
    """
    data = dump(predictor)
    digest = artifacts.sha256(data)
    uri = f"{folder_uri.rstrip('/')}/confidence/predictor-{digest[:16]}.zip"
    artifacts.write_bytes(uri, data)
    return uri, digest


def load(uri: str, expected_sha256: str) -> ConfidencePredictor:
    """The predictor of an artifact, verified before anything of it is parsed.

    Raises:
        NotFound: the artifact is missing.
        DataError: its hash is not the recorded one, or its format is unknown.
    """
    return parse(artifacts.read_verified(uri, expected_sha256))


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
    arrays = {
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
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        _write(archive, _DOCUMENT, orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
        for name, array in sorted(arrays.items()):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), version=(1, 0), allow_pickle=False)
            _write(archive, f"{name}.npy", buffer.getvalue())
    return target.getvalue()


def parse(data: bytes) -> ConfidencePredictor:
    """The predictor of a file whose hash was verified.

    Raises:
        DataError: no predictor of this format, or one that this version does not know.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            document = orjson.loads(archive.read(_DOCUMENT))
            if document.get("kind") != KIND:
                raise DataError("the file is no confidence predictor; train one again")
            if document.get("format") != FORMAT or document["cues"] != list(CUES):
                raise DataError("the predictor was written by another version of the program; train it again")
            arrays = {
                name.removesuffix(".npy"): np.lib.format.read_array(io.BytesIO(archive.read(name)), allow_pickle=False)
                for name in archive.namelist()
                if name != _DOCUMENT
            }
        return ConfidencePredictor(
            document["embedder"],
            document["votes"],
            Projection(arrays["mean"], arrays["components"]),
            Forest(*(arrays[name] for name in ("roots", "left", "right", "feature", "threshold", "share"))),
            Calibrator(document["calibrator"], arrays["calibrator_x"], arrays["calibrator_y"]),
        )
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, AttributeError, EOFError):
        raise DataError("the predictor file is damaged; restore the artifact or train again") from None


def _write(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, data, compresslevel=1)
