"""Reading a data set's chat JSONL back into question and answer pairs, and telling which belong together."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.language.answer_text import content_words, query_text
from mhc_core.protocols import Turn
from mhc_core.vocabulary import Intent

NEAR_DUPLICATE = 0.97
BLOCK = 512


@dataclass(frozen=True, slots=True)
class Example:
    """One approved answer with the question it was given to, both scrubbed."""

    id: str
    intent: Intent
    history: tuple[Turn, ...]
    question: str
    answer: str
    group: str | None

    @property
    def query(self) -> str:
        return query_text(self.question, self.history)


def parse(data: bytes) -> list[Example]:
    """The examples of a chat JSONL file: system, earlier turns, question, answer; metadata with id and intent.

    Raises:
        DataError: a line does not have this form; named by its number.
    """
    return [_example(line, number) for number, line in enumerate(data.splitlines(), 1) if line.strip()]


def _example(line: bytes, number: int) -> Example:
    try:
        record: dict[str, Any] = orjson.loads(line)
        turns = [Turn(str(item["role"]), str(item["content"])) for item in record["messages"]]
        spoken = [turn for turn in turns if turn.role != "system"]
        *history, question, answer = spoken
        if (question.role, answer.role) != ("user", "assistant") or not question.content or not answer.content:
            raise ValueError
        metadata = record["metadata"]
        group = metadata.get("group") or metadata.get("customer_hash") or metadata.get("conversation_id")
        return Example(
            id=str(metadata["example_id"]),
            intent=Intent(metadata["intent"]),
            history=tuple(history),
            question=question.content,
            answer=answer.content,
            group=str(group) if group else None,
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise DataError(
            f"line {number} of the training file is no chat example; check it with `mhc dataset validate FILE`"
        ) from None


def related(examples: Sequence[Example], vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """A group number per example: one customer, or nearly the same question, is one group, also through a third.

    What stands in one group says nothing about how well the model does on a customer it has not seen.
    """
    parent = list(range(len(examples)))

    def root(item: int) -> int:
        while parent[item] != item:
            parent[item] = parent[parent[item]]
            item = parent[item]
        return item

    same: dict[Hashable, list[int]] = defaultdict(list)
    for row, example in enumerate(examples):
        same["question", example.query.casefold(), content_words(example.query)].append(row)
        if example.group is not None:
            same["group", example.group].append(row)
    pairs = [(rows[0], row) for rows in same.values() for row in rows[1:]]
    for start in range(0, len(examples), BLOCK):
        near = np.argwhere(vectors[start : start + BLOCK] @ vectors.T >= NEAR_DUPLICATE)
        pairs.extend((start + int(row), int(other)) for row, other in near if start + row < other)
    for one, other in pairs:
        parent[root(other)] = root(one)
    _, numbers = np.unique([root(row) for row in range(len(examples))], return_inverse=True)
    return numbers.astype(np.int64)
