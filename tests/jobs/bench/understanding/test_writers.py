"""Each writer is read by a model that learned nothing from them."""

from collections.abc import Sequence

from mhc_core.business import pricing
from mhc_core.understanding import labelled
from mhc_core.understanding.examples import gold
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import DialogueContext, Understood
from mhc_jobs.bench.understanding import writers


class Knowing:
    """Reads all gold messages as they are labelled, and is not asked for those of writers it was taught."""

    model_id = "knowing"

    def __init__(self, taught: Sequence[LabelledMessage]) -> None:
        self._taught = {message.writer for message in taught}
        self._known = {message.text: message for message in gold()}

    def read(self, text: str, context: DialogueContext) -> Understood:
        assert not {message.writer for message in gold() if message.text == text} <= self._taught
        return labelled.as_understood(self._known[text])


def test_no_writer_is_read_by_a_model_that_learned_from_them() -> None:
    some, asked = gold()[::40], list[int]()

    def train(taught: Sequence[LabelledMessage]) -> Reader:
        asked.append(len(some) - len(taught))
        return Knowing(taught)

    measured = writers.measure(pricing.load(), some, train)
    assert sum(asked) == measured["all"]["messages"] == len(some)
    assert set(measured) == {"all"} | {message.writer for message in some}
    assert measured["all"]["slots_f1"] == measured["all"]["acts"] == measured["all"]["topics"] == 1
