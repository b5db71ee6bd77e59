"""What an import did, in numbers."""

from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Progress = Callable[[int, int | None, int], None]
"""Called after each batch with bytes read, bytes in all (None: unknown) and records read."""


def silent(position: int, size: int | None, records: int) -> None:
    """Shows nothing."""


class Reason(NamedTuple):
    """Why something was refused: the first place of that reason, and how often it was given.

    ``file`` is a name within a folder or archive, else empty.
    """

    file: str
    line: int
    text: str
    times: int


@dataclass(slots=True)
class ImportReport:
    """Counts of one file. ``inserted``, ``updated`` and ``unchanged`` count conversations (or pieces of feedback).

    ``erased`` counts records that may not come back: of erased customers, or of conversations past their retention.
    ``formats`` counts files by what they are, ``skipped`` are files that could not be read as a whole, with the reason.
    ``reject_file`` is set when lines were rejected, ``reasons`` say why; ``notes`` counts repairs by kind, and ratings
    that were not read by their key; ``seconds`` is wall time.
    """

    file: str
    read: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    erased: int = 0
    messages_inserted: int = 0
    messages_updated: int = 0
    feedback_inserted: int = 0
    feedback_updated: int = 0
    seconds: float = 0.0
    reject_file: Path | None = None
    reasons: list[Reason] = field(default_factory=list)
    formats: Counter[str] = field(default_factory=Counter)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    notes: Counter[str] = field(default_factory=Counter)

    @property
    def stored(self) -> int:
        """Records that are in the database now."""
        return self.inserted + self.updated + self.unchanged

    @property
    def per_second(self) -> float:
        """Records read in a second."""
        return self.read / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return asdict(self) | {
            "seconds": round(self.seconds, 3),
            "per_second": round(self.per_second, 1),
            "reject_file": str(self.reject_file) if self.reject_file else None,
            "reasons": [reason._asdict() for reason in self.reasons],
            "formats": dict(self.formats),
            "skipped": [{"file": name, "reason": reason} for name, reason in self.skipped],
            "notes": dict(sorted(self.notes.items())),
        }
