"""Trains the taggers of other languages: ``python -m mhc_core.scrubbing.tagger.languages.training [es|signs]``.

All text is invented; names of Spanish speakers come from ``faker``, a dependency of development.
"""

import ctypes
import lzma
import sys
import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from mhc_core.scrubbing.tagger.invented.messages import messages as english
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.scrubbing.tagger.languages.fields import FIELDS, file_of
from mhc_core.scrubbing.tagger.languages.invented import messages
from mhc_core.scrubbing.tagger.tokens import tokens
from mhc_core.scrubbing.tagger.training import labels

_TAUGHT = {"es": {"es": 16_000, "en": 4_000}, "signs": {"zh-Hans": 17_000, "zh-Hant": 9_000, "ja": 13_000}}
"""Messages of each language that a tagger is taught."""
_SETTINGS = {"c2": 0.03, "max_iterations": 10, "feature.minfreq": 5, "calibration.samples": 500}
SEED = 7


def taught(field: str, seed: int) -> Iterator[Labelled]:
    """The messages that a field is taught."""
    for language, count in _TAUGHT[field].items():
        yield from islice(english(seed) if language == "en" else messages(language, seed), count)


def train(field: str, seed: int = SEED) -> bytes:
    """A field as a file; the same seed gives the same bytes (two minutes on one core)."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="l2sgd", verbose=False)
    trainer.set_params(_SETTINGS)
    for message in taught(field, seed):
        found = tokens(message.text)
        if found:
            trainer.append(FIELDS[field](found), labels(found, message.spans))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "field.crf")
        ctypes.CDLL(None).srand(seed)
        trainer.train(str(file))
        return file.read_bytes()


def main() -> None:
    """Write the files beside this module."""
    for field in sys.argv[1:] or FIELDS:
        Path(__file__).with_name(file_of(field)).write_bytes(lzma.compress(train(field)))


if __name__ == "__main__":
    main()
