"""Recipes are compared on the same held-out questions, and chance is not called a difference."""

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest
from fakes.stored import WordEmbedder

from mhc_core.business import pricing
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.providers.remembering import RememberingEmbedder
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent
from mhc_jobs.bench import recipes

TOPICS = ["deposit", "tofu", "travel", "chairs", "refund", "shrimp", "parking", "salad", "weather", "sake"]
EMBEDDER = WordEmbedder()


def examples(count: int) -> list[VerifiedExample]:
    """Questions on ten topics, one answer each; on half of the topics people alone wrote it."""
    random = np.random.default_rng(3)
    made = []
    for number in range(count):
        topic = TOPICS[number % 10]
        question = f"{topic} {topic} question word{number} other{int(random.integers(1_000_000))}"
        made.append(
            VerifiedExample(
                id=UUID(int=number),
                sequence=number,
                customer_hash=f"c{number}",
                day=date(2026, 1, 1) + timedelta(days=number % 30),
                intent=Intent.MENU if number % 2 else Intent.POLICY,
                origin="human_edit" if number % 10 >= 5 else "score",
                channel="web",
                quality=number / count,
                context=(),
                question=question,
                answer=f"{topic} goes with {topic} here.",
                vector=EMBEDDER.embed([question])[0],
            )
        )
    return made


def compare(found: list[VerifiedExample], seeds: int = 1) -> dict[tuple[str, str], dict[str, object]]:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    report = recipes.compare(found, pricing.load(None), settings, EMBEDDER, range(seeds))
    assert set(report["recipes"]) == set(recipes.RECIPES)
    return {(each["recipe"], each["against"]): each for each in report["comparisons"]}


@pytest.mark.parametrize("name", recipes.RECIPES)
def test_a_recipe_chooses_from_what_it_is_given_and_the_same_for_a_seed(name: str) -> None:
    given = examples(40)
    chosen, again = (recipes.RECIPES[name](given, np.random.default_rng(5)) for _ in range(2))
    assert [each.id for each in chosen] == [each.id for each in again]
    assert len({each.id for each in chosen}) == len(chosen) > 0
    assert {each.id for each in chosen} <= {each.id for each in given}


def test_recipes_keep_their_word() -> None:
    given, random = examples(40), np.random.default_rng(5)
    assert {each.origin for each in recipes.without_edits(given, random)} == {"score"}
    best = recipes.best_half(given, random)
    assert (len(best), min(each.quality for each in best)) == (20, 0.5)
    assert [each.quality for each in recipes.curriculum(given, random)] == sorted(each.quality for each in given)
    for name, control in (("without_edits", "as_many_as_without_edits"), ("best_half", "half_at_random")):
        assert len(recipes.RECIPES[control](given, random)) == len(recipes.RECIPES[name](given, random))


def test_what_the_training_needs_is_found_out_and_what_changes_nothing_is_not() -> None:
    found = compare(examples(120))
    for against in ("everything", "as_many_as_without_edits"):
        assert found["without_edits", against]["verdict"] == "worse", found["without_edits", against]
    order = found["curriculum", "everything"]
    assert order["verdict"] == "no difference shown", "a model that is fitted in one step does not mind the order"


def test_a_text_is_embedded_once() -> None:
    class Counting(WordEmbedder):
        asked = 0

        def embed(self, texts):  # type: ignore[no-untyped-def]
            self.asked += len(texts)
            return super().embed(texts)

    counting = Counting()
    known = RememberingEmbedder(counting)
    vectors = known.embed(["a b", "c", "a b"])
    assert (vectors == WordEmbedder().embed(["a b", "c", "a b"])).all()
    known.embed(["c", "d"])
    assert counting.asked == 3
    assert known.embed([]).shape[0] == 0
