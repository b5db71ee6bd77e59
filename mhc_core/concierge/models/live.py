"""What answers right now: the live model, knowledge and understanding, looked up again every few seconds.

A new version is loaded and warmed beside the old one and swapped in with a single assignment, so no request ever waits
for it or sees half of it. When loading fails, the old one goes on and ``problems`` says why.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from mhc_core.business.pricing import Business
from mhc_core.concierge.models.providers import Providers
from mhc_core.db.queries import knowledge as knowledge_queries
from mhc_core.db.queries import privacy, versions
from mhc_core.db.queries import training as model_queries
from mhc_core.db.queries import translations as translation_queries
from mhc_core.db.queries.training import BASELINE_ID as BASELINE
from mhc_core.db.queries.training import ModelVersion
from mhc_core.db.queries.understanding_versions import KIND
from mhc_core.errors import ConfigurationError, MHCError, NotFound
from mhc_core.knowledge import article_selector, language_vectors, multilingual, retrieval
from mhc_core.knowledge.article_selector import ArticleSelector
from mhc_core.knowledge.multilingual import ForeignSelector
from mhc_core.language import memories
from mhc_core.languages import ENGLISH, known
from mhc_core.offers import statistics
from mhc_core.offers.choosing import OfferState
from mhc_core.prompts import registry
from mhc_core.prompts.experiments import ActivePrompts
from mhc_core.protocols import ChatModel, ChatRequest, Embedder, Translator
from mhc_core.providers.e5 import embedder as e5
from mhc_core.understanding import learning, recipe
from mhc_core.understanding.reader import Reader
from mhc_core.understanding.result import DialogueContext

log = logging.getLogger(__name__)

RETRY_SECONDS = 10.0
"""A version that could not be loaded is tried again after this time (seconds)."""


@dataclass(frozen=True, slots=True)
class Live:
    """One consistent state.

    ``models`` stand in the order in which they are asked: the next one when the one before fails. ``model_id`` is the
    promoted model, or the baseline while none was ever promoted; None when the promoted one could not be loaded and
    there was no other before it. An erasure replaces a model's artifact, so its hash tells what is loaded.
    ``article_selector`` is learned of the questions that the knowledge answers; without it passages are searched for.
    ``foreign`` is the same for questions of other languages, by language, learned after everything else and only where
    there are translations; ``translations`` is the state of the knowledge it was learned of. ``translator`` turns what
    is not translated yet into them.
    ``reader`` understands customers' messages; while there is none, the knowledge answers and a person is offered.
    ``offers`` is how suggestions fared so far. ``erasures`` changes with every step of an erasure: what was remembered
    before may hold its customer's words.
    """

    models: tuple[ChatModel, ...] = ()
    model_id: str | None = None
    artifact_sha256: str | None = None
    knowledge_id: str | None = None
    embedder: Embedder | None = None
    article_selector: ArticleSelector | None = None
    foreign: Mapping[str, ForeignSelector] = field(default_factory=dict)
    translations: tuple[Any, ...] = ()
    translator: Translator | None = None
    reader: Reader | None = None
    prompts: ActivePrompts = field(default_factory=lambda: ActivePrompts({}))
    offers: OfferState = field(default_factory=OfferState)
    erasures: tuple[Any, ...] = ()


class LiveVersions:
    """Holds the present state and keeps it up to date in a thread of its own."""

    def __init__(
        self,
        engine: sa.Engine,
        business: Business,
        providers: Providers,
        refresh_seconds: float,
    ) -> None:
        self._engine = engine
        self._business = business
        self._providers = providers
        self._refresh_seconds = refresh_seconds
        self._now = Live(prompts=registry.release_prompts(business))
        self._problems: dict[str, str] = {}
        self._failed: dict[str, tuple[str, float]] = {}
        self._prompts_settled = False
        self._stop = threading.Event()
        self._one_at_a_time = threading.Lock()
        self._thread: threading.Thread | None = None
        self._listeners: list[Callable[[], None]] = []

    @property
    def now(self) -> Live:
        """The present state: take it once per request and use only that."""
        return self._now

    @property
    def problems(self) -> dict[str, str]:
        """Why a part is not what it should be, by part: ``database``, ``embedder``, ``model``, ``knowledge``,
        ``understanding``, ``languages``."""
        return dict(self._problems)

    @property
    def missing(self) -> dict[str, str]:
        """The problems without whose solution customers get no proper answer; the others leave an older state live, or
        an answer from the knowledge where nothing understands messages."""
        served = {"model": self._now.model_id, "knowledge": self._now.knowledge_id, "embedder": self._now.embedder}
        return {
            part: reason
            for part, reason in self._problems.items()
            if part not in ("understanding", "languages") and served.get(part) is None
        }

    def on_change(self, listener: Callable[[], None]) -> None:
        """Call this after every change of the state, in the thread that made it."""
        self._listeners.append(listener)

    def start(self) -> None:
        """Load what is live now, then go on looking in the background."""
        self.refresh()
        self._thread = threading.Thread(target=self._watch, name="live-versions", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background thread and the connections to providers."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        for part in (*self._now.models, self._now.embedder):
            close(part)

    def refresh(self) -> None:
        """Look once. Never raises: what goes wrong is kept in ``problems``."""
        with self._one_at_a_time:
            try:
                with self._engine.begin() as connection:
                    prompts = self._load_prompts(connection)
                    promoted = versions.live(connection, "model")
                    row = model_queries.model(connection, promoted) if promoted else None
                    knowledge_id = versions.live(connection, "knowledge")
                    reader_id = versions.live(connection, KIND)
                    offers = statistics.state(connection)
                    erasures = privacy.state(connection)
            except Exception as error:
                self._report("database", error)
                return
            self._solved("database")
            if erasures != self._now.erasures:
                memories.forget()
                self._change(erasures=erasures)
            if prompts != self._now.prompts:
                self._change(prompts=prompts)
            if offers != self._now.offers:
                self._change(offers=offers)
            self._prompts_settled = True
            if self._now.embedder is None:
                self._attempt("embedder", "embedder", self._load_embedder)
            model_id = promoted or BASELINE
            artifact = row.artifact_sha256 if row else None
            if (model_id, artifact) != (self._now.model_id, self._now.artifact_sha256):
                self._attempt("model", model_id, lambda: self._load_model(model_id, row))
            else:
                self._solved("model")
            if knowledge_id is None:
                self._problems["knowledge"] = "no knowledge version is published; run `mhc knowledge update`"
            elif knowledge_id != self._now.knowledge_id:
                self._attempt("knowledge", knowledge_id, lambda: self._load_knowledge(knowledge_id))
            else:
                self._solved("knowledge")
            if reader_id is None:
                self._problems["understanding"] = "no version of understanding is live; run `mhc loop`"
            elif self._now.reader is None or reader_id != self._now.reader.model_id:
                self._attempt("understanding", reader_id, lambda: self._load_reader(reader_id))
            else:
                self._solved("understanding")

    def refresh_languages(self) -> None:
        """Look once whether translations or the knowledge changed, and learn each language anew where they did.

        Never raises. It takes seconds a language, so it is done in the background only; until it is done customers of
        that language are told that a person will answer. Vectors that nobody has made yet take longer; they are kept,
        so that the next process and the next start find them.
        """
        now = self._now
        if now.knowledge_id is None or now.embedder is None:
            return
        try:
            with self._engine.connect() as connection:
                state = (now.knowledge_id, *translation_queries.state(connection))
        except Exception as error:
            self._report("database", error)
            return
        if state == now.translations:
            return
        self._attempt("languages", repr(state), lambda: self._load_languages(state))

    def _load_languages(self, state: tuple[Any, ...]) -> None:
        knowledge_id, count, _ = state
        translator = self._providers.translator() if count else None
        found: dict[str, ForeignSelector] = {}
        if count:
            embedder = e5.load()
            for language in known():
                if language == ENGLISH or self._stop.is_set():
                    continue
                language_vectors.keep(self._engine, knowledge_id, e5.load, (language,), self._stop.is_set)
                if self._stop.is_set():
                    return
                with self._engine.connect() as connection:
                    learned = multilingual.load(connection, knowledge_id, embedder, language)
                if learned is not None:
                    found[language] = learned
                    self._change(foreign={**self._now.foreign, **found}, translator=translator)
        self._change(foreign=found, translations=state, translator=translator)

    def _watch(self) -> None:
        while not self._stop.wait(self._refresh_seconds):
            self.refresh()
            self.refresh_languages()

    def _attempt(self, part: str, version: str, load: Callable[[], None]) -> None:
        failed, at = self._failed.get(part, ("", 0.0))
        if failed == version and time.monotonic() - at < RETRY_SECONDS:
            return
        try:
            load()
        except Exception as error:
            self._failed[part] = (version, time.monotonic())
            self._report(part, error)
            return
        self._failed.pop(part, None)
        self._solved(part)
        log.info("live %s is now %s", part, version)

    def _change(self, **parts: Any) -> None:
        self._now = replace(self._now, **parts)
        for listener in self._listeners:
            listener()

    def _load_embedder(self) -> None:
        embedder = self._providers.embedder()
        embedder.embed(["warming up"])
        self._change(embedder=embedder)

    def _load_model(self, model_id: str, row: ModelVersion | None) -> None:
        try:
            if row is None and model_id != BASELINE:
                raise NotFound(f"model {model_id} is live but not recorded; roll back with `mhc models rollback`")
            chain = load_chain(self._providers, self._engine, row)
        except Exception:  # whatever it was is passed on; customers get the knowledge's answers meanwhile
            if not self._now.models:
                self._change(models=self._providers.chain(self._engine, None))
            raise
        artifact = row.artifact_sha256 if row else None
        self._change(models=chain, model_id=model_id, artifact_sha256=artifact)

    def _load_knowledge(self, knowledge_id: str) -> None:
        embedder = self._now.embedder
        if embedder is None:
            raise ConfigurationError("the embedder is not loaded, so the knowledge cannot be searched; see `embedder`")
        with self._engine.connect() as connection:
            version = knowledge_queries.version(connection, knowledge_id)
            if version is None:
                raise NotFound(f"knowledge {knowledge_id} is live but not recorded; run `mhc knowledge rollback`")
            if version.embedder != embedder.id:
                raise ConfigurationError(
                    f"knowledge {knowledge_id} was embedded by {version.embedder}, configured is {embedder.id}; "
                    "build it again with `mhc knowledge update` or set MHC_EMBEDDER back"
                )
            question = "warming up"
            retrieval.search(connection, knowledge_id, question, embedder.embed([question])[0], 1)
            learned = article_selector.load(connection, knowledge_id, embedder)
        self._change(knowledge_id=knowledge_id, article_selector=learned)

    def _load_reader(self, reader_id: str) -> None:
        with self._engine.connect() as connection:
            version = learning.required(connection, reader_id)
        reader = self._providers.reader(learning.load(recipe.standard(), version), self._business)
        reader.read("warming up", DialogueContext())
        self._change(reader=reader)

    def _load_prompts(self, connection: sa.Connection) -> ActivePrompts:
        if not self._prompts_settled:
            registry.sync_with_release(connection, self._business, datetime.now(UTC))
        found = registry.active(connection, self._business)
        if found != self._now.prompts:
            registry.record_active(connection, found)
        return found

    def _report(self, part: str, error: Exception) -> None:
        reason = str(error) if isinstance(error, MHCError) else f"{type(error).__name__}; see the server's log"
        if part == "database" and not isinstance(error, MHCError):
            reason = "the database does not answer; start it or check MHC_DATABASE_URL"
        if self._problems.get(part) != reason:
            log.warning("live %s: %s (%s)", part, reason, type(error).__name__)
        self._problems[part] = reason

    def _solved(self, part: str) -> None:
        self._problems.pop(part, None)


def close(part: object) -> None:
    """End the connections of a model or an embedder, where it keeps any."""
    ending = getattr(part, "close", None)
    if ending is not None:
        ending()


def load_chain(providers: Providers, engine: sa.Engine, row: ModelVersion | None) -> tuple[ChatModel, ...]:
    """The models to ask with this one promoted, warmed where that costs nothing.

    Raises:
        MHCError: the model cannot be loaded.
    """
    chain = providers.chain(engine, row)
    for model in chain:
        if model.version_id == BASELINE or (row is not None and row.provider == "local" and model.version_id == row.id):
            model.answer(ChatRequest("warming up"))
    return chain
