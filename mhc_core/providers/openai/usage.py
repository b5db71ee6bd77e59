"""What a call used, by kind of token: as the provider reports it, else as it is counted here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mhc_core.providers import tokens


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, and the seconds or characters of one that is charged by them.

    ``cached_tokens`` and ``cache_write_tokens`` are among the input, ``reasoning_tokens`` among the output, and audio
    among both.
    """

    input_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    audio_input_tokens: int = 0
    audio_output_tokens: int = 0
    trained_tokens: int = 0
    audio_seconds: float = 0.0
    spoken_characters: int = 0

    def columns(self) -> dict[str, int]:
        """By the ledger's columns."""
        return {
            "input_tokens": self.input_tokens,
            "cached_tokens": self.cached_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "output_tokens": self.output_tokens,
            "reasoning_tokens": self.reasoning_tokens,
            "audio_tokens": self.audio_input_tokens + self.audio_output_tokens,
            "trained_tokens": self.trained_tokens,
        }


def reported(answer: Mapping[str, Any]) -> Usage | None:
    """The usage in an answer's JSON, of chat, embeddings or responses; None where there is none."""
    said = answer.get("usage")
    if not isinstance(said, Mapping):
        return None
    if said.get("type") == "duration":
        return Usage(audio_seconds=float(said.get("seconds") or 0))
    sent = said.get("prompt_tokens_details") or said.get("input_tokens_details") or {}
    received = said.get("completion_tokens_details") or said.get("output_tokens_details") or {}
    return Usage(
        input_tokens=_count(said, "prompt_tokens", "input_tokens"),
        cached_tokens=_count(sent, "cached_tokens"),
        cache_write_tokens=_count(sent, "cache_write_tokens"),
        output_tokens=_count(said, "completion_tokens", "output_tokens"),
        reasoning_tokens=_count(received, "reasoning_tokens"),
        audio_input_tokens=_count(sent, "audio_tokens"),
        audio_output_tokens=_count(received, "audio_tokens"),
    )


def counted(body: Mapping[str, Any], model: str, written: str) -> Usage:
    """The usage of a call whose bill is not known, from what was sent and what came back of the answer."""
    if "messages" in body:
        sent = tokens.count_chat(body["messages"], model)
    else:
        given = body.get("input", "")
        sent = sum(tokens.count(text, model) for text in ([given] if isinstance(given, str) else given))
    return Usage(sent, output_tokens=tokens.count(written, model) if written else 0)


def _count(said: Mapping[str, Any], *names: str) -> int:
    return next((int(said[name]) for name in names if said.get(name) is not None), 0)
