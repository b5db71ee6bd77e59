"""What assets, checks and sensors are given: settings, database and models. Nothing of it stands in run config."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import dagster as dg
import sqlalchemy as sa
from pydantic import PrivateAttr

from mhc_core.business import pricing as business
from mhc_core.business.pricing import Business
from mhc_core.db.engine import database
from mhc_core.db.queries.training import ModelVersion
from mhc_core.protocols import ChatModel, Embedder, FineTuner
from mhc_core.providers import select
from mhc_core.scrubbing import Scrubber, loading
from mhc_core.settings import Settings, load
from mhc_core.understanding import examples, recipe
from mhc_core.understanding.labelled import LabelledMessage
from mhc_core.understanding.recipe import Recipe


class Platform(dg.ConfigurableResource["Platform"]):
    """The platform of this process, read from the environment when a run or a tick starts.

    It has no fields on purpose: what a resource is configured with is shown in the UI, and a database URL is a secret.
    """

    _settings: Settings = PrivateAttr()
    _engine: sa.Engine = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Platform"]:
        """Open the database for as long as the run or tick lasts."""
        self._settings = load()
        with database(self._settings) as engine:
            self._engine = engine
            yield self

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def engine(self) -> sa.Engine:
        return self._engine

    def now(self) -> datetime:
        """The clock of the pipeline, UTC."""
        return datetime.now(UTC)

    def business(self) -> Business:
        return business.load(self._settings.business_file)

    def embedder(self) -> Embedder:
        return select.embedder(self._settings)

    def scrubber(self) -> Scrubber:
        """The scrubber under reviewers' lists as they are now; if it cannot be loaded, one that holds every text."""
        with self._engine.connect() as connection:
            return loading.scrubber_or_refusal(connection, self._settings)

    def fine_tuner(self) -> FineTuner:
        return select.fine_tuner(self._settings, self.now().date())

    def gold(self) -> Sequence[LabelledMessage]:
        """The labelled messages that understanding begins with."""
        return examples.gold()

    def understanding(self) -> Recipe:
        """How a version of understanding is trained."""
        return recipe.standard()

    def chat_model(self, version: ModelVersion) -> ChatModel:
        return select.chat_model(
            self._settings,
            version.provider,
            version.id,
            version.artifact_uri,
            version.artifact_sha256,
            version.provider_model_id,
        )
