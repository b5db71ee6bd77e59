"""What is said of a need is read as people say it, and who is unsure takes it for one."""

import pytest

from mhc_core.understanding.diets import examples, stances
from mhc_core.understanding.diets.examples import half
from mhc_core.understanding.diets.mentions import Stance, Whom
from mhc_core.understanding.diets.stances import Judged
from mhc_jobs.bench.offers import training


def judged(text: str) -> list[Judged]:
    return stances.load().judge(text)


@pytest.mark.parametrize(
    ("text", "stance", "whom"),
    [
        ("my kid can't have shellfish", Stance.STATED, Whom.CHILD),
        ("I'm allergic to soy", Stance.STATED, Whom.SELF),
        ("we are all vegetarian", Stance.STATED, Whom.ALL),
        ("mi suegra es vegetariana", Stance.STATED, Whom.GUEST),
        ("please no shrimp", Stance.AVOIDED, None),
        ("she's no longer allergic to shellfish", Stance.WITHDRAWN, None),
        ("is the rice vegan?", Stance.MENTIONED, None),
        ("no allergies in our group", Stance.MENTIONED, None),
        ("nobody is vegan", Stance.MENTIONED, None),
        ("shrimp for everyone", Stance.MENTIONED, None),
        ("no tenemos alergias", Stance.MENTIONED, None),
    ],
)
def test_a_sentence_is_read(text: str, stance: Stance, whom: Whom | None) -> None:
    [one] = judged(text)
    assert one.stance is stance
    assert whom is None or one.whom is whom


def test_two_mentions_of_one_message_are_read_apart() -> None:
    first, second = judged("my wife is vegan, does the sauce have sesame?")
    assert (first.stance, second.stance) == (Stance.STATED, Stance.MENTIONED)


def test_without_a_mention_nothing_is_embedded() -> None:
    def refuse(texts: object) -> stances.Floats:
        raise AssertionError("embedded")

    assert stances.parse(stances.load().dump(), refuse).judge("how much for 12 adults?") == []


def test_sentences_that_taught_nothing_are_read() -> None:
    kept_out = [one for one in examples.read() if half(one.frame) == "test"]
    found = training.marks(stances.load(), kept_out)
    assert found["needs"] > 80
    assert found["needs_found"] >= 0.95 * found["needs"]
    assert found["wrongly_taken_back"] == 0
    assert found["let_be"] >= 0.5 * found["mentions"]


def test_the_file_holds_the_same_again() -> None:
    again = stances.parse(stances.load().dump(), stances.vectors)
    assert again.judge("my kid can't have shellfish") == judged("my kid can't have shellfish")
