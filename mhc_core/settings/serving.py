"""Settings of what listens: the API, the console, their limits, and whom they write to."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings

from mhc_core import signing
from mhc_core.vocabulary import StaffRole

SECRET_CHARS = 32
"""The shortest secret of the settings."""


class ServingSettings(BaseSettings):
    """Addresses, sign-in, limits, mail and alerts."""

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
    serve_drain_seconds: float = Field(
        5.0,
        ge=0,
        description="After SIGTERM the API answers on for so long, while `/readyz` says 503; then it lets nobody in "
        "any more (seconds). Longer than a balancer takes to notice.",
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
    metrics_key: SecretStr | None = Field(
        None,
        min_length=SECRET_CHARS,
        description="What a program that collects metrics shows to read `/metrics` of the API and the console from "
        "another machine (32 characters at least). Empty: only programs on this machine and keys of role admin may.",
    )
    traces_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^\s?#]+$",
        description="Where the API sends its traces (OTLP over HTTP), such as `http://collector:4318/v1/traces`. Needs "
        "the extra `traces`. Empty: none are made.",
    )
    traces_headers: SecretStr | None = Field(
        None, description="What the collector of traces wants to see: `name=value,name=value`."
    )
    traces_share: float = Field(
        1.0, ge=0, le=1, description="Requests that are traced, of those that bring no `traceparent` of their own."
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
    read_cache: Literal["checked", "notified", "off"] = Field(
        "checked",
        description="Whether availability, calendar and pages of articles are kept: *checked* asks for their versions "
        "with one small statement a request and is never stale, *notified* asks for nothing and may be stale for some "
        "milliseconds after a write of another process, *off* keeps nothing.",
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
