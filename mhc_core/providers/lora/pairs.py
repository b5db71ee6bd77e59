"""A data set's preference pairs as tokens: the same prompt before both answers, and only the answers count."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import orjson

from mhc_core.artifacts import store
from mhc_core.errors import DataError
from mhc_core.providers.lora.examples import Encoded, Message, Tokenizer, encode


@dataclass(frozen=True, slots=True)
class Pair:
    """The chosen and the rejected answer to one prompt."""

    chosen: Encoded
    rejected: Encoded


@dataclass(slots=True)
class Pairs:
    """The pairs to learn from, those held out, how many of either do not fit the model, and the hash of their file."""

    train: list[Pair] = field(default_factory=list)
    held_out: list[Pair] = field(default_factory=list)
    too_long: int = 0
    sha256: str = ""


def read(data: bytes, name: str, tokenizer: Tokenizer, limit: int) -> Pairs:
    """The pairs of a JSONL file in which both answers take at most ``limit`` tokens behind the same prompt.

    Raises:
        DataError: a line is no preference pair; ``name`` says of which file.
        ConfigurationError: the base model's chat template rewrites what was said before an answer.
    """
    found = Pairs(sha256=store.sha256(data))
    for number, line in enumerate(data.splitlines(), 1):
        try:
            record = orjson.loads(line)
            prompt = [{**turn, "weight": 0} for turn in record["prompt"]]
            [chosen], [rejected] = record["chosen"], record["rejected"]
            side = {"train": found.train, "validation": found.held_out}[record["metadata"]["split"]]
            fits = all(isinstance(turn["content"], str) and turn["role"] for turn in (*prompt, chosen, rejected))
        except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
            fits = False
        if not fits:
            raise DataError(f"line {number} of {name} is no preference pair; build the data set again")
        pair = _encode([*prompt, chosen], [*prompt, rejected], tokenizer, limit)
        if pair is None:
            found.too_long += 1
        else:
            side.append(pair)
    return found


def _encode(chosen: Sequence[Message], rejected: Sequence[Message], tokenizer: Tokenizer, limit: int) -> Pair | None:
    first, second = encode(chosen, tokenizer, limit), encode(rejected, tokenizer, limit)
    if first is None or second is None:
        return None
    if first.ids[: first.first_learned] != second.ids[: second.first_learned]:
        return None  # the longer answer took more of the conversation away
    return Pair(first, second)
