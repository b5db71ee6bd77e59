"""A chat model with a LoRA adapter that answers in this process: for small bases, where no model server is wanted.

For anything larger, serve the merged model with vLLM, llama.cpp or Ollama and name that server in ``OPENAI_BASE_URL``.
"""

import math
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mhc_core.artifacts import store
from mhc_core.errors import ConfigurationError
from mhc_core.protocols import ChatAnswer, ChatModel, ChatRequest
from mhc_core.providers.lora import artifact
from mhc_core.providers.lora import base as lora_base
from mhc_core.providers.lora.base import Loaded
from mhc_core.vocabulary import Intent

ANSWER_TOKENS = 256
CUT_CONFIDENCE = 0.2
"""Upper bound for an answer that was cut off."""


class LoraChatModel:
    """Answers as it was trained: from the system prompt, the conversation and the question, and greedily.

    Passages, tools and temperature are left aside. Confidence is the geometric mean probability of the answer's tokens;
    it is not calibrated, and a model of this kind is sure of what it invents. One answer is made at a time.
    """

    def __init__(self, version_id: str, loaded: Loaded, timeout_seconds: float) -> None:
        self._version_id = version_id
        self._loaded = loaded
        self._timeout_seconds = timeout_seconds
        self._one_at_a_time = threading.Lock()

    @property
    def version_id(self) -> str:
        """The ``model_versions.id`` that an answer of this model is stored with."""
        return self._version_id

    @property
    def reads_prompt(self) -> bool:
        """Whether the request's system prompt changes what the model says."""
        return True

    def answer(self, request: ChatRequest) -> ChatAnswer:
        """One answer; after ``timeout_seconds`` what was made by then, with low confidence."""
        import torch

        tokenizer, model = self._loaded.tokenizer, self._loaded.model
        text = tokenizer.apply_chat_template(_messages(request), tokenize=False, add_generation_prompt=True)
        ids = tokenizer(text, add_special_tokens=False, return_tensors="pt").to(model.device)
        with self._one_at_a_time, torch.inference_mode():
            made = model.generate(
                **ids,
                max_new_tokens=ANSWER_TOKENS,
                max_time=self._timeout_seconds,
                do_sample=False,
                pad_token_id=tokenizer.pad_token_id or tokenizer.eos_token_id,
                return_dict_in_generate=True,
                output_logits=True,
            )
            logged = model.compute_transition_scores(made.sequences, made.logits, normalize_logits=True)[0].tolist()
        sent = ids["input_ids"].shape[1]
        written = made.sequences[0, sent:]
        ended = int(written[-1]) in _ends(model)
        confidence = math.exp(min(0.0, math.fsum(logged) / len(logged)))
        return ChatAnswer(
            text=tokenizer.decode(written, skip_special_tokens=True).strip(),
            confidence=confidence if ended else min(confidence, CUT_CONFIDENCE),
            intent=request.intent or Intent.OTHER,
            input_tokens=sent,
            output_tokens=len(written),
        )


class ServedLoraModel:
    """The merged model behind an OpenAI-compatible server. It was trained without tools and is offered none."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model

    @property
    def version_id(self) -> str:
        """The ``model_versions.id`` that an answer of this model is stored with."""
        return self._model.version_id

    @property
    def reads_prompt(self) -> bool:
        """Whether the request's system prompt changes what the model says."""
        return True

    def answer(self, request: ChatRequest) -> ChatAnswer:
        """The server's answer.

        Raises:
            AccessDenied, ConfigurationError, ProviderUnavailable: see ``openai_errors``.
        """
        return self._model.answer(replace(request, tools=()))


def load_model(
    version_id: str, artifact_uri: str, artifact_sha256: str, base: str | None, timeout_seconds: float
) -> LoraChatModel:
    """The trained model of an artifact, verified before anything of it is parsed, merged into its base.

    Raises:
        NotFound: the artifact is missing.
        DataError: its hash is not the recorded one, or it holds no adapter.
        ConfigurationError: ``MHC_LORA_BASE`` names another base, or the extra is not installed.
    """
    loaded, _ = merged(artifact_uri, artifact_sha256, base, full_precision=False)
    return LoraChatModel(version_id, loaded, timeout_seconds)


def merged(
    artifact_uri: str, artifact_sha256: str, base: str | None, full_precision: bool
) -> tuple[Loaded, Mapping[str, Any]]:
    """The base with the adapter's weights added to its own, and what is known of the training.

    Raises:
        NotFound, DataError, ConfigurationError: as :func:`load_model`.
    """
    data = store.read_verified(artifact_uri, artifact_sha256)
    found = lora_base.resolve(base)
    with tempfile.TemporaryDirectory() as name:
        training = artifact.unpack(data, Path(name))
        if training["base"] != found.id:
            raise ConfigurationError(
                f"the adapter was trained on {training['base']} and MHC_LORA_BASE names {found.id}; set it back"
            )
        loaded = lora_base.load(found, full_precision)
        return replace(loaded, model=lora_base.with_adapter(loaded, Path(name))), training


def _messages(request: ChatRequest) -> list[dict[str, str]]:
    opening = [{"role": "system", "content": request.system_prompt}] if request.system_prompt else []
    history = [{"role": turn.role, "content": turn.content} for turn in request.history]
    return [*opening, *history, {"role": "user", "content": request.question}]


def _ends(model: Any) -> list[int]:
    ends = model.generation_config.eos_token_id
    return ends if isinstance(ends, list) else [ends]
