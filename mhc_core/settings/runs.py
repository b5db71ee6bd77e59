"""Settings of where Dagster's runs are executed, and how many at once."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, Field, SecretStr
from pydantic_settings import BaseSettings


class Kubernetes(BaseModel, frozen=True):
    """The Job of a run. ``config_map`` holds the instance file, ``env_secrets`` has ``MHC_DAGSTER_DATABASE_URL``."""

    image: str = ""
    namespace: str = "default"
    service_account: str = "default"
    config_map: str = "mhc-dagster"
    env_config_maps: tuple[str, ...] = ()
    env_secrets: tuple[str, ...] = ()
    run_config: Path | None = None


class RunSettings(BaseSettings):
    """The launcher of runs and what it needs."""

    run_launcher: Literal["process", "celery", "k8s"] = Field(
        "process",
        description="Where runs are executed: in processes of the code location, by workers of Celery on any number of "
        "machines (`mhc worker`, extra `celery`), or each as a Kubernetes Job (extra `k8s`). The last two need "
        "MHC_DATABASE_URL, MHC_ARTIFACT_URI and MHC_INBOX_URI, which all machines reach.",
    )
    max_concurrent_runs: int = Field(
        2, ge=1, le=1000, description="Runs at once. With `celery` as many as all workers together take, or fewer."
    )
    celery_broker_url: SecretStr | None = Field(
        None,
        description="Broker of `celery`, such as `redis://host:6379/1` or `amqp://user:password@host//`. One that "
        "nothing else uses: each installation has a database number, or a virtual host, of its own.",
    )
    kubernetes: Kubernetes = Field(
        Kubernetes(),
        description="Jobs of `k8s`: image, namespace, service account, ConfigMap with the instance file, ConfigMaps "
        "and Secrets of the environment as JSON lists, and a YAML file with what Dagster calls `run_k8s_config`.",
    )
