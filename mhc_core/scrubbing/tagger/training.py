"""Trains the tagger on invented messages, messages of the release that name nobody, and reviewers' marks."""

import ctypes
import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.invented.messages import Labelled, messages
from mhc_core.scrubbing.tagger.tokens import Token, tokens

INVENTED = 40_000
"""Messages that are invented."""
_SETTINGS = {"c2": 0.05, "max_iterations": 14, "feature.minfreq": 3, "calibration.samples": 500}
_ONE_AT_A_TIME = threading.Lock()


def labels(found: Sequence[Token], spans: Iterable[tuple[str, int, int]]) -> list[str]:
    """The label of each token: begins, goes on with, or is outside of personal data."""
    result = ["O"] * len(found)
    for name, start, end in spans:
        first = True
        for place, token in enumerate(found):
            if token.start >= start and token.end <= end:
                result[place] = f"{'B' if first else 'I'}-{name}"
                first = False
    return result


def train(extra: Sequence[Labelled], seed: int, invented: int = INVENTED) -> bytes:
    """A tagger as a file; the same messages and seed give the same bytes."""
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="l2sgd", verbose=False)
    trainer.set_params(_SETTINGS)
    for message in [*islice(messages(seed), invented), *extra]:
        found = tokens(message.text)
        if found:
            trainer.append(features(found), labels(found, message.spans))
    handle, name = tempfile.mkstemp(suffix=".crf")
    os.close(handle)
    try:
        with _ONE_AT_A_TIME:  # it draws from the generator of the C library, which all threads share
            ctypes.CDLL(None).srand(seed % 2**31)
            trainer.train(name)
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()
