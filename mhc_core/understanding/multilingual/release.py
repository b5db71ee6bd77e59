"""The models of other languages as one file of the release, ``reading.npz``, loaded when the first message needs them.

``mhc bench train-multilingual`` makes the file again.
"""

import functools
import hashlib
from collections.abc import Sequence
from importlib import resources

import numpy as np

from mhc_core.artifacts import arrays
from mhc_core.providers.e5 import embedder as e5
from mhc_core.understanding.examples import MULTILINGUAL
from mhc_core.understanding.multilingual.model import Embed, Fields, Floats, Heads, MultilingualModel
from mhc_core.understanding.packing import PACKED, packed, unpacked
from mhc_core.understanding.tagger import Crf

FILE, DOCUMENT, FORMAT = "reading.npz", "multilingual.json", "mhc-multilingual-1"
_HEADS = ("acts", "topics", "needs")


def dump(model: MultilingualModel) -> bytes:
    """The file's bytes: the same for the same models."""
    kept = {f"{name}.{key}": array for name in _HEADS for key, array in packed(getattr(model.heads, name)).items()}
    for language, fields in model.fields.items():
        kept[f"{language}.slots"] = np.frombuffer(fields.slots.data, np.uint8)
        kept[f"{language}.parts"] = np.frombuffer(fields.parts.data, np.uint8)
    kept |= {"call_from": np.array(model.heads.call_from), "centre": model.heads.centre}
    return arrays.dump(DOCUMENT, {"format": FORMAT, "languages": sorted(model.fields)}, kept)


def parse(data: bytes, embed: Embed) -> MultilingualModel:
    """The models of a file; their version is its hash."""
    document, held = arrays.document(DOCUMENT, data), arrays.arrays(DOCUMENT, data)
    fields = {
        language: Fields(Crf(held[f"{language}.slots"].tobytes()), Crf(held[f"{language}.parts"].tobytes()))
        for language in document["languages"]
    }
    acts, topics, needs = (unpacked({key: held[f"{name}.{key}"] for key in PACKED}) for name in _HEADS)
    heads = Heads(acts, topics, needs, held["call_from"].item(), held["centre"])
    return MultilingualModel(fields, heads, embed, f"{MULTILINGUAL}{hashlib.sha256(data).hexdigest()[:12]}")


@functools.cache
def load() -> MultilingualModel:
    """The models of the release."""
    return parse((resources.files(__package__) / FILE).read_bytes(), vectors)


def vectors(texts: Sequence[str]) -> Floats:
    """The unit vectors of the multilingual embedder; one text alone is remembered for a while."""
    model = e5.load()
    return np.array([model.embed([text])[0] for text in texts], np.float32)
