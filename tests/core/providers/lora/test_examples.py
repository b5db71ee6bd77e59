"""What of a conversation a chat model with open weights learns, without the model."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.providers.lora import pairs
from mhc_core.providers.lora.examples import IGNORED, encode, read
from mhc_core.providers.lora.recipe import Recipe

END = "<end>"


class Characters:
    """A tokenizer of one character a token, whose chat template ends each turn with a line break behind ``<end>``."""

    def apply_chat_template(self, conversation: Any, *, tokenize: bool, add_generation_prompt: bool) -> str:
        assert not tokenize
        told = "".join(f"<{turn['role']}>{turn['content']}{END}\n" for turn in conversation)
        return f"{told}<assistant>" if add_generation_prompt else told

    def encode(self, text: str, *, add_special_tokens: bool) -> list[int]:
        assert not add_special_tokens
        return [ord(character) for character in text]


class Thinking(Characters):
    """A template that drops what an assistant said before, as some that reason do."""

    def apply_chat_template(self, conversation: Any, *, tokenize: bool, add_generation_prompt: bool) -> str:
        kept = [turn for turn in conversation[:-1] if turn["role"] != "assistant"] + list(conversation[-1:])
        return super().apply_chat_template(kept, tokenize=tokenize, add_generation_prompt=add_generation_prompt)


def said(*turns: tuple[str, str], weights: Sequence[int] = ()) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = [{"role": role, "content": content} for role, content in turns]
    for place in weights:
        messages[place]["weight"] = 0
    return messages


def learned(messages: Sequence[dict[str, Any]], limit: int = 10_000) -> str:
    """The text that counts for the loss, each stretch closed with a bar."""
    encoded = encode(messages, Characters(), limit)
    assert encoded is not None
    text, last = "", IGNORED
    for label in encoded.labels:
        text += chr(label) if label != IGNORED else "|" if last != IGNORED else ""
        last = label
    return text


def test_the_loss_counts_what_the_assistant_says_and_the_end_of_its_turn() -> None:
    talk = said(
        ("system", "S"), ("user", "how much?"), ("assistant", "It is 55."), ("user", "ok?"), ("assistant", "Yes.")
    )
    assert learned(talk) == f"It is 55.{END}|Yes.{END}"
    encoded = encode(talk, Characters(), 1_000)
    assert encoded is not None
    assert "".join(map(chr, encoded.ids)) == (
        f"<system>S{END}\n<user>how much?{END}\n<assistant>It is 55.{END}\n<user>ok?{END}\n<assistant>Yes.{END}"
    )
    assert encoded.learned == len(f"It is 55.{END}Yes.{END}")
    assert chr(encoded.labels[encoded.first_learned]) == "I"


def test_an_assistant_turn_of_weight_nought_is_read_only() -> None:
    talk = said(("user", "a"), ("assistant", "wrong"), ("user", "no"), ("assistant", "right"), weights=[1])
    assert learned(talk) == f"right{END}"


def test_the_oldest_exchange_goes_first_when_a_conversation_is_too_long() -> None:
    talk = said(("system", "S"), ("user", "a" * 50), ("assistant", "b" * 50), ("user", "c"), ("assistant", "d"))
    assert learned(talk, 100) == f"d{END}"
    encoded = encode(talk, Characters(), 100)
    assert encoded is not None
    assert "".join(map(chr, encoded.ids)).startswith("<system>S<end>\n<user>c")
    assert encode(talk, Characters(), 10) is None


def test_a_template_that_rewrites_earlier_turns_is_refused() -> None:
    talk = said(("user", "a"), ("assistant", "b"), ("user", "c"), ("assistant", "d"))
    with pytest.raises(ConfigurationError, match="MHC_LORA_BASE"):
        encode(talk, Thinking(), 1_000)
    assert encode(said(("user", "c"), ("assistant", "d")), Thinking(), 1_000) is not None


def test_a_line_that_is_no_chat_example_is_named() -> None:
    good = orjson.dumps({"messages": said(("user", "a"), ("assistant", "b"))})
    assert len(read(b"\n".join([good, b"", good]), "f")) == 2
    for bad in (b"{", b'{"messages": []}', orjson.dumps({"messages": said(("assistant", "b"), ("user", "a"))})):
        with pytest.raises(DataError, match="line 2 of f"):
            read(b"\n".join([good, bad]), "f")
    assert read(orjson.dumps({"messages": said(("user", "a"), ("assistant", "b"), weights=[1])}), "f") == []


def pair(chosen: str = "It is $100.", rejected: str = "It is $50.", **replaced: Any) -> bytes:
    record = {
        "prompt": said(("system", "S"), ("user", "hi"), ("assistant", "hello"), ("user", "deposit?")),
        "chosen": said(("assistant", chosen)),
        "rejected": said(("assistant", rejected)),
        "metadata": {"split": "train"},
    }
    return orjson.dumps({**record, **replaced}) + b"\n"


def test_both_answers_of_a_pair_stand_behind_the_same_prompt_and_only_they_count() -> None:
    found = pairs.read(pair() + pair(metadata={"split": "validation"}), "f", Characters(), 1_000)
    assert (len(found.train), len(found.held_out), found.too_long) == (1, 1, 0)
    [one] = found.train
    prompt = f"<system>S{END}\n<user>hi{END}\n<assistant>hello{END}\n<user>deposit?{END}\n<assistant>"
    for side, answer in ((one.chosen, "It is $100."), (one.rejected, "It is $50.")):
        told = "".join(map(chr, side.ids))
        assert told == f"{prompt}{answer}{END}"
        assert side.learned == len(answer + END)


def test_a_pair_of_which_one_answer_leaves_less_of_the_conversation_is_not_used() -> None:
    fits = len(pairs.read(pair(), "f", Characters(), 1_000).train[0].chosen.ids)
    found = pairs.read(pair() + pair(rejected="x" * 60), "f", Characters(), fits)
    assert (len(found.train), found.too_long) == (1, 1)


def test_a_line_that_is_no_pair_is_named() -> None:
    for bad in (b"{", b"{}", pair(metadata={"split": "test"}), pair(rejected=7), pair(prompt=["hi"])):
        with pytest.raises(DataError, match="line 2 of f"):
            pairs.read(pair() + bad, "f", Characters(), 1_000)


@given(st.integers(1, 40), st.integers(1, 5), st.integers(1, 9), st.integers(0, 5))
def test_an_epoch_shows_each_example_once_in_an_order_that_follows_from_the_seed(
    examples: int, epochs: int, batch: int, seed: int
) -> None:
    recipe = Recipe(seed, epochs, batch=batch)
    per_epoch = recipe.steps_per_epoch(examples)
    assert recipe.steps(examples) == epochs * per_epoch
    for epoch in range(epochs):
        rows = [row for step in range(per_epoch) for row in recipe.rows(epoch * per_epoch + step, examples)]
        assert sorted(rows) == list(range(examples))
    assert recipe.rows(0, examples) == Recipe(seed, epochs, batch=batch).rows(0, examples)


@given(st.integers(1, 40), st.integers(1, 5))
def test_the_learning_rate_rises_then_falls_and_is_never_nought(examples: int, epochs: int) -> None:
    recipe = Recipe(1, epochs)
    rates = [recipe.rate(step, examples) for step in range(recipe.steps(examples))]
    top = rates.index(max(rates))
    assert all(0 < rate <= recipe.learning_rate for rate in rates)
    assert rates == sorted(rates[: top + 1]) + sorted(rates[top + 1 :], reverse=True)
    assert max(rates) == recipe.learning_rate
    assert len({recipe.step_seed(step) for step in range(100)}) == 100
