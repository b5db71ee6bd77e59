"""Trains the tagger on invented messages, real and hand-written ones with invented people, and reviewers' marks."""

import ctypes
import os
import tempfile
import threading
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path

from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.frozen import seen
from mhc_core.scrubbing.tagger.invented.messages import messages
from mhc_core.scrubbing.tagger.invented.natural import natural
from mhc_core.scrubbing.tagger.invented.written import written
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.scrubbing.tagger.tokens import Token, tokens

VERSION = "2"
"""Raised when the text or the training changes, so that the same marks are trained on anew."""
INVENTED = 50_000
"""Messages that are invented."""
_SETTINGS = {"c2": 0.03, "max_iterations": 12, "feature.minfreq": 7, "calibration.samples": 500}
_ONE_AT_A_TIME = threading.Lock()


def labels(found: Sequence[Token], spans: Iterable[tuple[str, int, int]]) -> list[str]:
    """The label of each token: begins, goes on with, or is outside of personal data.

    A token that sticks out is of it all the same: "annas" is Anna's, typed in a hurry.
    """
    result = ["O"] * len(found)
    for name, start, end in spans:
        first = True
        for place, token in enumerate(found):
            if token.start < end and token.end > start:
                result[place] = f"{'B' if first else 'I'}-{name}"
                first = False
    return result


def train(release: Sequence[Labelled], seed: int, extra: Sequence[Labelled] = ()) -> bytes:
    """A tagger as a file; the same messages and seed give the same bytes (five minutes on one core).

    ``release`` are messages of the release, which are also taught with people put into them; ``extra`` is taught as it
    is.
    """
    import pycrfsuite

    trainer = pycrfsuite.Trainer(algorithm="l2sgd", verbose=False)
    trainer.set_params(_SETTINGS)
    by_hand = written([Labelled(one.text, one.spans) for one in seen()], seed)
    naming = [message for message in release if any(label == "PERSON" for label, *_ in message.spans)]
    taught = chain(
        islice(messages(seed), INVENTED), natural(release, seed), natural(naming * 2, seed + 1), by_hand, extra
    )
    for message in taught:
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
