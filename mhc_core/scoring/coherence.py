"""Coherence: whether each answer addresses what the customer said before it.

A classifier of an exchange, trained on people's marks of answers of many systems (``mhc bench train-scores``). Its cues
have known directions, and no embedding as such is among them: cues carry over from one source to another, and measured
across sources a classifier that also saw embeddings was worse (Spearman 0.22 to 0.26 against 0.23 to 0.27).
"""

import numpy as np
from numpy.typing import NDArray

from mhc_core.scoring import cues
from mhc_core.scoring.talks import Talk

Floats = NDArray[np.float64]

CUES = {
    "cosine of question and answer": 1.0,
    "question's words in the answer": 1.0,
    "answer's words in the question": 1.0,
    "says little": -1.0,
    "apologises": -1.0,
    "given before": -1.0,
    "nearest earlier answer": -1.0,
    "customer repeats": -1.0,
}
"""Each cue of an exchange with its direction: 1 where more of it is never worse, -1 where it is never better."""
SIGNS = np.array(list(CUES.values()))
RIDGE = 1000.0
TOWARD = 0.15
"""Weights start alike, and 1,000 marked answers' worth of evidence moves them half of the way."""
_FEW_WORDS = 12
_REMEMBERED = 20  # turns; whoever repeats does so soon


def exchange_cues(talk: Talk) -> Floats:
    """The cues of each exchange, shape (exchanges, cues)."""
    rows = [_cues(talk, asked, answered) for asked, answered in talk.exchanges]
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(CUES))


def _cues(talk: Talk, asked: int, answered: int) -> list[float]:
    question, answer = talk.turns[asked].content, talk.turns[answered].content
    wanted, said = cues.telling_words(question), cues.telling_words(answer)
    common = len(wanted & said)
    earlier = [place for place in talk.answers if place < answered][-_REMEMBERED:]
    before = [place for place in talk.asked if place < asked][-_REMEMBERED:]
    return [
        talk.cosine(asked, answered),
        common / max(1, len(wanted)),
        common / max(1, len(said)),
        max(0.0, 1 - len(cues.words(answer)) / _FEW_WORDS),
        cues.apologises(answer),
        any(talk.turns[place].content == answer for place in earlier),
        max((talk.cosine(place, answered) for place in earlier), default=0.0),
        max((talk.cosine(place, asked) for place in before), default=0.0) if len(wanted) > 2 else 0.0,
    ]
