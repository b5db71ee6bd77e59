"""Which model is asked first, by how complex a question is, and who answers when that one does not.

The score is a rule a person can follow, not a trained figure: long messages, several questions in one, conditions,
numbers and a long conversation make a question complex. From which score on which model is asked first stands in the
settings (``MHC_MODEL_CHOICE__…``).
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from mhc_core.concierge.models.breaker import Breaker
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest
from mhc_core.tracing import spans
from mhc_core.understanding.provided import Structured

log = logging.getLogger(__name__)

_LINKS = re.compile(
    r"\?|\b(?:if|but|unless|instead|except|although|while|whether|compare[ds]?|versus|vs|difference|both|or)\b", re.I
)
_WORD, _NUMBER = re.compile(r"\w+"), re.compile(r"\d+")
_FULL_AT = {"words": 50, "links": 4, "numbers": 4, "turns": 6}
_SHARE = {"words": 0.4, "links": 0.3, "numbers": 0.2, "turns": 0.1}


def complexity(request: ChatRequest) -> float:
    """How complex a question is, 0..1: shares of words, links and questions, numbers, and earlier turns."""
    counted = {
        "words": len(_WORD.findall(request.question)),
        "links": len(_LINKS.findall(request.question)),
        "numbers": len(_NUMBER.findall(request.question)),
        "turns": len(request.history),
    }
    return sum(_SHARE[name] * min(1.0, number / _FULL_AT[name]) for name, number in counted.items())


@dataclass(frozen=True, slots=True)
class RemoteModel:
    """A provider's model behind a breaker; asked first from the complexity ``asked_from`` on."""

    model: ChatModel
    breaker: Breaker
    asked_from: float

    @property
    def version_id(self) -> str:
        """The ``model_versions.id`` that an answer of this model is stored with."""
        return self.model.version_id

    @property
    def calls_tools(self) -> bool:
        """Whether the model calls the tools it is offered."""
        return bool(getattr(self.model, "calls_tools", False))

    @property
    def reads_prompt(self) -> bool:
        """Whether the request's system prompt changes what the model says."""
        return bool(getattr(self.model, "reads_prompt", False))

    def answer(self, request: ChatRequest) -> ChatAnswer:
        """The model's answer.

        Raises:
            CircuitOpen: it is not asked, because it kept failing.
        """
        return self.breaker.call(lambda: self.model.answer(request))

    def close(self) -> None:
        """End the connections to the provider."""
        close = getattr(self.model, "close", None)
        if close is not None:
            close()


@dataclass(frozen=True, slots=True)
class RemoteStructured:
    """A provider's model that answers in a given shape, behind a breaker."""

    inner: Structured
    breaker: Breaker

    @property
    def model(self) -> str:
        """The provider's name of the model."""
        return self.inner.model

    def ask(self, system: str, question: str) -> Any:
        """The document.

        Raises:
            CircuitOpen: it is not asked, because it kept failing.
        """
        return self.breaker.call(lambda: self.inner.ask(system, question))


def in_order(models: Sequence[ChatModel], request: ChatRequest) -> list[ChatModel]:
    """The models as they are asked: the strongest one the question calls for first.

    Those it does not call for come later, the cheapest first. A last one that needs no provider stays last.
    """
    score = complexity(request)
    first = list(models)
    last = [first.pop()] if first and not isinstance(first[-1], RemoteModel) else []
    called_for = [model for model in first if _asked_from(model) <= score]
    others = [model for model in first if _asked_from(model) > score]
    return [*sorted(called_for, key=_asked_from, reverse=True), *sorted(others, key=_asked_from), *last]


class Given(NamedTuple):
    """An answer with the model that gave it. ``notes`` say which models were passed over and why, where any were."""

    model: ChatModel
    answer: ChatAnswer
    notes: Mapping[str, Any]

    @property
    def read_prompt(self) -> bool:
        """Whether the model that answered wrote under the request's system prompt."""
        return bool(getattr(self.model, "reads_prompt", False))


def ask(models: Sequence[ChatModel], request: ChatRequest) -> Given | None:
    """The first answer that is one; a model that fails or says nothing is passed over. None when all do."""
    passed_over: dict[str, str] = {}
    for model in in_order(models, request):
        try:
            with spans.span("concierge.model", {"mhc.model": model.version_id}):
                answer = model.answer(request)
        except Exception as error:
            passed_over[model.version_id] = type(error).__name__
            log.warning("model %s did not answer (%s); asking the next one", model.version_id, type(error).__name__)
            continue
        if answer.text.strip():
            return Given(model, answer, {"fallback": passed_over} if passed_over else {})
        passed_over[model.version_id] = "no answer"
    return None


def _asked_from(model: ChatModel) -> float:
    return model.asked_from if isinstance(model, RemoteModel) else 0.0
