"""The real jobs of the pipeline under a clock that is set, and with a saboteur in one week."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Self

import dagster as dg
import sqlalchemy as sa
from pydantic import PrivateAttr

from mhc_assets.resources import Platform
from mhc_core.protocols import FineTuner
from mhc_core.providers import select
from mhc_core.providers.local.fine_tuner import LocalFineTuner
from mhc_core.settings import Settings
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.recipe import Recipe
from mhc_jobs.definitions import build_definitions
from mhc_jobs.loop import LoopFailed, failure
from mhc_jobs.simulation import reading
from mhc_jobs.simulation.asking import Clock
from mhc_jobs.simulation.sabotage import Saboteur, mislabelling

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


class SimulatedPlatform(Platform):
    """The platform over a given database and clock; ``sabotage`` spoils whatever is trained.

    It begins with a small part of the gold messages: what it reads better later it learned from corrections.
    """

    _clock: Clock = PrivateAttr()
    _sabotage: bool = PrivateAttr(default=False)
    _misread: bool = PrivateAttr(default=False)

    @classmethod
    def over(cls, engine: sa.Engine, settings: Settings, clock: Clock) -> Self:
        """A platform that is ready: Dagster does not open it again."""
        platform = cls()
        platform._engine, platform._settings, platform._clock = engine, settings, clock
        return platform

    def set_sabotage(self, spoil: bool) -> None:
        """Whether the next training is spoiled."""
        self._sabotage = spoil

    def set_misread(self, spoil: bool) -> None:
        """Whether the next version of understanding is taught wrong labels."""
        self._misread = spoil

    def now(self) -> datetime:
        return self._clock()

    def gold(self) -> Sequence[LabelledMessage]:
        return reading.known_at_first()

    def understanding(self) -> Recipe:
        honest = super().understanding()
        return mislabelling(honest) if self._misread else honest

    def fine_tuner(self) -> FineTuner:
        honest = LocalFineTuner(select.embedder(self._settings), self._settings.artifacts, self._settings.seed)
        return Saboteur(honest, self._settings.seed) if self._sabotage else honest


class Pipeline:
    """Runs jobs in this process, as ``mhc loop`` does."""

    def __init__(self, platform: SimulatedPlatform, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._definitions = build_definitions({"platform": dg.ResourceDefinition.hardcoded_resource(platform)})

    def run(self, name: str, first: date | None = None, last: date | None = None) -> None:
        """Run one job, over a range of days where it has days.

        Raises:
            LoopFailed: it failed.
        """
        tags = {}
        if first is not None and last is not None:
            tags = {
                "dagster/asset_partition_range_start": first.isoformat(),
                "dagster/asset_partition_range_end": last.isoformat(),
            }
        finished = self._definitions.resolve_job_def(name).execute_in_process(
            run_config=_QUIET, instance=self._instance, tags=tags, raise_on_error=False
        )
        if not finished.success:
            raise LoopFailed(f"job {name} failed at {failure(finished)}")
