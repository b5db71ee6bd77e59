"""What OpenAI's models cost: ``prices.toml`` read once, and the arithmetic on it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from mhc_core.errors import ConfigurationError
from mhc_core.providers.openai.deprecations import family, is_trained
from mhc_core.providers.openai.usage import Usage

OWN_HARDWARE = "own hardware"
"""Name in the file of what no provider charges for."""
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens or ``characters``, and per ``audio_minute``; what a model does not offer is None."""

    input: Decimal
    cached_input: Decimal | None = None
    cache_write: Decimal | None = None
    output: Decimal | None = None
    audio_input: Decimal | None = None
    audio_output: Decimal | None = None
    training: Decimal | None = None
    audio_minute: Decimal | None = None
    characters: Decimal | None = None
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class LongContext:
    """A request of ``models`` with more input than this is charged so many times as much, all of it."""

    above_input_tokens: int
    input_times: Decimal
    output_times: Decimal
    models: frozenset[str]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model family, as published on the day ``as_of``."""

    as_of: date
    long_context: LongContext
    base: Mapping[str, Price]
    fine_tuned: Mapping[str, Price]

    def find(self, model: str) -> Price | None:
        """The price of asking ``model``: a family, a dated snapshot or one trained on it; None if unknown."""
        return (self.fine_tuned if is_trained(model) else self.base).get(family(model))

    def call_usd(self, model: str, used: Usage) -> Decimal | None:
        """Cost of one call. None if the price of the model, or of a kind of token that it used, is unknown."""
        price = self.fine_tuned.get(family(model)) if used.trained_tokens else self.find(model)
        if price is None:
            return None
        written = used.output_tokens - used.audio_output_tokens
        fresh = used.input_tokens - used.cached_tokens - used.cache_write_tokens - used.audio_input_tokens
        dearer, longer = self._times(model, used)
        counted = (
            (fresh, price.input, dearer),
            (used.cached_tokens, price.input if price.cached_input is None else price.cached_input, dearer),
            (used.cache_write_tokens, price.input if price.cache_write is None else price.cache_write, dearer),
            (written, price.output, longer),
            (used.audio_input_tokens, price.audio_input, dearer),
            (used.audio_output_tokens, price.audio_output, longer),
            (used.trained_tokens, price.training, Decimal(1)),
            (used.spoken_characters, price.characters, Decimal(1)),
        )
        minutes = Decimal(str(used.audio_seconds)) / 60
        if any(tokens and rate is None for tokens, rate, _ in counted) or (minutes and price.audio_minute is None):
            return None
        return (
            minutes * (price.audio_minute or 0)
            + sum((tokens * (rate or 0) * times for tokens, rate, times in counted), Decimal(0)) / _MILLION
        )

    def _times(self, model: str, used: Usage) -> tuple[Decimal, Decimal]:
        """How many times the price of input and output a request of this length costs."""
        long = self.long_context
        if used.input_tokens > long.above_input_tokens and family(model) in long.models:
            return long.input_times, long.output_times
        return Decimal(1), Decimal(1)

    def training_usd(self, base_model: str, tokens: int) -> Decimal:
        """Cost of training on ``tokens`` tokens, epochs already counted in.

        Raises:
            ConfigurationError: no training price is known for the model.
        """
        price = self.fine_tuned.get(family(base_model))
        if price is None or price.training is None:
            known = ", ".join(sorted(self.fine_tuned))
            raise ConfigurationError(
                f"no training price is known for {base_model}: set MHC_FINE_TUNE_BASE to one of {known}, "
                "or add its price to mhc_core/providers/openai/prices.toml"
            )
        return tokens * price.training / _MILLION


def _exact(entry: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if name == "dimensions" else Decimal(value) for name, value in entry.items()}


@cache
def load() -> PriceTable:
    """The table shipped with this package, read at first use."""
    text = resources.files("mhc_core.providers.openai").joinpath("prices.toml").read_text("utf-8")
    document = tomllib.loads(text, parse_float=Decimal)
    base, fine_tuned = {}, {}
    for name, entry in document["models"].items():
        trained = entry.pop("fine_tuned", None)
        base[name] = Price(**_exact(entry))
        if trained is not None:
            fine_tuned[name] = Price(**_exact(trained))
    long = document["long_context"]
    times = Decimal(long["input_times"]), Decimal(long["output_times"])
    context = LongContext(long["above_input_tokens"], *times, frozenset(long["models"]))
    return PriceTable(document["as_of"], context, base, fine_tuned)
