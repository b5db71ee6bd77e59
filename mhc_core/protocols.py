"""What the stages ask of a provider: to embed, to answer, to fine-tune. Adapters live beside this module."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mhc_core.vocabulary import Intent, JobStatus


class Embedder(Protocol):
    """Turns texts into unit vectors. The same text gives the same vector whatever the batch."""

    @property
    def id(self) -> str:
        """Name and revision; vectors of two embedders with the same id may be compared."""

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of shape (len(texts), dimensions), float32, L2-normalised."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a conversation: role ``user``, ``assistant`` or ``system``."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of an article that was retrieved for a question; score 0..1, higher is closer.

    ``probability`` is how likely its article answers the question, 0..1; None where that was not learned.
    ``language`` is that of title and content (BCP-47).
    """

    chunk_id: int
    article_id: str
    title: str
    content: str
    score: float
    probability: float | None = None
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Tool:
    """Something a model may call while it answers: ``parameters`` is the JSON schema of its arguments, an object.

    ``call`` takes the arguments as decoded JSON and returns the text the model reads. Arguments that do not fit the
    schema or the business come back as a text that says what is wrong, never as an exception: the model may correct
    them. What goes wrong on our side is an ``MHCError``.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    call: Callable[[Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class ToolCall:
    """One call that was made for an answer, with the text it returned: evidence for what the answer states."""

    name: str
    arguments: Mapping[str, Any]
    result: str


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """One question with what is known around it. ``history`` is oldest first, without the question itself.

    ``temperature`` is the agent's, 0..2; ``None`` leaves it to the adapter. A model without tool calling leaves
    ``tools`` aside.
    """

    question: str
    history: Sequence[Turn] = ()
    passages: Sequence[Passage] = ()
    intent: Intent | None = None
    system_prompt: str = ""
    temperature: float | None = None
    tools: Sequence[Tool] = ()


@dataclass(frozen=True, slots=True)
class ChatAnswer:
    """An answer with its evidence. ``confidence`` is the estimated probability, 0..1, that it is right.

    ``tool_calls`` are the calls made on the way, in order.
    """

    text: str
    confidence: float
    intent: Intent
    cited_chunk_ids: tuple[int, ...] = ()
    example_id: str | None = None
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    tool_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """Words that were recognised. Times are seconds from the beginning of what was listened to; ``confidence`` is the
    recogniser's own probability of the words, 0..1. ``channel`` counts from 0.
    """

    text: str
    start: float
    end: float
    confidence: float
    channel: int = 0


class Transcriber(Protocol):
    """Turns speech into text. It is asked for stretches in which somebody speaks, of at most half a minute each."""

    @property
    def id(self) -> str:
        """Name of adapter and model, as it is kept with a call."""

    def transcribe(self, samples: NDArray[np.float32]) -> Sequence[Heard]:
        """The words of one channel of speech: samples of -1..1 at ``SPEECH_RATE`` a second."""


class Speaker(Protocol):
    """Turns text into speech."""

    @property
    def id(self) -> str:
        """Name of adapter, model and voice."""

    @property
    def rate(self) -> int:
        """Samples a second of what :meth:`speak` yields."""

    def speak(self, text: str) -> Iterator[bytes]:
        """The speech as it is made: one channel of signed 16-bit little-endian samples, in chunks of any size."""


SPEECH_RATE = 16_000
"""Samples a second that recognisers of speech want."""


class Translator(Protocol):
    """Turns texts of one language into another. What it gives back is checked before anybody reads it."""

    @property
    def id(self) -> str:
        """Name of adapter and model, as it is kept with a translation."""

    def translates(self, source: str, target: str) -> bool:
        """Whether it knows this pair of BCP-47 codes."""

    def translate(self, texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        """One translation a text, in the same order. Words such as ``XQ1Z`` stay as they are.

        Raises:
            ConfigurationError: this pair is not known, or what translates is not installed.
            ProviderUnavailable: it does not answer; try again later.
            DataError: it gave no translation of these texts; it may of others.
        """


class ChatModel(Protocol):
    """Answers one question at a time; safe to call from several threads."""

    @property
    def version_id(self) -> str:
        """The ``model_versions.id`` that an answer of this model is stored with."""

    def answer(self, request: ChatRequest) -> ChatAnswer: ...


@runtime_checkable
class Classifier(Protocol):
    """A model that was trained to tell intents apart, beside answering."""

    def classify(self, vector: NDArray[np.float32]) -> tuple[Intent, float]:
        """The most likely intent of an embedded question, with its probability."""


@dataclass(frozen=True, slots=True)
class TrainingFiles:
    """The JSONL files of a data set version, as fsspec URIs, with their counts; the third where it has pairs."""

    dataset_id: str
    train_uri: str
    validation_uri: str
    train_count: int
    validation_count: int
    preferences_uri: str | None = None


@dataclass(frozen=True, slots=True)
class JobState:
    """What is known of a training job after submitting or polling it.

    ``progress`` is what the provider already created (file ids, job id): it is stored before the next outside effect
    so that a killed submission continues instead of paying twice.
    """

    status: JobStatus
    provider_job_id: str | None = None
    provider_model_id: str | None = None
    artifact_uri: str | None = None
    artifact_sha256: str | None = None
    cost_usd: Decimal | None = None
    error: str | None = None
    progress: Mapping[str, Any] = field(default_factory=dict)
    metrics: Mapping[str, Any] = field(default_factory=dict)


class SaveProgress(Protocol):
    """Stores a job's state durably (its own committed transaction) before the caller goes on."""

    def __call__(self, state: JobState) -> None: ...


class FineTuner(Protocol):
    """Trains a model on a data set version."""

    @property
    def provider(self) -> str: ...

    @property
    def base_model(self) -> str: ...

    @property
    def hyperparameters(self) -> Mapping[str, Any]: ...

    def estimate_usd(self, files: TrainingFiles) -> Decimal:
        """Expected cost of one job."""

    def submit(self, files: TrainingFiles, key: str, known: JobState, save: SaveProgress) -> JobState:
        """Start the job named by ``key``, or find the one a killed run already started.

        ``known`` is the last saved state. A local trainer trains here and returns a final state; a remote one returns
        as soon as the job exists.

        Raises:
            AccessDenied: this account may not fine-tune.
            ProviderUnavailable: try again later with the same key.
        """

    def poll(self, known: JobState) -> JobState:
        """The present state of a submitted job. Never sleeps."""
