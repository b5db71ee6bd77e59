"""Why the next training waits, in numbers that add up to the verified examples of the status."""

from typing import NamedTuple

import sqlalchemy as sa

from mhc_core.db.queries import dataset, stats
from mhc_core.settings import Settings


class Wait(NamedTuple):
    """``verified`` = ``held`` by the newest data set + ``left_out`` of it + ``new``; ``missing`` start a run."""

    dataset: str | None
    verified: int
    held: int
    left_out: int
    new: int
    missing: int

    def __str__(self) -> str:
        if self.dataset is None:
            known = f"{self.verified:,} verified examples, no data set yet"
        else:
            left_out = f", {self.left_out:,} left out of it by its rules" if self.left_out else ""
            known = f"{self.verified:,} verified examples: {self.held:,} in {self.dataset}{left_out}, {self.new:,} new"
        return f"{known}; " + (f"{self.missing:,} more start a run" if self.missing else "enough to start a run")


def waiting(connection: sa.Connection, settings: Settings) -> Wait:
    """How far it is to the next training that the number of examples starts."""
    newest = dataset.latest(connection)
    verified = stats.verified(connection)
    outside = dataset.new_verified(connection, newest.id if newest else None, verified)
    available = newest.manifest.get("available", 0) - newest.train_count - newest.validation_count if newest else 0
    left_out = min(max(0, available), outside)
    new = outside - left_out
    missing = max(0, settings.retraining_threshold - new)
    return Wait(newest.id if newest else None, verified, verified - outside, left_out, new, missing)
