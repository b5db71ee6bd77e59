"""The benchmarks of value, churn and demand read their files, compare in one run and say what failed."""

import gzip
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from fakes.shoppers import shoppers

from mhc_core.customers import churn
from mhc_core.errors import DataError, NotFound
from mhc_jobs.bench.churn import benchmark as churn_benchmark
from mhc_jobs.bench.churn import telco
from mhc_jobs.bench.demand import benchmark as demand_benchmark
from mhc_jobs.bench.value import benchmark as value_benchmark
from mhc_jobs.bench.value import cdnow, scale

FIRST = date(1997, 1, 1)


def _write(path: Path, lines: list[str]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")


@pytest.fixture
def shop(tmp_path: Path) -> cdnow.Shop:
    bought = shoppers(1500, burst=1.0)
    lines = ["customer,date,cds,usd", "customer_id,date--,number_of_cds,dollar_value"]
    for customer, day, usd in zip(bought.customer, bought.day, bought.spend, strict=True):
        lines += [f"{customer:05d},{FIRST + timedelta(int(day))},1,{usd / 2:.4f}"] * 2
    _write(tmp_path / cdnow.FILE, lines)
    return cdnow.read(tmp_path)


def test_purchases_of_a_day_are_one(shop: cdnow.Shop) -> None:
    bought = shoppers(1500, burst=1.0)
    assert shop.purchases.day.tolist() == bought.day.tolist()
    assert np.allclose(shop.purchases.spend, bought.spend, atol=1e-3)
    assert set(shop.discs.tolist()) == {2.0} | set(shop.discs[shop.discs > 2].tolist())


@pytest.mark.parametrize(("weeks", "ahead"), [(39, 39), (20, 13)])
def test_all_models_are_judged_on_the_same_weeks(shop: cdnow.Shop, weeks: int, ahead: int) -> None:
    report = value_benchmark.measure(shop, weeks, ahead, ceiling=False)
    assert set(report["models"]) == {"mhc", "bg_nbd", "pareto_nbd"}
    for one in report["models"].values():
        assert 0.6 < one["total"] < 1.5
        assert 0.15 < one["top_decile"] < 1
        assert -3 < one["log_score"] < 0
    assert report["coverage_of_80"] > 0.75
    assert report["met"]["total"] == (0.97 <= report["models"]["mhc"]["total"] <= 1.03)


def test_weeks_beyond_the_data_are_refused(shop: cdnow.Shop) -> None:
    with pytest.raises(DataError, match="more than the 80 of the data; choose"):
        value_benchmark.measure(shop, 70, 39, ceiling=False)


def test_a_file_that_is_not_there_or_broken_is_named(tmp_path: Path) -> None:
    for read in (cdnow.read, telco.read, demand_benchmark.read):
        with pytest.raises(NotFound, match="name its folder with --data"):
            read(tmp_path)
    _write(tmp_path / cdnow.FILE, ["00001,1997-01-01,1"])
    with pytest.raises(DataError, match="line 1: customer,date,discs,usd expected"):
        cdnow.read(tmp_path)
    _write(tmp_path / demand_benchmark.FILE, ["date,ridership", "2001-01-01,3", "2001-01-03,3"])
    with pytest.raises(DataError, match="no single row for the day before 2001-01-03"):
        demand_benchmark.read(tmp_path)


def test_invented_customers_are_valued() -> None:
    report = scale.measure(3000, 1)
    assert report["customers"] == 3000
    assert report["cohorts"] >= 1
    assert report["peak_rss_mb"] > 0  # of all this process did, so what is promised of a million is not judged here


def test_churn_is_judged_on_customers_that_no_model_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(churn, "TREES", 1)
    monkeypatch.setattr(churn, "FOLDS", 2)
    rng = np.random.default_rng(1)
    services = ",".join(telco.SERVICES)
    lines = [f"churn,contract,{services},tenure,monthly_charges,total_charges"]
    for _ in range(400):
        tenure, monthly = int(rng.integers(0, 60)), 20 + 80 * rng.random()
        monthly_contract = rng.random() < 0.6
        lost = rng.random() < 1 / (1 + np.exp(0.08 * tenure - 2 * monthly_contract))
        said = ["Yes" if rng.random() < 0.5 else "No" for _ in telco.SERVICES]
        contract, total = "Monthly" if monthly_contract else "Yearly", f"{tenure * monthly:.2f}" if tenure else ""
        row = ["Yes" if lost else "No", contract, *said, str(tenure), f"{monthly:.2f}", total]
        lines.append(",".join(row))
    _write(tmp_path / telco.FILE, lines)
    features, lost_ones = telco.read(tmp_path)
    assert "contract" in features.names
    assert features.said(features.names.index("contract"), 0.0) == "Monthly"
    report = churn_benchmark.measure(features, lost_ones, 2, 1, seed=1)
    assert report["models"]["mhc"]["auroc"] > 0.75
    assert report["models"]["logistic"]["auroc"] > 0.75
    assert report["highest"][0]["reasons"]
    shuffled = np.random.default_rng(2).permutation(lost_ones)
    assert churn_benchmark.measure(features, shuffled, 2, 1, seed=1)["models"]["mhc"]["auroc"] < 0.62


def test_demand_is_judged_beside_the_baselines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    lines = ["date,ridership"]
    for number in range(500):
        day = date(2020, 1, 6) + timedelta(number)
        lines.append(f"{day},{(5 if day.weekday() >= 5 else 15) * np.exp(0.05 * rng.normal()):.3f}")
    _write(tmp_path / demand_benchmark.FILE, lines)
    monkeypatch.setattr(demand_benchmark, "ERRORS_FROM", 6)
    report = demand_benchmark.measure(*demand_benchmark.read(tmp_path), 2, 30)
    assert set(report["mase"]) == {"mhc", "mstl", "ets", "seasonal_naive"}
    assert report["mase"]["mhc"] < report["mase"]["seasonal_naive"]
    assert report["coverage_of_90"] > 0.75
    with pytest.raises(DataError, match="too few for 40 origins"):
        demand_benchmark.measure(*demand_benchmark.read(tmp_path), 40, 30)
