"""What can be tapped answers what was asked."""

import pytest

from mhc_core.concierge.agents.choices import A_PERSON, CONFIRMING, WITH_A_PERSON, choices


@pytest.mark.parametrize(
    ("notes", "offered"),
    [
        ({}, ()),
        ({"missing": ["date"]}, ()),
        ({"confirm": True}, CONFIRMING),
        ({"offered_person": True}, WITH_A_PERSON),
        ({"offered_person": True, "choices": []}, WITH_A_PERSON),
        ({"offered_person": True, "choices": ["Space", "Rain"]}, ("Space", "Rain", A_PERSON)),
        ({"choices": ["Space"]}, ("Space",)),
    ],
)
def test_the_short_answers_of_a_question_are_offered(notes: dict[str, object], offered: tuple[str, ...]) -> None:
    assert choices(notes) == offered
