"""What a chat model learns from a data set's JSONL: each conversation as tokens, and which of them count for the loss.

Only what the assistant says counts, up to the token that ends its turn; the system prompt and the customer's words are
read, not learned. As in OpenAI's format, an assistant turn with ``"weight": 0`` is read like these. Every learned turn
is put into tokens apart from what stands before it, exactly as the model is asked later: no token spans the border.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from mhc_core.errors import ConfigurationError, DataError

IGNORED = -100
"""The label that PyTorch's cross-entropy leaves out."""

Message = Mapping[str, Any]


class Tokenizer(Protocol):
    """What is needed of a Hugging Face tokenizer."""

    def apply_chat_template(self, conversation: Any, *, tokenize: bool, add_generation_prompt: bool) -> Any: ...

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]: ...


@dataclass(frozen=True, slots=True)
class Encoded:
    """One conversation: token ids, and for each either its id, when it is learned, or ``IGNORED``."""

    ids: Sequence[int]
    labels: Sequence[int]

    @property
    def learned(self) -> int:
        """How many tokens count for the loss."""
        return sum(label != IGNORED for label in self.labels)

    @property
    def first_learned(self) -> int:
        """Position of the first token that counts."""
        return next(place for place, label in enumerate(self.labels) if label != IGNORED)


def read(data: bytes, name: str) -> list[list[Message]]:
    """The conversations of a chat JSONL file that teach something.

    Raises:
        DataError: a line is no chat example; ``name`` says of which file.
    """
    found: list[list[Message]] = []
    for number, line in enumerate(data.splitlines(), 1):
        if not line.strip():
            continue
        try:
            messages = orjson.loads(line)["messages"]
            fits = messages[-1]["role"] == "assistant" and all(
                isinstance(message["content"], str) and message["role"] in ("system", "user", "assistant")
                for message in messages
            )
        except (orjson.JSONDecodeError, KeyError, TypeError, IndexError):
            fits = False
        if not fits:
            raise DataError(f"line {number} of {name} is no chat example; check it with `mhc dataset validate FILE`")
        if any(_is_learned(message) for message in messages):
            found.append(messages)
    return found


def encode(messages: Sequence[Message], tokenizer: Tokenizer, limit: int) -> Encoded | None:
    """The conversation in at most ``limit`` tokens, without its oldest turns where it is longer.

    None when the system prompt and the last exchange alone are longer.

    Raises:
        ConfigurationError: the base model's chat template rewrites what was said before a learned turn.
    """
    system = [message for message in messages[:1] if message["role"] == "system"]
    turns = list(messages[len(system) :])
    while turns:
        encoded = _encode([*system, *turns], tokenizer)
        if encoded is not None and len(encoded.ids) <= limit:
            return encoded
        turns = _without_oldest_exchange(turns)
    return None


def _encode(messages: Sequence[Message], tokenizer: Tokenizer) -> Encoded | None:
    ids: list[int] = []
    labels: list[int] = []
    told = ""
    for place, message in enumerate(messages):
        if not _is_learned(message):
            continue
        asked = tokenizer.apply_chat_template(chat_turns(messages[:place]), tokenize=False, add_generation_prompt=True)
        whole = tokenizer.apply_chat_template(
            chat_turns(messages[: place + 1]), tokenize=False, add_generation_prompt=False
        )
        if not (asked.startswith(told) and whole.startswith(asked)):
            raise ConfigurationError(
                "the chat template of the base model rewrites earlier turns, so its answers cannot be told apart; "
                "choose another base with MHC_LORA_BASE"
            )
        before = tokenizer.encode(asked[len(told) :], add_special_tokens=False)
        told = whole.rstrip()  # a line break behind the token that ends a turn is never generated
        answer = tokenizer.encode(told[len(asked) :], add_special_tokens=False)
        ids += before + answer
        labels += [IGNORED] * len(before) + answer
    return Encoded(ids, labels) if ids else None


def _without_oldest_exchange(turns: Sequence[Message]) -> list[Message]:
    """The turns from the second thing a customer said on."""
    later = (place for place, message in enumerate(turns) if place and message["role"] == "user")
    return list(turns[next(later, len(turns)) :])


def chat_turns(messages: Sequence[Message]) -> list[dict[str, str]]:
    """Role and content alone, as chat templates take them."""
    return [{"role": message["role"], "content": message["content"]} for message in messages]


def _is_learned(message: Message) -> bool:
    return bool(message["role"] == "assistant" and message.get("weight", 1) != 0)
