"""Settings of where everything lies, how long it is held, and what it may cost."""

from decimal import Decimal
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

AUDIT_DAYS = 730
"""Of these no entry of the audit log is removed."""


class StorageSettings(BaseSettings):
    """Databases, folders and the business file."""

    state_dir: Path = Field(Path(".mhc"), description="Folder of everything the embedded defaults write.")
    database_url: SecretStr | None = Field(
        None, description="A PostgreSQL 15+ with pgvector 0.7+. Empty: the embedded server under the state folder."
    )
    owner_database_url: SecretStr | None = Field(
        None,
        description="The same database with the login that owns its tables: for upgrades, roles, backup and restore. "
        "Empty: MHC_DATABASE_URL.",
    )
    dagster_storage_url: SecretStr | None = Field(
        None, description="The same database with a login of Dagster's own. Empty: MHC_DATABASE_URL."
    )
    secrets_dir: Path = Field(
        Path("/run/secrets"),
        description="Folder in which each file holds the setting it is named after, such as `mhc_database_url`, for "
        "secrets that containers are given as files. The environment and `.env` win over it.",
    )
    database_port: int | None = Field(
        None, ge=1024, le=65535, description="Port of the embedded server. Empty: a free one, kept from then on."
    )
    artifact_uri: str | None = Field(
        None, description="Any fsspec URI for data sets and models. Empty: `artifacts` under the state folder."
    )
    inbox_uri: str | None = Field(
        None,
        description="Folder that the daily collection imports from. Empty: `inbox` under the state folder.",
    )
    business_file: Path | None = Field(
        None, description="Prices and rules. Empty: the sample, `mhc_core/business/sample.toml`."
    )

    holiday_area: str = Field(
        "US-CA", description="Whose public holidays forecasts of demand know: ISO 3166, as the package holidays has it."
    )


class KeepingSettings(BaseSettings):
    """Budgets, retention and backups."""

    # Costs
    budget_day_usd: Decimal = Field(Decimal(50), gt=0, description="What providers may charge a day (USD).")
    budget_week_usd: Decimal = Field(
        Decimal(300), gt=0, description="What providers may charge a week, from Monday (USD)."
    )
    budget_month_usd: Decimal = Field(Decimal(1000), gt=0, description="What providers may charge a month (USD).")
    budget_hard_percent: int = Field(
        150,
        ge=100,
        description="From this share of a budget on (percent) providers write no answers until its period ends: local "
        "models do.",
    )

    # Privacy
    retention_days: int | None = Field(
        None, ge=1, description="Raw text is emptied this long after its last message (days). Empty: it is kept."
    )

    # What grows
    records_retention_days: int = Field(
        400,
        ge=90,
        description="Alerts, incidents and webhooks that are over, sessions of staff, and single calls of providers "
        "are removed after so long (days). Sums by the hour stay.",
    )
    audit_retention_days: int = Field(
        2557,
        ge=0,
        description="Entries of the audit log are removed after so long (days), 730 at least. 0: never.",
    )

    # Backups
    backup_dir: Path | None = Field(
        None,
        description="Folder of backups and of the ledger of erasures, best on another disk. Empty: `backups` under the "
        "state folder.",
    )
    backup_days: int = Field(30, ge=1, description="The next backup removes those in its folder that are older (days).")

    @field_validator("audit_retention_days")
    @classmethod
    def _audit_is_kept(cls, value: int) -> int:
        if 0 < value < AUDIT_DAYS:
            raise ValueError(f"who did what is kept for {AUDIT_DAYS} days at least")
        return value
