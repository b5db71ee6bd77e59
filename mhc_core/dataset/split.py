"""Which examples a model learns from and which are held out: by customer, by question, by time, and for good.

No customer and no near-duplicate question stands on both sides. Held out are the customers who came last, so that a
model is tested on a time after the one it learned from. What an earlier version decided stands: a question of the
frozen evaluation set is never trained on, and what a model was trained on is never used to test one.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

import numpy as np

from mhc_core.db.rows.dataset import Past, Side
from mhc_core.errors import DataError
from mhc_core.settings import Settings
from mhc_core.statistics import near_duplicates
from mhc_core.vocabulary import Intent

if TYPE_CHECKING:
    from mhc_core.db.rows.dataset import VerifiedExample


def sides(examples: Sequence["VerifiedExample"], past: Past, settings: Settings) -> list[Side | None]:
    """The side of each example; None for one that is left out because it asks what a frozen question asks.

    Customers of frozen questions are held out whole. Of the rest, groups with an example that was trained on stay in
    training, and new groups fill the held-out side up to ``validation_fraction``.

    Raises:
        DataError: one group holds so much that no split leaves both sides filled.
    """
    found: list[Side | None] = ["train"] * len(examples)
    kept, barred = _frozen(examples, past, settings.near_duplicate_similarity)
    for row in barred:
        found[row] = None
    for row in kept:
        found[row] = "validation"
    free = [row for row in range(len(examples)) if found[row] == "train"]
    rest = [examples[row] for row in free]
    if rest:
        groups = group(rest, settings.near_duplicate_similarity)
        taken = Counter(examples[row].intent for row in kept)
        total = Counter(example.intent for example in examples)
        for known in (past.trained, frozenset[UUID]()):
            held = _drawn(rest, groups, known, total, taken.copy(), settings)
            if held or kept:
                break
        for at in held:
            found[free[at]] = "validation"
    if not {"train", "validation"} <= set(found):
        raise DataError(f"{len(examples)} examples cannot be split into separate groups; collect from more customers")
    return found


def _frozen(examples: Sequence["VerifiedExample"], past: Past, similarity: float) -> tuple[list[int], list[int]]:
    """Rows of customers with frozen questions, and rows of others that ask the same."""
    if not past.frozen:
        return [], []
    customers = {item.customer_hash for item in past.frozen}
    kept = [row for row, example in enumerate(examples) if example.customer_hash in customers]
    others = [row for row, example in enumerate(examples) if example.customer_hash not in customers]
    if not others:
        return kept, []
    asked = np.stack([item.vector for item in past.frozen] + [examples[row].vector for row in kept])
    rows, _, _ = near_duplicates.pairs(np.stack([examples[row].vector for row in others]), asked, similarity)
    return kept, [others[row] for row in np.unique(rows)]


def group(examples: Sequence["VerifiedExample"], similarity: float) -> list[int]:
    """Group numbers such that no customer and no near-duplicate question is in two groups.

    Connected components over "same customer" and "questions at least ``similarity`` alike (cosine)".
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    count = len(examples)
    vectors = np.stack([example.vector for example in examples]).astype(np.float32)
    rows, columns, _ = near_duplicates.pairs(vectors, vectors, similarity)
    _, customers = np.unique([example.customer_hash for example in examples], return_inverse=True)
    # A customer is one more node, linked to each of their examples.
    links = (np.concatenate([rows, np.arange(count)]), np.concatenate([columns, count + customers]))
    size = count + int(customers.max()) + 1
    graph = coo_matrix((np.ones(len(links[0]), dtype=np.int8), links), shape=(size, size))
    _, labels = connected_components(graph, directed=False)
    return [int(label) for label in labels[:count]]


def _drawn(
    examples: Sequence["VerifiedExample"],
    groups: Sequence[int],
    trained: frozenset[UUID],
    total: Counter[Intent],
    taken: Counter[Intent],
    settings: Settings,
) -> list[int]:
    """Rows to hold out: whole groups, those that began last first, as long as their intents are wanted.

    Within a day the largest come first, the rest in a seeded order. ``taken`` is what is held out already.
    """
    members: dict[int, list[int]] = defaultdict(list)
    for row, number in enumerate(groups):
        members[number].append(row)
    shuffled = [int(number) for number in np.random.default_rng(settings.seed).permutation(sorted(members))]
    began = {number: min(examples[row].day for row in rows) for number, rows in members.items()}
    order = sorted(shuffled, key=lambda number: (-began[number].toordinal(), -len(members[number])))
    fraction = settings.validation_fraction
    room = fraction * total.total() + 0.5
    held: list[int] = []
    for number in order:
        rows = members[number]
        if len(rows) + taken.total() > room or any(examples[row].id in trained for row in rows):
            continue
        wanted = sum(fraction * total[examples[row].intent] - taken[examples[row].intent] for row in rows)
        if wanted > 0:
            held += rows
            taken.update(examples[row].intent for row in rows)
    return held
