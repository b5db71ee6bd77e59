"""Dagster's instance file as the settings want it: the project's ``dagster.yaml``, maybe with another launcher."""

from pathlib import Path
from typing import Any

import yaml

from mhc_core.errors import ConfigurationError
from mhc_core.settings import Settings

PROJECT_FILE = Path(__file__).resolve().parent.parent / "dagster.yaml"
BROKER_VARIABLE = "MHC_CELERY_BROKER_URL"
HOME_IN_JOBS = "/tmp/dagster"
"""DAGSTER_HOME of a Kubernetes Job: the instance file is mounted there, the rest of the image may be read-only."""
_START_SECONDS = 300
"""A run waits for a free worker, and a Job for a machine with room and for its image."""


def text(settings: Settings) -> str:
    """The instance file; the project's own, as it is, where the settings are the defaults.

    Raises:
        ConfigurationError: the launcher needs settings that are missing, or a file that cannot be read.
    """
    project = PROJECT_FILE.read_text(encoding="utf-8")
    usual = type(settings).model_fields["max_concurrent_runs"].default
    if settings.run_launcher == "process" and settings.max_concurrent_runs == usual:
        return project
    instance: dict[str, Any] = yaml.safe_load(project)
    instance["concurrency"]["runs"]["max_concurrent_runs"] = settings.max_concurrent_runs
    if settings.run_launcher != "process":
        _require_shared(settings)
        instance["run_launcher"] = _celery(settings) if settings.run_launcher == "celery" else _k8s(settings)
        instance["run_monitoring"]["start_timeout_seconds"] = _START_SECONDS
    return yaml.safe_dump(instance, sort_keys=False)


def _require_shared(settings: Settings) -> None:
    """What a second machine has to reach lies where it can."""
    needed = {
        "MHC_DATABASE_URL": settings.database_url,
        "MHC_ARTIFACT_URI": settings.artifact_uri,
        "MHC_INBOX_URI": settings.inbox_uri,
    }
    if missing := [name for name, value in needed.items() if value is None]:
        raise ConfigurationError(
            f"MHC_RUN_LAUNCHER={settings.run_launcher} runs on other machines, which must reach what this one does: "
            f"set {', '.join(missing)}"
        )


def _celery(settings: Settings) -> dict[str, Any]:
    if settings.celery_broker_url is None:
        raise ConfigurationError(
            "MHC_RUN_LAUNCHER=celery needs MHC_CELERY_BROKER_URL, such as redis://host:6379/1, the same everywhere"
        )
    return {
        "module": "mhc_jobs.workers.launcher",
        "class": "CeleryRunLauncher",
        "config": {"broker": {"env": BROKER_VARIABLE}, "backend": None},
    }


def _k8s(settings: Settings) -> dict[str, Any]:
    jobs = settings.kubernetes
    if not jobs.image:
        raise ConfigurationError("MHC_RUN_LAUNCHER=k8s needs MHC_KUBERNETES__IMAGE, the image of the runs")
    return {
        "module": "dagster_k8s",
        "class": "K8sRunLauncher",
        "config": {
            "job_image": jobs.image,
            "job_namespace": jobs.namespace,
            "service_account_name": jobs.service_account,
            "instance_config_map": jobs.config_map,
            "dagster_home": HOME_IN_JOBS,
            "env_config_maps": list(jobs.env_config_maps),
            "env_secrets": list(jobs.env_secrets),
            "run_k8s_config": _run_config(jobs.run_config),
        },
    }


def _run_config(file: Path | None) -> dict[str, Any]:
    if file is None:
        return {}
    try:
        read = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise ConfigurationError(f"MHC_KUBERNETES__RUN_CONFIG: {file} cannot be read as YAML ({reason})") from None
    if not isinstance(read, dict):
        raise ConfigurationError(f"MHC_KUBERNETES__RUN_CONFIG: {file} holds no mapping; see run_k8s_config of Dagster")
    return read
