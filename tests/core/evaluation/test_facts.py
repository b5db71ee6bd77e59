"""Figures, facts, hand-overs and citations: what is right and wrong in an answer, read from its words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.evaluation.answer_facts import agreement, facts, figures, hands_over
from mhc_core.evaluation.answer_quality import Answered, score_answers
from mhc_core.providers.minilm import embedder


@pytest.mark.parametrize(
    ("answer", "approved"),
    [
        ("Adults are $55 and kids $30.", "$55 per adult, children 6 to 12 are $30."),
        ("The first 30 miles are free, then $2 a mile.", "First thirty miles free; two dollars per mile after that."),
        ("Our menu has no nuts.", "Nothing on our menu contains nuts."),
    ],
)
def test_the_same_rule_in_other_words_agrees(answer: str, approved: str) -> None:
    found = agreement(answer, approved)
    assert found.figures in (1.0, None)
    assert found.facts == 1
    assert not found.contradicts


@pytest.mark.parametrize(
    ("answer", "approved"),
    [
        ("Adults are $45.", "$55 per adult."),
        ("Under 7 days there is no refund.", "Yes, we refund the deposit."),
        ("Some sauces contain nuts.", "Nothing on our menu contains nuts."),
        ("The deposit is $200.", "The deposit is $100, taken off the final bill."),
        ("Travel is free for the first 50 miles.", "The first 30 miles of travel are free."),
    ],
)
def test_another_figure_or_the_opposite_contradicts(answer: str, approved: str) -> None:
    found = agreement(answer, approved)
    assert found.contradicts
    assert found.facts == 0


def test_what_a_passage_states_is_no_error_and_what_nothing_states_is() -> None:
    approved, answer = "The deposit is $100.", "The deposit is $100 and gratuity is usually 20 to 35 %."
    alone = agreement(answer, approved)
    told = agreement(answer, approved, ["Gratuity is not included; 20 to 35 % is usual."])
    assert alone.figures == pytest.approx(2 * (1 / 3) / (4 / 3))
    assert told.figures == 1
    assert not told.contradicts


def test_a_missing_figure_costs_and_none_on_either_side_is_not_measured() -> None:
    assert agreement("It depends.", "The deposit is $100.").figures == 0
    assert agreement("Sounds good!", "Great, see you then.") == (None, None, False)


def test_dates_and_phone_numbers_of_one_case_are_no_rules() -> None:
    assert figures("See you on May 3 at 6pm, or call (916) 740-8768.") == frozenset()


@given(st.text(max_size=120))
def test_an_answer_agrees_with_itself(text: str) -> None:
    found = agreement(text, text)
    assert found.figures in (None, 1.0)
    assert found.facts in (None, 1.0)
    assert not found.contradicts
    assert facts(text) == facts(text)


@pytest.mark.parametrize(
    ("text", "passed_on"),
    [
        ("I've passed it to the team with your booking, and a colleague will contact you.", True),
        ("Understood, and sorry. A person from our team takes over here.", True),
        ("From 100 miles a person plans the trip. I'm passing this to a colleague who will confirm it.", True),
        ("I can't decide on that myself; a colleague is taking over this chat.", True),
        ("Filet mignon is $5 more per person, in place of one of the two proteins.", False),
        ("A 10 person party will cost $550.", False),
        ("A date stays open until someone pays the deposit.", False),
        ("7pm is fine to request, and the team confirms the slot with your booking.", False),
    ],
)
def test_passing_on_to_a_person_is_told_from_speaking_of_persons(text: str, passed_on: bool) -> None:
    assert hands_over(text) is passed_on


def test_hand_over_is_right_where_the_approved_answer_hands_over() -> None:
    passed = "I'm passing this to a colleague who will answer you."
    settled = "The deposit is $100, taken off the final bill."
    judged = score_answers(
        [Answered(passed, passed, 0.9), Answered(settled, passed, 0.9), Answered(passed, settled, 0.9),
         Answered(passed, settled, 0.01), Answered(settled, settled, 0.01)],
        embedder.load(1), minimum_confidence=0.08,
    )  # fmt: skip
    assert [one.handover_right for one in judged] == [True, False, False, True, False]


def test_citations_count_when_they_support_what_is_said() -> None:
    travel = "The first 30 miles are free. After that each mile costs $2."
    weather = "The host provides overhead cover when it rains."
    answer = "The first 30 miles are free, after that each mile costs $2."

    def cited(*places: int) -> tuple[float | None, float | None]:
        item = Answered("Travel is free up to 30 miles.", answer, 0.5, [travel, weather], cited=places)
        [found] = score_answers([item], embedder.load(1))
        return found.citation_precision, found.citation_recall

    assert cited(0) == (1.0, 1.0)
    assert cited(0, 1) == (0.5, 1.0)
    assert cited(1) == (0.0, 0.0)
    assert cited() == (None, 0.0)


def test_personal_data_and_rude_words_are_seen() -> None:
    items = [Answered("ok", "Kim's number is 916-555-0100.", 0.5), Answered("ok", "What a damn shame.", 0.5)]
    personal, rude = score_answers(items, embedder.load(1), lambda answer, evidence: "555" in answer)
    assert (personal.personal, personal.rude, rude.personal, rude.rude) == (True, False, False, True)
