"""Every environment variable the platform reads: typed, documented, validated once.

Nothing else in the code reads the environment. ``load()`` is called at the entry points (CLI, Dagster resources, the
serving app factory) and the result is passed down.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, BaseModel, Field, SecretStr, ValidationError, computed_field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mhc_core import signing
from mhc_core.errors import ConfigurationError
from mhc_core.vocabulary import Outcome, StaffRole

SECRET_CHARS = 32
"""The shortest secret of the settings."""


class FeedbackPoints(BaseModel, frozen=True):
    """Points that one piece of feedback earns; their sum is clamped to 0..1."""

    thumbs_up: float = 0.3
    thumbs_down: float = -0.3
    five_stars: float = 0.4
    four_stars: float = 0.2
    two_stars_or_less: float = -0.3
    helpful: float = 0.2
    accurate: float = 0.3
    comment: float = 0.1
    comment_min_chars: int = 21


class ScoreWeights(BaseModel, frozen=True):
    """Share of each factor in a conversation's score. A missing factor's share is spread over the others."""

    feedback: float = Field(0.30, ge=0)
    outcome: float = Field(0.25, ge=0)
    coherence: float = Field(0.20, ge=0)
    sentiment: float = Field(0.15, ge=0)
    efficiency: float = Field(0.10, ge=0)


class ScoreScales(BaseModel, frozen=True):
    """What 0 and 1 mean for the factors that are measured on another scale."""

    efficiency_zero_length: float = Field(3.0, gt=1)
    outcomes: dict[Outcome, float] = {
        Outcome.BOOKED: 1.0,
        Outcome.RESOLVED: 1.0,
        Outcome.QUOTED: 0.8,
        Outcome.ESCALATED: 0.5,
        Outcome.NOT_BOOKED: 0.4,
        Outcome.ABANDONED: 0.2,
        Outcome.UNRESOLVED: 0.0,
    }


class ModelChoice(BaseModel, frozen=True):
    """Complexity of a question, 0..1, from which a model of the provider is asked first. Below, the local one is."""

    chat_model_from: float = Field(0.0, ge=0, le=1)
    strong_chat_model_from: float = Field(0.5, ge=0, le=1)


class Twilio(BaseModel, frozen=True):
    """An account at Twilio and its senders, as +15551234567."""

    account_sid: str = ""
    auth_token: SecretStr | None = None
    sms_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    whatsapp_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    url: str = "https://api.twilio.com"


class RingCentral(BaseModel, frozen=True):
    """An app at RingCentral and the number that it sends from, as +15551234567."""

    client_id: str = ""
    client_secret: SecretStr | None = None
    jwt: SecretStr | None = None
    sms_from: str = Field("", pattern=r"^(\+[1-9]\d{7,14})?$")
    url: str = "https://platform.ringcentral.com"


class Settings(BaseSettings):
    """Configuration of one process. Names in the environment are the field names in capitals with ``MHC_`` before."""

    model_config = SettingsConfigDict(
        env_prefix="MHC_",
        env_nested_delimiter="__",
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        populate_by_name=True,
    )

    # Where things live
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

    # Collection
    first_day: date = Field(
        date(2026, 1, 1),
        description="First day of the pipeline's partitions. Conversations dated before it are left out and counted.",
    )
    days_per_run: int = Field(31, ge=1, le=366, description="Days that one run of a backfill or a night takes at most.")

    # Scoring and promotion to training data
    feedback_points: FeedbackPoints = Field(
        FeedbackPoints(), description="Points of the feedback score, e.g. `MHC_FEEDBACK_POINTS__THUMBS_UP=0.3`."
    )
    score_weights: ScoreWeights = Field(
        ScoreWeights(), description="Weights of the conversation score, e.g. `MHC_SCORE_WEIGHTS__FEEDBACK=0.3`."
    )
    score_scales: ScoreScales = Field(
        ScoreScales(),
        description="What outcomes are worth, and the multiple of the usual length at which efficiency is 0.",
    )
    promoting_score: Literal["weighted", "learned"] = Field(
        "weighted",
        description="Which score promotes answers: `weighted` by the lower end of its interval, or the `learned` one.",
    )
    idle_hours: int = Field(
        24, ge=1, description="An active conversation without a message for longer is closed (hours)."
    )
    quality_threshold: float = Field(
        0.8, ge=0, le=1, description="Conversation score from which answers become examples."
    )
    minimum_rating: int = Field(
        4, ge=1, le=5, description="An answer rated with fewer stars is never promoted by score."
    )
    confidence_threshold: float = Field(0.7, ge=0, le=1, description="Answers below are queued for review first.")
    near_duplicate_similarity: float = Field(
        0.97, gt=0, le=1, description="Cosine similarity from which two questions with the same answer are one example."
    )

    # Scrubbing
    pii_model: str | None = Field(
        None,
        description="A spaCy package, or a folder of spaCy or transformers, asked beside the built-in tagger.",
    )
    phone_regions: str = Field(
        "US,CA,MX",
        pattern=r"^[A-Z]{2}(,[A-Z]{2})*$",
        description="Countries whose phone numbers are found without a country code (ISO 3166, comma between).",
    )
    scrub_timeout_seconds: float = Field(
        30.0,
        gt=0,
        description="A text that takes longer to scrub is held (seconds, for each started 100,000 characters).",
    )

    # Data set
    dataset_min_examples: int = Field(200, ge=10, description="A data set with fewer examples is not built.")
    dataset_max_examples: int = Field(10_000, ge=10, description="More are sampled down, stratified by intent.")
    validation_fraction: float = Field(0.2, gt=0, lt=1, description="Share held out, grouped by customer.")
    seed: int = Field(20_260_101, description="Seed of the split and of every sampling step.")

    # Training, evaluation, promotion
    fine_tuner: Literal["local", "openai", "azure", "lora"] = Field("local", description="Which adapter trains.")
    retraining_threshold: int = Field(1000, ge=1, description="New verified examples that start a training run.")
    knowledge_threshold: int = Field(50, ge=1, description="New verified examples that start a knowledge update.")
    understanding_threshold: int = Field(
        50, ge=1, description="New corrections and bookings that start training a version of understanding."
    )
    fine_tune_base: str | None = Field(
        None,
        description="Base model of the OpenAI and Azure adapters. Empty: none, since every base that they train on has "
        "an announced end.",
    )
    fine_tune_epochs: int = Field(3, ge=1, le=50, description="Epochs of the OpenAI and Azure adapters.")
    fine_tune_budget_usd: Decimal = Field(
        Decimal(50), ge=0, description="A fine-tune estimated above this is refused (USD)."
    )
    lora_base: str | None = Field(
        None,
        description="Chat model with open weights that the lora adapter trains: a folder, a GGUF file, or a hub id: "
        "`owner/name` or `owner/name@revision`.",
    )
    lora_epochs: int = Field(6, ge=1, le=50, description="Epochs of the lora adapter.")
    lora_preference_epochs: int = Field(
        0, ge=0, le=20, description="Epochs of the lora adapter on preference pairs (DPO), after the others; 0: none."
    )
    promotion_margin: float = Field(
        0.0, ge=0, description="The interval's lower bound of candidate minus production must exceed this."
    )
    judge_model: str | None = Field(
        None,
        description="Model of the provider that also judges answers in evaluations; it decides only when it agrees "
        "with people (Cohen's kappa 0.6). Empty: none.",
    )
    auto_approve: bool = Field(False, description="Approve a positive verdict without a person. For the demo.")
    rollout: Literal["canary", "direct"] | None = Field(
        None,
        description="How an approved model goes live: `canary` step by step among customers, `direct` at once. "
        "Empty: direct with MHC_AUTO_APPROVE, else canary.",
    )
    rollout_shadow_share: float = Field(
        0.1, ge=0, le=1, description="Share of turns that a candidate answers unseen before its canary; 0: no shadow."
    )
    rollout_holdback: int = Field(
        5, ge=0, le=50, description="Customers who keep the former model in a canary's last stage (percent)."
    )
    rollout_stage_days: int = Field(
        14, ge=1, description="A stage of a canary without proof for longer waits for a person (days)."
    )

    # Models
    embedder: Literal["local", "openai"] = Field("local", description="What embeds questions and knowledge.")
    embedder_threads: int = Field(
        2, ge=1, le=64, description="Threads of one call of the local embedder. The API uses one for each message."
    )
    embedding_model: str = Field("text-embedding-3-small", description="Model of the OpenAI embedder.")
    chat_model: str = Field("gpt-6-luna", description="Model that answers when an OpenAI key is set.")
    strong_chat_model: str | None = Field(
        None, description="Model asked first for complex questions when an OpenAI key is set. Empty: none."
    )
    understanding_model: str | None = Field(
        None,
        description="Model that also reads each message when an OpenAI key is set; the local one checks it and stands "
        "in for it. Empty: the local one reads alone.",
    )
    understanding_timeout_seconds: float = Field(
        4.0, gt=0, description="What the provider's model reads is waited for this long, once (seconds)."
    )
    model_choice: ModelChoice = Field(
        ModelChoice(),
        description="Complexity of a question (0 to 1) from which a model is asked before the local one, e.g. "
        "`MHC_MODEL_CHOICE__CHAT_MODEL_FROM=0.2`.",
    )
    answer_timeout_seconds: float = Field(
        15.0, gt=0, description="A provider's answer is waited for this long, twice at most (seconds)."
    )
    openai_api_key: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_API_KEY", "openai_api_key"),
        description="Key of OpenAI or compatible.",
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_BASE_URL", "openai_base_url"),
        description="Another OpenAI-compatible server.",
    )
    openai_api_version: str | None = Field(
        None,
        validation_alias=AliasChoices("OPENAI_API_VERSION", "openai_api_version"),
        description="Set for Azure OpenAI, with its endpoint as base URL.",
    )

    # Knowledge
    knowledge_stale_days: int = Field(30, ge=1, description="Articles not reviewed for longer are flagged (days).")
    retrieval_top_k: int = Field(3, ge=1, le=20, description="Passages given to the model.")

    # Housekeeping
    run_retention_days: int = Field(
        30, ge=2, description="Dagster's runs and their event log are removed after so long (days)."
    )

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

    # Backups
    backup_dir: Path | None = Field(
        None,
        description="Folder of backups and of the ledger of erasures, best on another disk. Empty: `backups` under the "
        "state folder.",
    )
    backup_days: int = Field(30, ge=1, description="The next backup removes those in its folder that are older (days).")

    # Serving
    serve_host: str = Field("127.0.0.1", description="Address the API binds to.")
    serve_port: int = Field(8000, ge=1, le=65535, description="Port of the API.")
    console_port: int = Field(8010, ge=1, le=65535, description="Port of the console of staff.")
    console_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address under which staff reach the console, ending in /console. Empty: host and port above.",
    )
    rate_limit_sign_in: str = Field(
        "10/15 minute;50/day", description="Failed attempts to sign in to one account, or from one network address."
    )
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="OpenID Connect provider by which staff sign in to the console too, such as "
        "`https://id.example.com/realms/staff`. Empty: none.",
    )
    oidc_client_id: str = Field("", description="What the provider calls the console.")
    oidc_client_secret: SecretStr | None = Field(None, description="The console's secret at the provider.")
    oidc_role_claim: str = Field(
        "roles", min_length=1, description="Claim of the provider that holds a person's roles or groups."
    )
    oidc_roles: dict[str, StaffRole] = Field(
        {},
        description='Roles of the console by values of that claim, e.g. `{"front-desk": "agent", "owners": "admin"}`. '
        "Who has none of them is not let in.",
    )
    serve_workers: int = Field(
        1, ge=1, le=64, description="Processes that answer on the API's port. Each holds the models and counts alone."
    )
    request_timeout_seconds: float = Field(
        60.0, gt=0, description="A request that takes longer is answered with 503 and given up (seconds)."
    )
    public_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Address under which customers reach the API, for links in e-mails. Empty: host and port above.",
    )
    open_loopback: bool = Field(
        False,
        description="Programs on this machine may speak as any customer without a key. For development: it counts only "
        "while the API binds to loopback, MHC_PUBLIC_URL is empty and no proxy is in between.",
    )
    feedback_link_days: int = Field(30, ge=1, le=365, description="How long a feedback link in an e-mail works (days).")
    widget_origins: str = Field(
        "",
        description="Sites whose pages may call the API beside its own, with commas: `https://example.com,https://…`.",
    )
    token_secrets: SecretStr | None = Field(
        None,
        description="Secrets that sign widget tokens, with commas, oldest first: the last signs, all are accepted. "
        "Each has 32 characters at least. Empty: made from the installation's salt, another one each day.",
    )
    link_secrets: SecretStr | None = Field(
        None,
        description="Secrets that sign feedback links, as above. Empty: made from the installation's salt, another one "
        "every 30 days.",
    )
    rate_limit_key: str = Field("1200/minute", description="Requests with one API key.")
    rate_limit_customer: str = Field("20/minute;300/hour", description="Messages and ratings of one customer.")
    rate_limit_address: str = Field(
        "120/minute", description="Requests of one network address that sends no valid API key."
    )
    rate_limit_anonymous: str = Field(
        "3000/minute", description="Requests without a valid API key of all network addresses together."
    )
    rate_limit_storage_uri: SecretStr | None = Field(
        None,
        description="Where requests are counted for several processes: any storage of the `limits` library, such as "
        "`redis://host:6379`. Empty: each process counts its own.",
    )
    trusted_proxies: str = Field(
        "",
        description="Addresses or networks of your proxies, with commas: their `X-Forwarded-For` is believed when "
        "requests are counted by address.",
    )
    webhook_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s]+$",
        description="Where to tell that a conversation waits for a person. Empty: nowhere.",
    )
    webhook_secret: SecretStr | None = Field(
        None, description="Signs webhooks (Standard Webhooks): base64, e.g. from `openssl rand -base64 32`."
    )
    alert_rules: Path | None = Field(
        None, description="Who hears of which alerts. Empty: `mhc_core/monitoring/alerts/rules.toml`."
    )
    alert_urls: dict[str, SecretStr] = Field(
        {},
        description="Addresses of the channels of alerts, as Apprise reads them, e.g. "
        "`MHC_ALERT_URLS__MAIL=mailtos://user:password@example.com?to=ops@example.com`.",
    )
    report_to: str = Field(
        "", description="Who gets the weekly report by e-mail: addresses with commas. Empty: nobody."
    )
    mail_url: SecretStr | None = Field(
        None,
        description="Server that sends e-mails: `smtp://user:password@host:587`, or `smtps://` where it is encrypted "
        "from the start. Empty: none.",
    )
    mail_from: str = Field("", description="Sender of e-mails, such as `Hibachi <reports@example.com>`.")
    campaigns: bool = Field(
        False,
        description="Send follow-ups to customers who agreed to them. Off: they are planned, and nothing is sent.",
    )
    campaigns_file: Path | None = Field(
        None, description="Follow-ups and their offers. Empty: `mhc_core/campaigns/campaigns.toml`."
    )
    campaigns_weekly: int = Field(
        2, ge=1, le=7, description="Follow-ups that a person gets in any 7 days at most, over all campaigns."
    )
    twilio: Twilio = Field(
        Twilio(),
        description="Sends follow-ups by SMS and WhatsApp: `MHC_TWILIO__ACCOUNT_SID`, `__AUTH_TOKEN`, and a sender, "
        "`__SMS_FROM` or `__WHATSAPP_FROM`.",
    )
    ringcentral: RingCentral = Field(
        RingCentral(),
        description="Sends follow-ups by SMS: `MHC_RINGCENTRAL__CLIENT_ID`, `__CLIENT_SECRET`, `__JWT`, `__SMS_FROM`.",
    )
    dagster_port: int = Field(
        3000, ge=1, le=65535, description="Port of Dagster's web server, which answers the console alone."
    )
    dagster_url: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#/]+$",
        description="Where the console reaches Dagster's web server. Empty: on this machine, at the port above.",
    )
    dagster_secret: SecretStr | None = Field(
        None,
        min_length=32,
        description="What the console shows to Dagster's web server. Empty: `mhc up` makes one at each start.",
    )
    refresh_seconds: float = Field(
        2.0, gt=0, le=5, description="How often serving looks for a new model or knowledge version (seconds)."
    )
    minimum_confidence: float = Field(
        0.25,
        ge=0,
        le=1,
        description="An answer less certain is not given: the customer gets topics to choose from, or a person.",
    )
    kept_from: float = Field(
        0.8,
        ge=0,
        le=1,
        description="Probability of its answer from which a question in other words gets a kept answer; 1: none does.",
    )
    max_message_chars: int = Field(4000, ge=100, description="Longer chat messages are refused (characters).")

    @field_validator("token_secrets", "link_secrets")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        parts = signing.given(value.get_secret_value()) if value is not None else [b""]
        if value is not None and any(len(part) < SECRET_CHARS for part in parts or [b""]):
            raise ValueError(f"each secret has {SECRET_CHARS} characters at least; `openssl rand -base64 32` makes one")
        return value

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
        ConfigurationError: a variable has a value that does not fit, named in the message.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        problems = "; ".join(
            f"MHC_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise ConfigurationError(f"configuration is not valid: {problems}") from None
