"""Every environment variable the platform reads: typed, documented, validated once.

Nothing else in the code reads the environment. ``load()`` is called at the entry points (CLI, Dagster resources, the
serving app factory) and the result is passed down.
"""

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError, computed_field
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from mhc_core.errors import ConfigurationError
from mhc_core.settings.answering import AnsweringSettings, ModelChoice
from mhc_core.settings.learning import FeedbackPoints, LearningSettings, ScoreScales, ScoreWeights
from mhc_core.settings.messaging import MessagingSettings, RingCentral, Twilio
from mhc_core.settings.runs import Kubernetes, RunSettings
from mhc_core.settings.serving import SECRET_CHARS, ServingSettings
from mhc_core.settings.storage import KeepingSettings, StorageSettings
from mhc_core.settings.voice import VoiceSettings

__all__ = [
    "SECRET_CHARS",
    "FeedbackPoints",
    "Kubernetes",
    "ModelChoice",
    "RingCentral",
    "ScoreScales",
    "ScoreWeights",
    "Settings",
    "Twilio",
    "load",
]


class _Secrets(SecretsSettingsSource):
    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        value, key, complex_ = super().get_field_value(field, field_name)
        return value or None, key, complex_


# Pydantic takes the fields of the last base first: so they stand in the order of the documentation.
class Settings(
    VoiceSettings,
    MessagingSettings,
    ServingSettings,
    KeepingSettings,
    RunSettings,
    AnsweringSettings,
    LearningSettings,
    StorageSettings,
):
    """Configuration of one process. Names in the environment are the field names in capitals with ``MHC_`` before."""

    model_config = SettingsConfigDict(
        env_prefix="MHC_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """As pydantic has them, but for files of secrets: an empty one sets nothing, like an empty variable."""
        folder = getattr(file_secret_settings, "secrets_dir", None)
        return init_settings, env_settings, dotenv_settings, _Secrets(settings_cls, folder)

    @computed_field  # type: ignore[prop-decorator]
    @property
    def artifacts(self) -> str:
        """The artifact URI in force, without a trailing slash."""
        return (self.artifact_uri or (self.state_dir / "artifacts").absolute().as_uri()).rstrip("/")

    @computed_field  # type: ignore[prop-decorator]
    @property
    def inbox(self) -> str:
        """The inbox URI in force, without a trailing slash."""
        return (self.inbox_uri or (self.state_dir / "inbox").absolute().as_uri()).rstrip("/")

    @property
    def state_uri(self) -> str:
        """The state folder as a URI, without a trailing slash. What lies in it is stored relative to it."""
        return self.state_dir.absolute().as_uri().rstrip("/")

    @property
    def stored_artifacts(self) -> str:
        """The artifact URI as addresses in the database begin: relative to the state folder where it lies in it."""
        return self.artifacts.removeprefix(f"{self.state_uri}/")

    @property
    def backups(self) -> Path:
        """The folder of backups in force."""
        return (self.backup_dir or self.state_dir / "backups").absolute()

    @property
    def promotes_directly(self) -> bool:
        """Whether approval alone moves production. Where nobody is asked to approve there are no customers either."""
        return self.rollout == "direct" or (self.rollout is None and self.auto_approve)

    @property
    def public_address(self) -> str:
        """The public address in force, without a trailing slash."""
        return (self.public_url or f"http://{self.serve_host}:{self.serve_port}").rstrip("/")

    @property
    def dagster_address(self) -> str:
        """Where the console reaches Dagster's web server."""
        return self.dagster_url or f"http://127.0.0.1:{self.dagster_port}"

    @property
    def console_address(self) -> str:
        """Where staff reach the console, without a trailing slash."""
        return (self.console_url or f"http://{self.serve_host}:{self.console_port}/console").rstrip("/")

    @property
    def reject_dir(self) -> Path:
        """Where imports name the lines they refused."""
        return self.state_dir / "rejects"


def load(**overrides: object) -> Settings:
    """Read the environment once.

    Raises:
        ConfigurationError: a variable has a value that does not fit, named in the message, or a file of secrets cannot
            be read.
    """
    given = os.environ.get("MHC_SECRETS_DIR")  # what says where settings are cannot be among them
    secrets = Path(given or Settings.model_fields["secrets_dir"].default)
    if given and not secrets.is_dir():
        raise ConfigurationError(f"MHC_SECRETS_DIR: {secrets} is not a folder; mount the secrets there, or unset it")
    try:
        return Settings(_secrets_dir=secrets if secrets.is_dir() else None, **overrides)  # type: ignore[arg-type]
    except OSError as error:
        raise ConfigurationError(
            f"a secret in {secrets} cannot be read ({error.strerror}); let the account that runs this read it"
        ) from None
    except ValidationError as error:
        problems = "; ".join(
            f"MHC_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise ConfigurationError(f"configuration is not valid: {problems}") from None
