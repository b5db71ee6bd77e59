"""How likely it is that the answer to one question also answers another: the cold start of the semantic layer.

Where facts disagree it is never. Elsewhere a logistic model weighs the similarity of the embeddings and the words that
only one of the two questions has. The weights were fitted on generated pairs with ``mhc bench cache --fit``.
"""

from collections.abc import Sequence

from mhc_core.language.misspellings import meant
from mhc_core.response_cache.question_facts import Facts, disagreements

FEATURES = ("constant", "cosine", "any lone word")
WEIGHTS: tuple[float, ...] = (6.014, 2.653, -8.065)


def log_odds(asked: Facts, cached: Facts, cosine: float, weights: Sequence[float] = WEIGHTS) -> float | None:
    """Log-odds that two questions, by their facts, want the same answer; None where their facts disagree."""
    if not asked.content or not cached.content or disagreements(asked, cached):
        return None
    return sum(weight * value for weight, value in zip(weights, features(asked, cached, cosine), strict=True))


def features(asked: Facts, cached: Facts, cosine: float) -> tuple[float, ...]:
    """What the model weighs, in the order of ``FEATURES``."""
    a, b = dict.fromkeys(asked.content), dict.fromkeys(cached.content)
    lone_a = [word for word in a if word not in b]
    lone_b = [word for word in b if word not in a]
    for word in list(lone_a):
        near = next((other for other in lone_b if _misspelt(word, other)), None)
        if near is not None:
            lone_a.remove(word)
            lone_b.remove(near)
    return 1.0, cosine, float(bool(lone_a or lone_b))


def _misspelt(a: str, b: str) -> bool:
    """Whether one word is likely the other with a slip: long, the same first letter, few letters apart."""
    if min(len(a), len(b)) < 5 or a[0] != b[0] or (a[-1] == b[-1] and len(a) == len(b) and a[:3] != b[:3]):
        return False
    return meant(a, [b], 86) is not None
