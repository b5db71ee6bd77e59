"""Which model a turn asks while a candidate is under way: the candidate for its customers, production for all others.

The plan is read from the database every two seconds at least, in a thread that does nothing else: loading a candidate
takes as long as it takes and holds up neither a turn nor a kill. A plan that could not be read again in time counts no
more, so a server that is cut off goes back to production by itself. Whatever goes wrong with a candidate, production
answers.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import sqlalchemy as sa

from mhc_core.concierge.models.live import RETRY_SECONDS, Live, LiveVersions, close, load_chain
from mhc_core.concierge.models.providers import Providers
from mhc_core.concierge.models.shadow import Said, ShadowWorker, Turn
from mhc_core.db.queries import installation, versions
from mhc_core.db.queries import rollout as queries
from mhc_core.db.queries import training as model_queries
from mhc_core.db.queries.training import ModelVersion
from mhc_core.errors import MHCError
from mhc_core.protocols import ChatModel
from mhc_core.pseudonyms import customer_hash
from mhc_core.rollout import assignment, stages
from mhc_core.rollout.assignment import Plan, RolloutExposure
from mhc_core.settings import Settings
from mhc_core.vocabulary import Arm, Intent, RolloutStatus

Answer = TypeVar("Answer", bound=Said)

log = logging.getLogger(__name__)

LOOK_SECONDS = 2.0
"""How often the plan is read at least."""
VALID_SECONDS = 4.5
"""A plan counts this long after it was read."""
FIRST_LOAD_SECONDS = 30.0
"""A starting server waits this long for the candidate, then answers with production until it is there."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The versions a turn uses. ``exposure`` is what is stored of it.

    ``unseen`` are the candidate's versions, with the rollout's id, where it is to answer for nobody to see.
    """

    live: Live
    exposure: RolloutExposure | None = None
    unseen: tuple[int, Live] | None = None


@dataclass(frozen=True, slots=True)
class _State:
    """What was read last: the plan, when (seconds of the monotonic clock), and the key of customers' pseudonyms.

    ``over``: the candidate was promoted, and its customers keep it until production is loaded here too.
    """

    plan: Plan | None = None
    at: float = 0.0
    salt: bytes = b""
    over: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    model_id: str
    artifact_sha256: str | None
    models: tuple[ChatModel, ...]


class RolloutRouter:
    """The rollout as this server sees it. Safe to use from several threads."""

    def __init__(
        self,
        engine: sa.Engine,
        live: LiveVersions,
        providers: Providers,
        settings: Settings,
        clock: Callable[[], datetime],
    ) -> None:
        self._engine = engine
        self._live = live
        self._providers = providers
        self._look_seconds = min(settings.refresh_seconds, LOOK_SECONDS)
        self._shadow_percent = settings.rollout_shadow_share * 100
        self.shadow = ShadowWorker(engine, clock)
        self._state = _State()
        self._candidate: _Candidate | None = None
        self._failed: tuple[str, float] = ("", 0.0)
        self._problem: str | None = None
        self._loading: threading.Thread | None = None
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def problem(self) -> str | None:
        """Why the candidate cannot be loaded; its customers are answered by production meanwhile."""
        return self._problem

    def start(self) -> None:
        """Load a candidate that is under way, then go on looking in the background."""
        self.refresh()
        if self._loading is not None:
            self._loading.join(timeout=FIRST_LOAD_SECONDS)
        self._thread = threading.Thread(target=self._watch, name="rollout", daemon=True)
        self._thread.start()
        self.shadow.start()

    def stop(self) -> None:
        """End the background threads."""
        self._stop.set()
        self.shadow.stop()
        for thread in (self._thread, self._loading):
            if thread is not None:
                thread.join(timeout=15)
        for model in self._candidate.models if self._candidate is not None else ():
            close(model)

    def choose(self, live: Live, customer: str, turn: int, intent: Intent, asks: bool) -> Chosen:
        """The versions for a turn.

        Args:
            live: the versions in production.
            customer: who asks, or the conversation where that is not known.
            turn: its place in the conversation.
            asks: whether the agent of this turn asks models of every kind.
        """
        state, candidate = self._state, self._candidate
        plan = state.plan
        if plan is None or candidate is None or candidate.model_id != plan.candidate_id:
            return Chosen(live)
        if time.monotonic() - state.at > VALID_SECONDS or live.model_id != plan.control_id:
            return Chosen(live)  # cut off, or production moved: what is compared is no longer the question
        models = (*live.models, *candidate.models)
        if not asks and not any(getattr(model, "calls_tools", False) for model in models):
            return Chosen(live)
        if not plan.allows(intent):
            sampled = assignment.place(plan.salt, f"{customer}/{turn}") < self._shadow_percent
            return Chosen(
                live, unseen=(plan.rollout_id, _with(live, candidate)) if sampled and not state.over else None
            )
        hashed = customer_hash(state.salt, customer)
        arm = assignment.arm(plan, hashed)
        exposure = None if state.over else RolloutExposure(plan.rollout_id, plan.share, hashed, arm)
        return Chosen(_with(live, candidate) if arm is Arm.CANDIDATE else live, exposure)

    def answered(
        self, chosen: Chosen, live: Live, intent: Intent, answer: Callable[[Live], Answer]
    ) -> tuple[Answer, dict[str, str]]:
        """The answer of a turn's versions, production's where the candidate's fails; then with how it failed, by model.

        What the candidate is to answer for nobody to see is queued.
        """
        failed: dict[str, str] = {}
        try:
            given = answer(chosen.live)
        except Exception as error:
            if chosen.live.model_id == live.model_id:
                raise
            log.warning("candidate %s failed (%s): production answers", chosen.live.model_id, type(error).__name__)
            failed[str(chosen.live.model_id)] = type(error).__name__
            given = answer(live)
        if chosen.unseen is not None and live.embedder is not None:
            rollout_id, unseen = chosen.unseen
            self.shadow.offer(Turn(rollout_id, intent, given, live.embedder, lambda: answer(unseen)))
        return given, failed

    def refresh(self) -> None:
        """Look once. Never raises: without a plan production answers everybody."""
        try:
            with self._engine.begin() as connection:
                state, row = self._read(connection)
        except Exception as error:
            log.warning("the rollout was not looked up (%s)", type(error).__name__)
            return
        self._state = state
        if row is None:
            self._candidate, self._problem = None, None
            return
        present = self._candidate
        if present is None or (present.model_id, present.artifact_sha256) != (row.id, row.artifact_sha256):
            self._load_beside(row)

    def _read(self, connection: sa.Connection) -> tuple[_State, ModelVersion | None]:
        """The plan in force, with the candidate's row."""
        found = queries.in_flight(connection)
        if found is None and self._state.plan is not None:
            before = queries.of_model(connection, self._state.plan.candidate_id)
            promoted = before is not None and before.status is RolloutStatus.PROMOTED
            found = before if promoted and self._waits_for(versions.live(connection, "model")) else None
        if found is None or found.killed_at is not None:
            return _State(), None
        row = model_queries.model(connection, found.model_version_id)
        over = found.status is RolloutStatus.PROMOTED
        return _State(stages.plan(found), time.monotonic(), installation.salt(connection), over), row

    def _waits_for(self, promoted: str | None) -> bool:
        return self._candidate is not None and self._candidate.model_id == promoted != self._live.now.model_id

    def _watch(self) -> None:
        while not self._stop.wait(self._look_seconds):
            self.refresh()

    def _load_beside(self, row: ModelVersion) -> None:
        failed, at = self._failed
        rests = failed == row.id and time.monotonic() - at < RETRY_SECONDS
        if rests or (self._loading is not None and self._loading.is_alive()):
            return
        self._loading = threading.Thread(target=self._load, args=(row,), name="rollout-candidate", daemon=True)
        self._loading.start()

    def _load(self, row: ModelVersion) -> None:
        try:
            models = load_chain(self._providers, self._engine, row)
        except Exception as error:
            self._failed = (row.id, time.monotonic())
            self._problem = str(error) if isinstance(error, MHCError) else f"{type(error).__name__}; see the log"
            log.warning("candidate %s cannot be loaded (%s): production answers", row.id, type(error).__name__)
            return
        self._candidate, self._problem = _Candidate(row.id, row.artifact_sha256, models), None
        log.info("candidate %s is loaded", row.id)


def _with(live: Live, candidate: _Candidate) -> Live:
    """The candidate asked where production would be, and production asked when it fails."""
    models = _in_turn(candidate.models, live.models)
    return replace(live, models=models, model_id=candidate.model_id, artifact_sha256=candidate.artifact_sha256)


def _in_turn(candidate: Sequence[ChatModel], control: Sequence[ChatModel]) -> tuple[ChatModel, ...]:
    own = {model.version_id for model in candidate}
    return (*candidate[:-1], *(model for model in control if model.version_id not in own), *candidate[-1:])
