"""Messages in parts that share no writer, so that what is measured on one part holds for people never met."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def by_writer(writers: Sequence[str], count: int) -> NDArray[np.int64]:
    """The fold of each message, 0 to ``count`` - 1: the greatest writer left goes where the fewest messages are.

    Where fewer writers than folds are known, messages are dealt out one by one.
    """
    sizes = Counter(writers)
    if len(sizes) < count:
        return np.arange(len(writers)) % count
    filled, fold = [0] * count, dict[str, int]()
    for writer, size in sorted(sizes.items(), key=lambda each: (-each[1], each[0])):
        fold[writer] = min(range(count), key=filled.__getitem__)
        filled[fold[writer]] += size
    return np.array([fold[writer] for writer in writers])
