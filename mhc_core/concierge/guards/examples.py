"""What the guards learn from: sentences of answers and messages of customers, written for this purpose.

A line of ``gold/answers/<kind>.txt`` or ``gold/messages/<kind>.txt`` begins with ``-`` where the guard must stop it and
with ``+`` where it must not. The name of the file is the kind of what is stopped.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from typing import Literal

FINE = "fine"
Of = Literal["answers", "messages"]


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its kind, ``FINE`` where nothing is wrong with it."""

    text: str
    kind: str


def read(of: Of) -> list[Example]:
    """All examples, in the order of the files' names."""
    folder = resources.files(__package__) / "gold" / of
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".txt")), key=lambda file: file.name)
    return [
        Example(line[2:].strip(), FINE if line.startswith("+") else file.name.removesuffix(".txt"))
        for file in files
        for line in file.read_text("utf-8").splitlines()
        if line.startswith(("+ ", "- "))
    ]


def digest(examples: Iterable[Example]) -> str:
    """What names a set of examples."""
    return hashlib.sha256("\n".join(f"{one.kind}\t{one.text}" for one in examples).encode()).hexdigest()
