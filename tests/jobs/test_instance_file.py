"""The instance file that the settings want is one that Dagster takes."""

from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from mhc_core.errors import ConfigurationError
from mhc_core.settings import Kubernetes, Settings
from mhc_jobs import dagster_home, instance_file

SHARED = {
    "database_url": "postgresql://mhc@db/mhc",
    "artifact_uri": "s3://shop/artifacts",
    "inbox_uri": "s3://shop/inbox",
}
BROKER = {"celery_broker_url": "redis://:secret@redis:6379/1"}
RUN_CONFIG = """
pod_spec_config:
  volumes: [{name: state, persistent_volume_claim: {claim_name: state}}]
container_config:
  resources: {requests: {cpu: "1", memory: 2Gi}}
"""


def chosen(launcher: str, **more: Any) -> Settings:
    return Settings(run_launcher=launcher, **{**SHARED, **more})


def loaded(settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch) -> dg.DagsterInstance:
    """The instance as Dagster's processes open it; the storage is a file, since nothing else listens here."""
    home = folder / "home"
    home.mkdir()
    config = yaml.safe_load(instance_file.text(settings))
    del config["storage"]
    (home / "dagster.yaml").write_text(yaml.safe_dump(config), "utf-8")
    return dg.DagsterInstance.from_config(str(home))


def test_the_defaults_are_the_project_s_file_as_it_is() -> None:
    assert instance_file.text(Settings()) == (dagster_home.PROJECT / "dagster.yaml").read_text("utf-8")


def test_only_the_number_of_runs_changes_where_only_that_is_set(tmp_path: Path) -> None:
    usual = yaml.safe_load(instance_file.text(Settings()))
    changed = yaml.safe_load(instance_file.text(Settings(max_concurrent_runs=9)))
    assert changed["concurrency"]["runs"].pop("max_concurrent_runs") == 9
    assert usual["concurrency"]["runs"].pop("max_concurrent_runs") == 2
    assert changed == usual


def test_celery_gets_its_broker_from_the_environment_and_no_secret_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("dagster_celery", reason="dagster-celery is missing: pip install 'mhc[celery]'")
    from mhc_jobs.workers.launcher import CeleryRunLauncher

    settings = chosen("celery", **BROKER, max_concurrent_runs=4)
    assert "secret" not in instance_file.text(settings)
    environment = dagster_home.prepare(settings.model_copy(update={"state_dir": tmp_path}), "postgresql://mhc@db/mhc")
    monkeypatch.setenv("MHC_CELERY_BROKER_URL", environment["MHC_CELERY_BROKER_URL"])
    with loaded(settings, tmp_path, monkeypatch) as instance:
        launcher = instance.run_launcher
        assert isinstance(launcher, CeleryRunLauncher)
        assert launcher.celery.conf.broker_url == "redis://:secret@redis:6379/1"
        assert launcher.supports_check_run_worker_health
        assert instance.run_monitoring_start_timeout_seconds == 300
        assert instance.get_concurrency_config().run_queue_config.max_concurrent_runs == 4


def test_kubernetes_jobs_are_made_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("dagster_k8s", reason="dagster-k8s is missing: pip install 'mhc[k8s]'")
    from dagster_k8s import launcher as k8s

    monkeypatch.setattr(k8s, "load_kubernetes_config", lambda **_: None)  # read inside a cluster only
    file = tmp_path / "run.yaml"
    file.write_text(RUN_CONFIG, "utf-8")
    jobs = Kubernetes(image="registry.example.com/mhc:1", namespace="shop", env_secrets=("mhc-env",), run_config=file)
    with loaded(chosen("k8s", kubernetes=jobs), tmp_path, monkeypatch) as instance:
        launcher = instance.run_launcher
        assert isinstance(launcher, k8s.K8sRunLauncher)
        assert (launcher.job_image, launcher.job_namespace) == ("registry.example.com/mhc:1", "shop")
        assert list(launcher.env_secrets) == ["mhc-env"]
        assert launcher.run_k8s_config["container_config"]["resources"]["requests"]["cpu"] == "1"
        assert instance.run_monitoring_start_timeout_seconds == 300


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"run_launcher": "celery", **BROKER}, "set MHC_DATABASE_URL, MHC_ARTIFACT_URI, MHC_INBOX_URI"),
        ({"run_launcher": "k8s", **SHARED, "inbox_uri": None}, "what this one does: set MHC_INBOX_URI"),
        ({"run_launcher": "celery", **SHARED}, "needs MHC_CELERY_BROKER_URL"),
        ({"run_launcher": "k8s", **SHARED}, "needs MHC_KUBERNETES__IMAGE"),
        (
            {"run_launcher": "k8s", **SHARED, "kubernetes": {"image": "mhc", "run_config": "nowhere.yaml"}},
            r"nowhere.yaml cannot be read as YAML \(No such file",
        ),
    ],
)
def test_what_is_missing_is_told(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        instance_file.text(Settings(**settings))
