"""Answers of a chat model in a given shape: OpenAI's structured outputs, over the chat completions of its SDK."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from mhc_core.errors import DataError, ProviderUnavailable
from mhc_core.providers import attribution

if TYPE_CHECKING:
    import openai

MOST_TOKENS = 2_000


class StructuredModel:
    """Asks one model for answers in one JSON schema. Safe to use from several threads."""

    def __init__(
        self, client: "openai.OpenAI", model: str, name: str, schema: Mapping[str, Any], timeout_seconds: float
    ) -> None:
        self._client = client.with_options(timeout=timeout_seconds, max_retries=0)
        self._model, self._name = model, name
        self._format: Any = {
            "type": "json_schema",
            "json_schema": {"name": name, "strict": True, "schema": dict(schema)},
        }

    @property
    def model(self) -> str:
        """The provider's name of the model."""
        return self._model

    def close(self) -> None:
        """End the connections to the provider."""
        self._client.close()

    def ask(self, system: str, question: str) -> Any:
        """The answer's JSON document. It is asked for once: whoever waits has something to fall back on.

        Raises:
            AccessDenied, ConfigurationError, ProviderUnavailable: see ``openai.errors``.
            DataError: the model refused, or its answer was cut off or is no JSON.
        """
        from mhc_core.providers.openai.errors import provider_errors

        messages: Any = [{"role": "system", "content": system}, {"role": "user", "content": question}]
        with provider_errors("answering", self._model), attribution.calls_for(feature=self._name):
            completion = self._client.chat.completions.create(
                model=self._model,
                messages=messages,
                response_format=self._format,
                max_completion_tokens=MOST_TOKENS,
            )
        if not completion.choices:
            raise ProviderUnavailable("OpenAI returned no answer: try again later")
        said = completion.choices[0]
        try:
            return orjson.loads(said.message.content or "")
        except orjson.JSONDecodeError:
            raise DataError(
                f"{self._model} gave no document (ended by {said.finish_reason}); try another model"
            ) from None
