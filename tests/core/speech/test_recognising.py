"""One recogniser for all calls: what ends a turn goes first, and too much is refused at once."""

import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from fakes.waiting import until
from numpy.typing import NDArray

from mhc_core.errors import ProviderUnavailable
from mhc_core.protocols import Heard
from mhc_core.speech.recognising import Overloaded, Recogniser


class Slow:
    """Says how many samples it was given, once it is let go on."""

    id = "slow"

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.order: list[int] = []
        self.fails = False

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        assert self.gate.wait(10)
        if self.fails:
            raise ProviderUnavailable("the recogniser is away")
        self.order.append(len(samples))
        return [Heard(str(len(samples)), 0, 1, 0.9)]


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def recogniser(slow: Slow) -> Iterator[Recogniser]:
    made = Recogniser(lambda: slow, longest_wait=1.6)
    made.start()
    slow.order.clear()
    yield made
    slow.gate.set()
    made.stop()


def sound(size: int) -> NDArray[np.float32]:
    return np.zeros(size, dtype=np.float32)


def test_the_end_of_a_turn_goes_before_a_glance(recogniser: Recogniser, slow: Slow) -> None:
    slow.gate.clear()
    first = recogniser.submit(sound(1))
    while recogniser.waiting and not first.running():
        pass
    glance, other, final = (
        recogniser.submit(sound(2), final=False),
        recogniser.submit(sound(3), final=False),
        recogniser.submit(sound(4)),
    )
    recogniser.make_final(other)
    slow.gate.set()
    assert [one.result(10)[0].text for one in (first, glance, other, final)] == ["1", "2", "3", "4"]
    assert slow.order == [1, 3, 4, 2]


def test_too_much_is_refused_and_not_left_waiting(recogniser: Recogniser, slow: Slow) -> None:
    slow.gate.clear()
    taken = []
    while recogniser.waiting < 5:
        taken.append(recogniser.submit(sound(len(taken) + 1)))
        time.sleep(0.01)
    with pytest.raises(Overloaded):
        [recogniser.submit(sound(99)) for _ in range(10)]
    slow.gate.set()
    assert all(one.result(10) for one in taken)


def test_what_nobody_wants_any_more_is_not_counted_as_waiting(recogniser: Recogniser, slow: Slow) -> None:
    slow.gate.clear()
    first = recogniser.submit(sound(1))
    while not first.running():
        time.sleep(0.001)
    assert all(recogniser.submit(sound(2), final=False).cancel() for _ in range(3))
    slow.gate.set()
    assert recogniser.submit(sound(3)).result(10)[0].text == "3"
    until(lambda: recogniser.waiting == 0)


def test_a_failure_reaches_its_call_and_no_other(recogniser: Recogniser, slow: Slow) -> None:
    slow.fails = True
    with pytest.raises(ProviderUnavailable):
        recogniser.submit(sound(1)).result(10)
    slow.fails = False
    assert recogniser.submit(sound(7)).result(10)[0].text == "7"


def test_as_many_as_may_are_recognised_side_by_side() -> None:
    """Each stretch ends only when the other has begun: one thread would wait for ever."""

    class Together:
        id = "together"

        def __init__(self) -> None:
            self.both = threading.Barrier(2)

        def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
            if len(samples) < 10:
                self.both.wait(10)
            return [Heard(str(len(samples)), 0, 1, 0.9)]

    recogniser = Recogniser(Together, at_once=2)
    recogniser.start()
    try:
        told = [recogniser.submit(sound(size)) for size in (1, 2)]
        assert [one.result(20)[0].text for one in told] == ["1", "2"]
    finally:
        recogniser.stop()
