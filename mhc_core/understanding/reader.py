"""What a model of understanding is to those who ask it."""

from typing import Protocol

from mhc_core.understanding.result import DialogueContext, Understood


class Reader(Protocol):
    """Reads customers' messages. Safe to call from several threads."""

    @property
    def model_id(self) -> str:
        """The version of the model."""

    def read(self, text: str, context: DialogueContext) -> Understood:
        """What a message says after ``context``; slots have their words and places, and no values yet.

        ``mhc_core.understanding.values.resolve`` gives them values.
        """
