"""What is answered to a suggestion; how well is measured by ``mhc bench train-diets``."""

import pytest

from mhc_core.offers import taking
from mhc_core.offers.taking import Answer
from mhc_jobs.bench.offers import training


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("wonderful, have it brought for everyone", Answer.TAKES),
        ("add that for nine people please", Answer.TAKES),
        ("agréguelo para 8 personas", Answer.TAKES),
        ("only for the adults please", Answer.ADULTS),
        ("just for the kids", Answer.CHILDREN),
        ("yes please!", Answer.AGREES),
        ("no thank you", Answer.OTHER),
        ("two more adults are coming", Answer.OTHER),
        ("is that okay for kids?", Answer.OTHER),
        ("", Answer.OTHER),
    ],
)
def test_answers_are_told_apart(text: str, answer: Answer) -> None:
    assert taking.load().answer(text) is answer


def test_nearly_nothing_else_is_taken_for_an_order() -> None:
    unseen = training.measure_taking()["test"]
    assert unseen["ordered_wrongly"] <= 1
    assert unseen["right"] >= 0.9 * unseen["answers"]
