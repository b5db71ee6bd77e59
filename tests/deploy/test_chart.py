"""The chart: whatever its values are, what it renders is valid, safe, and uses commands and settings that exist."""

import functools
import json
import random
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from mhc_core.settings import Settings
from mhc_jobs import instance_file
from mhc_jobs.cli import config
from mhc_jobs.cli.main import app as mhc

Objects = list[dict[str, Any]]
Render = Callable[[Mapping[str, Any]], Objects]
CASES = 200
OF_OPERATORS = {"ServiceMonitor", "PrometheusRule"}


def drawn(draw: random.Random) -> dict[str, Any]:
    """Values as somebody might write them, each part left out now and then."""

    def resources() -> dict[str, Any]:
        return {
            "requests": {"cpu": draw.choice(["100m", "1", "2"]), "memory": draw.choice(["256Mi", "1Gi"])},
            "limits": draw.choice([{}, {"memory": "4Gi"}, {"cpu": "3", "memory": "4Gi"}]),
        }

    def some(**parts: Any) -> dict[str, Any]:
        return {name: value for name, value in parts.items() if draw.random() < 0.6}

    def on() -> bool:
        return draw.random() < 0.5

    least = draw.randint(1, 4)
    return some(
        image=some(
            repository=draw.choice(["mhc", "registry.example.com/team/mhc"]),
            tag=draw.choice(["", "0.2.0", "main-4f2a", "x" * 128]),
            digest=draw.choice(["", "sha256:" + "0a" * 32]),
            pullPolicy=draw.choice(["Always", "IfNotPresent", "Never"]),
            pullSecrets=draw.choice([[], ["registry"]]),
        ),
        settings=draw.choice([{}, {"MHC_HOLIDAY_AREA": "US-NY", "MHC_RETENTION_DAYS": 365, "MHC_AUTO_APPROVE": False}]),
        secrets=some(existingSecret=draw.choice(["mhc", "shop.secrets"]), ownerSecret=draw.choice(["", "mhc-owner"])),
        persistence=some(
            existingClaim=draw.choice(["", "nfs"]),
            size=draw.choice(["10Gi", "1Ti"]),
            storageClass=draw.choice(["", "efs"]),
            accessMode=draw.choice(["ReadWriteMany", "ReadWriteOnce"]),
        ),
        api=some(
            host=draw.choice(["chat.example.com", "a.b.example.org"]),
            replicas=draw.randint(1, 9),
            resources=resources(),
            autoscaling=some(
                enabled=on(),
                minReplicas=least,
                maxReplicas=least + draw.randint(0, 9),
                requestsInFlight=draw.choice([0, 8]),
            ),
            minAvailable=draw.choice([0, 1, "50%"]),
        ),
        console=some(host="staff.example.com", resources=resources()),
        dagster=some(
            runLauncher=draw.choice(["code", "celery", "kubernetes"]),
            workers=some(replicas=draw.randint(1, 9), runs=draw.randint(1, 4), graceSeconds=600, resources=resources()),
            maxConcurrentRuns=draw.randint(1, 9),
            code={"resources": resources()},
            runs={"resources": resources()},
        ),
        ingress=some(enabled=on(), className="traefik", annotations={"cert-manager.io/cluster-issuer": "letsencrypt"}),
        networkPolicy=some(
            enabled=on(), databases=draw.choice([[], [{"cidr": "192.0.2.7/32", "port": 6543}]]), internet=on()
        ),
        serviceMonitor=some(enabled=on(), interval="15s", labels={"release": "prometheus"}),
        prometheusRule=some(enabled=on(), labels={"release": "prometheus"}),
        nodeSelector=draw.choice([{}, {"disk": "ssd"}]),
        tolerations=draw.choice([[], [{"key": "spot", "operator": "Exists"}]]),
        podAnnotations=draw.choice([{}, {"example.com/owner": "concierge"}]),
    )


@pytest.fixture(scope="module")
def rendered(render: Render) -> list[Objects]:
    """What 200 values files give, and the chart's own values."""
    draw = random.Random(36)
    return [render({}), *(render(drawn(draw)) for _ in range(CASES))]


def of(objects: Objects, kind: str) -> dict[str, dict[str, Any]]:
    return {found["metadata"]["name"]: found for found in objects if found["kind"] == kind}


def pods(objects: Objects) -> Iterator[tuple[str, dict[str, Any]]]:
    for found in objects:
        if found["kind"] in ("Deployment", "Job"):
            yield found["metadata"]["name"], found["spec"]["template"]


def test_helm_finds_nothing_to_say(deploy: Path) -> None:
    helm = pytest.importorskip("helm_python", reason="helm-python-sdk is missing: make test-deploy")
    found = helm.lint(deploy / "helm/mhc")
    assert "ERROR" not in str(found), found
    assert "WARNING" not in str(found), found


def test_every_object_of_every_values_file_is_valid(rendered: list[Objects], monkeypatch: pytest.MonkeyPatch) -> None:
    tool = pytest.importorskip("kubernetes_validate.utils", reason="kubernetes-validate is missing: make test-deploy")
    for name in ("schema_contents", "all_versions"):  # it reads a megabyte for each object
        monkeypatch.setattr(tool, name, functools.cache(getattr(tool, name)))
    seen: set[str] = set()
    for objects in rendered:
        names = [(found["kind"], found["metadata"]["name"]) for found in objects]
        assert len(names) == len(set(names)), "two objects of one name"
        for found in objects:
            text = json.dumps(found, sort_keys=True)
            if text not in seen and found["kind"] not in OF_OPERATORS:
                tool.validate(found, "1.31", strict=True)
            seen.add(text)
    assert len(seen) > CASES


def test_the_migration_is_waited_for_by_pods_and_never_by_helm(rendered: list[Objects]) -> None:
    for objects in rendered:
        [job] = of(objects, "Job").values()
        assert "helm.sh/hook" not in job["metadata"].get("annotations", {})
        assert job["metadata"]["name"] == "prod-mhc-migrate-1", "another one for each revision: a Job cannot be changed"
        for name, pod in pods(objects):
            waits = [one["name"] for one in pod["spec"].get("initContainers", [])]
            assert waits == ([] if name == job["metadata"]["name"] else ["wait-for-schema"])


def test_the_owner_s_password_reaches_the_migration_alone(rendered: list[Objects], render: Render) -> None:
    objects = render({"secrets": {"ownerSecret": "mhc-owner"}})
    holders = [name for name, pod in pods(objects) if "mhc-owner" in json.dumps(pod)]
    assert holders == ["prod-mhc-migrate-1"]
    for each in rendered:
        assert not of(each, "Secret"), "no secret is made of values"


def test_no_container_is_root_or_writes_where_it_should_not(rendered: list[Objects]) -> None:
    for objects in rendered:
        for _, pod in pods(objects):
            assert pod["spec"]["securityContext"]["runAsNonRoot"] is True
            assert pod["spec"]["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            for container in [*pod["spec"]["containers"], *pod["spec"].get("initContainers", [])]:
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
                assert {"cpu", "memory"} <= container["resources"]["requests"].keys()


def test_only_what_launches_runs_may_speak_to_the_cluster(rendered: list[Objects]) -> None:
    for objects in rendered:
        may = [name for name, pod in pods(objects) if pod["spec"]["automountServiceAccountToken"]]
        assert may == (["prod-mhc-dagster-daemon"] if of(objects, "Role") else [])


def test_services_and_policies_choose_pods_that_exist(rendered: list[Objects]) -> None:
    for objects in rendered:
        labels = [pod["metadata"]["labels"].items() for _, pod in pods(objects)]
        chosen = [one["spec"]["selector"] for one in of(objects, "Service").values()]
        chosen += [one["spec"]["selector"]["matchLabels"] for one in of(objects, "PodDisruptionBudget").values()]
        chosen += [one["spec"]["podSelector"]["matchLabels"] for one in of(objects, "NetworkPolicy").values()]
        runs = {"app.kubernetes.io/component": "dagster-run"}.items()
        for selector in chosen:
            assert any(selector.items() <= each for each in labels) or runs <= selector.items(), selector


def test_ingresses_speak_tls_and_lead_to_the_api_and_the_console(render: Render) -> None:
    found = of(render({}), "Ingress")
    leads = {
        (one["spec"]["rules"][0]["host"], path["path"], path["backend"]["service"]["name"])
        for one in found.values()
        for path in one["spec"]["rules"][0]["http"]["paths"]
    }
    assert leads == {
        ("chat.example.com", "/", "prod-mhc-api"),
        ("staff.example.com", "/console", "prod-mhc-console"),
    }
    assert all(one["spec"]["tls"][0]["hosts"] == [one["spec"]["rules"][0]["host"]] for one in found.values())
    assert not of(render({"ingress": {"enabled": False}}), "Ingress")


def test_the_api_grows_with_requests_in_flight(render: Render) -> None:
    grown = of(render({"api": {"autoscaling": {"requestsInFlight": 8}}}), "HorizontalPodAutoscaler")["prod-mhc-api"]
    assert [one["type"] for one in grown["spec"]["metrics"]] == ["Resource", "Pods"]
    assert "replicas" not in of(render({}), "Deployment")["prod-mhc-api"]["spec"], "Helm and the autoscaler would fight"


def test_commands_and_settings_exist(rendered: list[Objects]) -> None:
    known = {config.variable(name, field) for name, field in Settings.model_fields.items()}
    root = typer.main.get_command(mhc)
    for objects in rendered[:40]:
        assert set(of(objects, "ConfigMap")["prod-mhc"]["data"]) <= known
        for _, pod in pods(objects):
            for container in pod["spec"]["containers"]:
                program, *words = container["command"]
                assert program == "mhc"
                command: Any = root
                while words and hasattr(command, "commands"):
                    command = command.commands[words.pop(0)]
                options = {option for parameter in command.params for option in parameter.opts}
                assert {word for word in words if word.startswith("--")} <= options, container["command"]


def test_dagster_in_the_chart_is_set_up_as_on_one_machine(render: Render, deploy: Path) -> None:
    own = yaml.safe_load((deploy.parent / "dagster.yaml").read_text("utf-8"))
    charts = yaml.safe_load(of(render({}), "ConfigMap")["prod-mhc-dagster"]["data"]["dagster.yaml"])
    assert charts == own


def test_workers_launch_as_the_settings_would_have_it(render: Render) -> None:
    objects = render(
        {"dagster": {"runLauncher": "celery", "workers": {"replicas": 3, "runs": 2}, "maxConcurrentRuns": 6}}
    )
    given = of(objects, "ConfigMap")["prod-mhc"]["data"]
    settings = Settings(
        run_launcher=given["MHC_RUN_LAUNCHER"],
        artifact_uri=given["MHC_ARTIFACT_URI"],
        inbox_uri=given["MHC_INBOX_URI"],
        database_url="postgresql://db/mhc",
        celery_broker_url="redis://redis/1",
        max_concurrent_runs=6,
    )
    charts = yaml.safe_load(of(objects, "ConfigMap")["prod-mhc-dagster"]["data"]["dagster.yaml"])
    assert charts == yaml.safe_load(instance_file.text(settings))
    workers = of(objects, "Deployment")["prod-mhc-dagster-worker"]["spec"]
    assert workers["replicas"] == 3
    assert workers["template"]["spec"]["containers"][0]["command"][:4] == ["mhc", "worker", "--runs", "2"]
    assert "prod-mhc-dagster-worker" not in of(render({}), "Deployment")


@pytest.mark.parametrize(
    ("values", "at_fault"),
    [
        ({"api": {"hots": "chat.example.com"}}, "hots"),
        ({"api": {"host": "chat_example"}}, "host"),
        ({"settings": {"MHC_DATABASE_URL": "postgresql://secret"}}, "MHC_DATABASE_URL"),
        ({"settings": {"PATH": "/bin"}}, "PATH"),
        ({"dagster": {"runLauncher": "docker"}}, "runLauncher"),
        ({"image": {"digest": "sha256:12"}}, "digest"),
        ({"networkPolicy": {"databases": [{"cidr": "here", "port": 5432}]}}, "cidr"),
        ({"api": {"resources": {"requests": {"cpu": "much", "memory": "1Gi"}}}}, "cpu"),
    ],
)
def test_values_that_do_not_fit_are_refused_by_name(render: Render, values: dict[str, Any], at_fault: str) -> None:
    with pytest.raises(Exception, match=at_fault):
        render(values)
