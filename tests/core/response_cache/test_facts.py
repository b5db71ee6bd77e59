"""When two questions are the same: one spelling, the same facts; and how the verifier does on pairs nobody tuned on."""

import pytest
from fakes.places import SHARED
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.providers.minilm import embedder
from mhc_core.response_cache.normalise import normalised
from mhc_core.response_cache.question_facts import disagreements, read
from mhc_jobs.bench import response_cache

PAIRS = SHARED / "paraphrase_pairs_sgdx.jsonl.gz"


@given(st.text(max_size=200))
def test_normalising_again_changes_nothing(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)


@given(st.lists(st.from_regex(r"[a-z]{2,8}|[1-9][0-9]{0,3}", fullmatch=True), min_size=1, max_size=8))
def test_case_punctuation_and_spacing_do_not_count(words: list[str]) -> None:
    assert normalised("  ".join(words).upper() + " ?!") == normalised(" ".join(words))
    assert normalised(", ".join(words)) == " ".join(words)


@pytest.mark.parametrize(
    ("a", "b"), [("is it $5", "is it 5"), ("at 7:30", "at 730"), ("10% off", "10 off"), ("don't go", "do go")]
)
def test_signs_that_mean_something_stay(a: str, b: str) -> None:
    assert normalised(a) != normalised(b)


@settings(deadline=None)  # the first question loads the lists of names
@given(st.text(max_size=120))
def test_every_question_agrees_with_itself(text: str) -> None:
    assert disagreements(read(text), read(text)) == frozenset()


@settings(deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_agreement_does_not_depend_on_who_asked_first(a: str, b: str) -> None:
    assert disagreements(read(a), read(b)) == disagreements(read(b), read(a))


@settings(deadline=None)
@given(st.integers(2, 999), st.integers(2, 999))
def test_other_numbers_never_agree(a: int, b: int) -> None:
    found = disagreements(read(f"is it ok for {a} people"), read(f"is it ok for {b} people"))
    assert ("number" in found) == (a != b)


@pytest.mark.parametrize(
    ("a", "b", "fact"),
    [
        ("Do you cook pork?", "Don't you cook pork?", "negation"),
        ("a trip from Boston to Denver", "a trip from Denver to Boston", "name"),
        ("Do you come to Fresno?", "Do you come to Oakland?", "name"),
        ("Do you cook for Maria?", "Do you cook for Peter?", "name"),
        ("Do you work on Friday?", "Do you work on Sunday?", "date"),
        ("Are you open in May?", "Are you open in June?", "date"),
        ("Are you open on Christmas?", "Are you open on Easter?", "date"),
        ("Can I eat before the show?", "Can I eat after the show?", "comparison"),
        ("Is it with sauce included?", "Is it with sauce excluded?", "comparison"),
        ("How do I cancel a party?", "How do I book a party?", "opposite"),
        ("When do you cook?", "Where do you cook?", "kind"),
        ("How much is it?", "How many are there?", "kind"),
        ("Can I bring a grill?", "Can you bring a grill?", "speaker"),
        ("Can I swap chicken for shrimp?", "Can I swap shrimp for chicken?", "order"),
        ("8 adults and 4 kids", "4 adults and 8 kids", "number"),
        ("twenty five guests", "twenty guests", "number"),
    ],
)
def test_a_changed_fact_is_seen(a: str, b: str, fact: str) -> None:
    assert fact in disagreements(read(a), read(b))


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("How much is the deposit?", "What does the deposit cost?"),
        ("10 guests", "ten guests"),
        ("8 adults and 4 kids", "4 kids and 8 adults"),
        ("from Boston to Denver", "to Denver from Boston"),
        ("What is your cancellation policy?", "cancellation policy??"),
        ("Do you cook on Fri?", "do you cook on friday"),
    ],
)
def test_other_words_for_the_same_agree(a: str, b: str) -> None:
    assert disagreements(read(a), read(b)) == frozenset()


def test_generated_near_misses_are_never_served_and_paraphrases_are() -> None:
    _, held_out = response_cache.generated(seed=1)
    near_misses = [pair for pair in held_out if not pair.same]
    paraphrases = [pair for pair in held_out if pair.same][:100]

    assert len(near_misses) >= 1000
    assert response_cache.measure(near_misses, embedder.load(1), 0.01)["cache"]["wrong_hits"] == 0
    assert response_cache.measure(paraphrases, embedder.load(1), 0.01)["cache"]["hit_rate"] >= 0.5


@pytest.mark.skipif(not PAIRS.exists(), reason="the shared data is not beside this checkout")
def test_wrong_hits_on_pairs_of_another_business_stay_within_the_target() -> None:
    pairs = [pair for pair in response_cache.load_pairs(PAIRS) if not pair.same]

    assert response_cache.measure(pairs, embedder.load(1), 0.01)["cache"]["wrong_hits"] <= 0.01 * len(pairs)
