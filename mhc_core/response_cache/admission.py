"""Whether an entry may answer, learned for each entry from what came of it.

The idea of vCache (Schroeder et al., "vCache: Verified Semantic Prompt Caching", arXiv 2502.03771): no one threshold
fits all entries, so each has its own bound on the error. Here the chance that entry ``e`` answers rightly is

    p = 1 / (1 + exp(-(z + a_e)))        z: log-odds of the verifier for this pair of questions

where ``a_e`` says how much easier (+) or harder (-) this entry is than the verifier believes. Its prior is normal with
mean 0 and deviation ``SPREAD``; outcomes (z, right or wrong) give the posterior, by sums over a grid. An entry may
answer when the lower ``CONFIDENCE`` bound of ``a_e`` still leaves an error of at most the target.
"""

import math
from collections.abc import Sequence

import numpy as np

SPREAD = 2.0
"""Wide enough that one wrong answer at any log-odds the verifier gives stops an entry from answering such pairs."""
CONFIDENCE = 0.95
_GRID = np.linspace(-12.0, 12.0, 481)
_PRIOR = -0.5 * (_GRID / SPREAD) ** 2


def may_answer(z: float, outcomes: Sequence[tuple[float, bool]], max_error: float) -> bool:
    """Whether the entry may answer a pair with log-odds ``z``, given its outcomes so far."""
    return error_bound(z, outcomes) <= max_error


def error_bound(z: float, outcomes: Sequence[tuple[float, bool]]) -> float:
    """The upper bound, 0..1, on the chance that the entry's answer is wrong for a pair with log-odds ``z``."""
    return 1.0 / (1.0 + math.exp(min(700.0, z + lowest(outcomes))))


def lowest(outcomes: Sequence[tuple[float, bool]]) -> float:
    """The lower confidence bound of an entry's ``a_e``."""
    log_weight = _PRIOR.copy()
    for z, right in outcomes:
        log_weight -= np.logaddexp(0.0, -(z + _GRID) if right else z + _GRID)
    weight = np.exp(log_weight - log_weight.max())
    share = np.cumsum(weight) / weight.sum()
    return float(_GRID[np.searchsorted(share, 1.0 - CONFIDENCE)])
