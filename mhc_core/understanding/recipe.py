"""How a model of understanding is made and read back: the one of the release, or another in a simulation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.reader import Reader

if TYPE_CHECKING:
    from mhc_core.understanding.multilingual.corrections import Corrected

NAME = "7"
"""Raised when the model or its training changes, so that the same messages are trained on anew."""


class Trained(Reader, Protocol):
    """A reader that was just trained."""

    def to_bytes(self) -> bytes:
        """The model as a file without code, the same bytes for the same examples and seed."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """``train`` makes a model of labelled messages and a seed, ``load`` reads its file back under a version's id.

    ``name`` is another one whenever the same examples would make another model. ``train_languages`` makes the file of
    the models of other languages from what was corrected in them, or None; without it such corrections wait.
    """

    name: str
    train: Callable[[Sequence[LabelledMessage], int], Trained]
    load: Callable[[bytes, str], Reader]
    train_languages: Callable[["Corrected", int, Callable[[str], object]], bytes | None] | None = None


def standard() -> Recipe:
    """The recipe of this release: the model on the states of two small networks, whatever embeds questions."""
    from mhc_core.providers.minilm import paired
    from mhc_core.understanding.model import UnderstandingModel
    from mhc_core.understanding.multilingual import corrections

    return Recipe(
        NAME,
        lambda examples, seed: UnderstandingModel.train(examples, paired.load(1), seed),
        lambda data, model_id: UnderstandingModel.from_bytes(data, model_id, paired.load(1)),
        corrections.train,
    )
