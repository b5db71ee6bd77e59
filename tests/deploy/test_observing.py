"""Alert rules and the dashboard ask for metrics that are told, with labels that they have."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families as parsed

from mhc_core.db.engine import create
from mhc_core.monitoring import gauges
from mhc_core.settings import Settings
from mhc_serving.app import utc_now
from mhc_serving.metrics.counters import Counters
from mhc_serving.metrics.exposition import Metrics
from mhc_serving.metrics.gauges import Gauges

NAME = re.compile(r"\bmhc_\w+")
SELECTED = re.compile(r"\b(mhc_\w+)\{([^}]*)\}")
GROUPED = re.compile(r"\b(?:by|without) \(([^)]*)\)")
LABELS = {
    "mhc_http_requests_total": {"method", "route", "status"},
    "mhc_http_request_seconds_bucket": {"route", "le"},
    "mhc_answers_total": {"model", "agent", "cached"},
    "mhc_answer_seconds_bucket": {"agent", "le"},
    "mhc_reads_total": {"kind", "result"},
    "mhc_reads_statements_saved_total": {"kind"},
} | {gauge.name: set(gauge.labels) for gauge in gauges.GAUGES}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all samples: those of a process without a database, and those of the gauges."""
    nowhere = create("postgresql://nobody@127.0.0.1:1/nothing")
    counters = Counters()
    counters.begin()
    counters.end("GET", "/healthz", 200, 0.1)
    counters.answered("m", "knowledge", 0.1, cached=False, escalated=True)
    counters.read("menu", "hit", 1)
    settings = Settings(state_dir=tmp_path_factory.mktemp("state"))
    page = bytes(Metrics(counters, Gauges(nowhere, settings.budget_day_usd, utc_now)).page().body).decode()
    nowhere.dispose()
    names = {sample.name for family in parsed(page) for sample in family.samples}
    return names | {gauge.name for gauge in gauges.GAUGES}


@pytest.fixture(scope="module")
def asked(deploy: Path) -> list[str]:
    """The expressions of alerts and panels."""
    rules = yaml.safe_load((deploy / "helm/mhc/files/alerts.yaml").read_text("utf-8"))
    dashboard = json.loads((deploy / "grafana/concierge.json").read_text("utf-8"))
    found = [rule["expr"] for group in rules["groups"] for rule in group["rules"]]
    return found + [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]


def test_alerts_and_panels_name_metrics_that_are_told(asked: list[str], told: set[str]) -> None:
    named = {name for text in asked for name in NAME.findall(text)}
    assert len(named) > 15
    assert named - told == set()


def test_what_is_told_is_looked_at(asked: list[str], told: set[str]) -> None:
    named = {name for text in asked for name in NAME.findall(text)}
    whole = {re.sub("_(bucket|sum|count)$", "", name) for name in told if not name.endswith("_created")}
    assert whole - {re.sub("_bucket$", "", name) for name in named} == set(), "a figure that nobody sees"


def test_labels_are_those_of_the_metrics(asked: list[str]) -> None:
    for text in asked:
        for name, inside in SELECTED.findall(text):
            assert set(re.findall(r"(\w+)[=!]", inside)) <= LABELS[name], text
        known = set().union(*(LABELS.get(name, set()) for name in NAME.findall(text)))
        for inside in GROUPED.findall(text):
            assert {label.strip() for label in inside.split(",")} <= known, text


def test_gauges_of_the_platform_are_never_summed(asked: list[str]) -> None:
    for text in asked:
        for name in re.findall(r"\bsum[^(]*\((?:rate|increase)?\(?(mhc_\w+)", text):
            assert name not in {gauge.name for gauge in gauges.GAUGES}, "every process tells the same figure"


def test_panels_do_not_lie_on_each_other(deploy: Path) -> None:
    panels = json.loads((deploy / "grafana/concierge.json").read_text("utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells = [
        (x, y)
        for at in (panel["gridPos"] for panel in panels)
        for x in range(at["x"], at["x"] + at["w"])
        for y in range(at["y"], at["y"] + at["h"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_promtool_takes_the_rules_and_they_fire_when_they_should(deploy: Path) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is missing: it comes with Prometheus (Debian: prometheus)")
    for words in (
        ["check", "rules", deploy / "helm/mhc/files/alerts.yaml"],
        ["test", "rules", deploy / "prometheus/alerts_test.yaml"],
    ):
        done = subprocess.run([promtool, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
