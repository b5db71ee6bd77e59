"""What somebody cannot eat is kept for the whole conversation and reaches the chef."""

import pytest

from mhc_core.concierge.facts import diets
from mhc_core.concierge.facts.memory import Allergy, Facts, dump, load
from mhc_core.understanding.diets import stances
from mhc_core.understanding.diets.mentions import Stance
from mhc_core.understanding.multilingual import release
from mhc_core.understanding.result import DialogueContext


def after(*messages: str) -> Facts:
    facts = Facts()
    for message in messages:
        facts = diets.told(facts, message, None)
    return facts


def test_an_allergen_is_not_forgotten() -> None:
    facts = after("my son is allergic to shellfish", "no nut allergies though", "12 adults", "nobody is vegan")
    assert diets.to_keep(facts) == ["shellfish"]
    assert facts.allergies == (Allergy("shellfish", whom="a child"),)
    assert diets.allergy_named(facts)


def test_one_that_was_taken_off_otherwise_comes_back() -> None:
    facts = after("my son is allergic to shellfish")
    lost = diets.told(Facts(needs=facts.needs), "and 2 kids", None)
    assert lost.allergies == facts.allergies


def test_only_who_says_so_surely_takes_one_back() -> None:
    facts = after("my wife is allergic to shellfish", "she's no longer allergic to shellfish")
    assert diets.to_keep(facts) == []
    assert facts.allergies == ()
    assert [need.stance for need in facts.needs] == [Stance.STATED, Stance.WITHDRAWN]


def test_nothing_spicy_is_mild() -> None:
    assert diets.to_keep(after("nothing spicy please")) == ["mild"]


def test_the_same_said_twice_is_one_statement() -> None:
    assert len(after("we are vegan", "as I said, we are vegan").needs) == 1


def test_a_dish_that_is_not_liked_is_no_allergy() -> None:
    facts = after("please no shrimp")
    assert diets.to_keep(facts) == ["shellfish"]
    assert facts.allergies == ()
    assert not diets.allergy_named(facts)


def test_a_dish_on_the_order_is_nothing_to_tell_the_chef() -> None:
    text = (
        "quiero reservar para 10 adultos, sin niños, el 19 de diciembre a las 5:30 pm, pollo y camarones para todos, "
        "en 88 Maple Ave, Davis, 20 millas. me llamo Ana Ruiz, ana@example.com"
    )
    assert diets.told(Facts(), text, release.load().read(text, DialogueContext(), "es")).allergies == ()
    allergic = "somos 10 adultos y mi esposa es alérgica a los camarones"
    told = diets.told(Facts(), allergic, release.load().read(allergic, DialogueContext(), "es"))
    assert [one.allergen for one in told.allergies] == ["shellfish"]


def test_what_cannot_be_read_counts_as_a_need(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> stances.Stances:
        raise OSError("no file")

    monkeypatch.setattr(stances, "load", broken)
    facts = after("is the rice vegan? any shrimp?")
    assert diets.to_keep(facts) == ["shellfish", "vegan"]
    assert facts.allergies == ()  # nobody said so


def test_statements_are_stored_and_read_again() -> None:
    facts = after("my son is allergic to shellfish", "we are vegetarian")
    assert load(dump(facts)) == facts
