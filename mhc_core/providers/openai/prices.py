"""What OpenAI's models cost: ``prices.toml`` read once, and the arithmetic on it."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources

from mhc_core.errors import ConfigurationError
from mhc_core.providers.openai.deprecations import family, is_trained

_MILLION = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Price:
    """USD per million tokens; what a model does not offer is None."""

    input: Decimal
    cached_input: Decimal | None = None
    output: Decimal | None = None
    training: Decimal | None = None
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model family, as published on the day ``as_of``."""

    as_of: date
    base: Mapping[str, Price]
    fine_tuned: Mapping[str, Price]

    def find(self, model: str) -> Price | None:
        """The price of asking ``model``: a family, a dated snapshot or one trained on it; None if unknown."""
        return (self.fine_tuned if is_trained(model) else self.base).get(family(model))

    def answer_usd(self, model: str, input_tokens: int, cached_tokens: int, output_tokens: int) -> Decimal | None:
        """Cost of one answer. ``input_tokens`` includes the cached ones. None if the price is unknown."""
        price = self.find(model)
        if price is None or price.output is None:
            return None
        cached = price.input if price.cached_input is None else price.cached_input
        fresh = input_tokens - cached_tokens
        return (fresh * price.input + cached_tokens * cached + output_tokens * price.output) / _MILLION

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


@cache
def load() -> PriceTable:
    """The table shipped with this package, read at first use."""
    text = resources.files("mhc_core.providers.openai").joinpath("prices.toml").read_text("utf-8")
    document = tomllib.loads(text, parse_float=Decimal)
    base, fine_tuned = {}, {}
    for name, entry in document["models"].items():
        trained = entry.pop("fine_tuned", None)
        base[name] = Price(**entry)
        if trained is not None:
            fine_tuned[name] = Price(**trained)
    return PriceTable(document["as_of"], base, fine_tuned)
