"""The image and the compose file: what tools can tell of them without an engine."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from mhc_core.settings import Settings
from mhc_jobs.cli import config
from mhc_jobs.cli.main import app as mhc

PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)", re.MULTILINE)


def program(name: str) -> str:
    beside = Path(sys.executable).parent / name
    found = str(beside) if beside.exists() else shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is missing: make test-deploy, or your system's packages")
    return found


@pytest.fixture(scope="module")
def compose(deploy: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((deploy / "compose.yaml").read_text("utf-8"))
    return found


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in compose["services"].items() if one["image"] == "mhc"}


def test_hadolint_finds_nothing_in_the_dockerfile(deploy: Path) -> None:
    done = subprocess.run([program("hadolint"), deploy / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_last_stage_is_another_account_without_a_compiler(deploy: Path) -> None:
    last = (deploy / "Dockerfile").read_text("utf-8").split("\nFROM ")[-1]
    assert "USER 10001:10001" in last
    assert "HEALTHCHECK" in last
    assert "apt-get" not in last, "what is installed here stays in the image"


def test_the_image_has_the_versions_that_were_tested(deploy: Path) -> None:
    image = dict(PIN.findall((deploy / "requirements.lock").read_text("utf-8")))
    tested = dict(PIN.findall((deploy.parent / "requirements.lock").read_text("utf-8")))
    assert image.items() <= tested.items()
    assert {"fastapi", "dagster", "prometheus-client", "hatchling"} <= image.keys()
    assert not {"pytest", "mypy", "ruff", "selenium"} & image.keys()


def test_what_is_copied_into_the_image_is_named(deploy: Path) -> None:
    lines = (deploy / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    assert lines[1] == "*"
    for line in lines:
        if line.startswith("!"):
            assert (deploy.parent / line[1:]).exists(), line


def test_the_compose_file_is_one(compose: dict[str, Any]) -> None:
    spec = pytest.importorskip("compose_spec", reason="compose-spec is missing: make test-deploy")
    read = spec.PyCompose.from_yaml(yaml.safe_dump(compose)).to_spec()
    assert set(read.services) == set(compose["services"])


def test_services_use_commands_settings_and_secrets_that_exist(compose: dict[str, Any], deploy: Path) -> None:
    known = {config.variable(name, field) for name, field in Settings.model_fields.items()}
    script = (deploy / "secrets.sh").read_text("utf-8")
    made = set(re.findall(r"^once (\w+)", script, re.MULTILINE))
    root = typer.main.get_command(mhc)
    assert compose["secrets"].keys() == made
    for name, one in ours(compose).items():
        assert one["environment"].keys() <= known, name
        assert set(one["secrets"]) <= made
        assert {secret.upper() for secret in one["secrets"]} <= known
        words = list(map(str, one["command"]))
        assert words.pop(0) == "mhc"
        command: Any = root
        while words and hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        options = {option for parameter in command.params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, name


def test_only_the_migration_knows_the_owner_s_password(compose: dict[str, Any]) -> None:
    knows = {name for name, one in compose["services"].items() if "mhc_owner_database_url" in one.get("secrets", [])}
    assert knows == {"migrate"}


def test_nothing_of_ours_is_root_writes_into_its_image_or_is_open_to_the_network(compose: dict[str, Any]) -> None:
    for name, one in ours(compose).items():
        assert one["read_only"] is True, name
        assert one["user"] == "10001:10001", name
        assert one["cap_drop"] == ["ALL"], name
    ports = [port for one in compose["services"].values() for port in one.get("ports", [])]
    assert ports
    assert all(str(port).startswith("127.0.0.1:") for port in ports)


def test_secrets_are_made_once_and_closed_to_others(deploy: Path, tmp_path: Path) -> None:
    (tmp_path / "secrets.sh").write_bytes((deploy / "secrets.sh").read_bytes())
    if shutil.which("openssl") is None:
        pytest.skip("openssl is missing")

    def run() -> dict[str, str]:
        subprocess.run(["sh", tmp_path / "secrets.sh"], check=True, capture_output=True)
        return {one.name: one.read_text() for one in (tmp_path / "secrets").iterdir()}

    first = run()
    assert run() == first
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert first["postgres_app_password"] in first["mhc_database_url"]
    assert first["mhc_database_url"].startswith("postgresql://mhc_app:")
    assert len(first["mhc_dagster_secret"]) >= 32 <= len(first["mhc_metrics_key"])
