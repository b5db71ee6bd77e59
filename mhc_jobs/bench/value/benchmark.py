"""Fit on the first weeks, judge by the weeks after: totals, who buys most, and the probability given to what came."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Protocol

import numpy as np

from mhc_core.customers import bg_nbd
from mhc_core.customers import value as valuation
from mhc_core.customers.purchases import Floats, History, Purchases, counts_of, history, spend_of
from mhc_core.errors import DataError
from mhc_jobs.bench.value import pareto_nbd
from mhc_jobs.bench.value.cdnow import Shop

WEEKS = 39
TOTAL, TOP = (0.97, 1.03), 0.48


class Model(Protocol):
    """What all three models can say of customers."""

    def expected(self, known: History, weeks: float) -> Floats: ...
    def probabilities(self, known: History, weeks: float) -> Iterator[Floats]: ...


def measure(shop: Shop, weeks: int, ahead: int, ceiling: bool) -> dict[str, Any]:
    """Every model on the same weeks.

    Raises:
        DataError: the data ends before the weeks do.
    """
    end, last = 7 * weeks, 7 * (weeks + ahead)
    if last > shop.days:
        raise DataError(
            f"{weeks} + {ahead} weeks are more than the {shop.days // 7} of the data; choose --weeks and --ahead lower"
        )
    known = history(shop.purchases, end)
    later = shop.purchases.between(end, last)
    actual, spent = counts_of(later, known.customer), spend_of(later, known.customer)
    in_time = (shop.purchases.day >= end) & (shop.purchases.day < last)
    discs = spend_of(Purchases(later.customer, later.day, shop.discs[in_time]), known.customer)
    cohorts = valuation.fit(shop.purchases, end, ahead)
    values = valuation.value(cohorts, known, ahead)
    models: dict[str, Model] = {"bg_nbd": bg_nbd.fit(known, burst=False), "pareto_nbd": pareto_nbd.fit(known)}
    plain = {name: _judged(model, known, ahead, actual) for name, model in models.items()}
    ours = {
        "total": _total(values.purchases, actual),
        "top_decile": round(valuation.top_share(values.purchases, actual), 4),
        "log_score": _mean_log(cohorts, known, ahead, actual),
    }
    inside = (actual >= values.purchases_low) & (actual <= values.purchases_high)
    report = {
        "weeks": weeks,
        "ahead": ahead,
        "customers": len(known),
        "later_purchases": int(actual.sum()),
        "models": {"mhc": ours, **plain},
        "spend": {
            "total": _total(values.spend, spent),
            "top_decile_of_spend": round(valuation.top_share(values.spend, spent), 4),
            "top_decile_of_discs": round(valuation.top_share(values.spend, discs), 4),
        },
        "coverage_of_80": round(float(inside.mean()), 4),
        "cohorts": [asdict(cohort) for cohort in cohorts],
        "met": {"total": TOTAL[0] <= ours["total"] <= TOTAL[1], "top_decile": ours["top_decile"] >= TOP},
    }
    if ceiling:
        report["ceiling_of_top_decile"] = round(_ceiling(shop, known, actual, end), 4)
    return report


def _judged(model: Model, known: History, ahead: int, actual: Floats) -> dict[str, float]:
    expected = model.expected(known, ahead)
    return {
        "total": _total(expected, actual),
        "top_decile": round(valuation.top_share(expected, actual), 4),
        "log_score": round(float(np.mean(_log_scores(model, known, ahead, actual))), 4),
    }


def _mean_log(cohorts: tuple[valuation.Cohort, ...], known: History, ahead: int, actual: Floats) -> float:
    scores = np.zeros(len(known))
    for cohort, mask in valuation.members(cohorts, known):
        scores[mask] = _log_scores(cohort.model, known.chosen(mask), ahead, actual[mask])
    return round(float(scores.mean()), 4)


def _log_scores(model: Model, known: History, ahead: int, actual: Floats) -> Floats:
    """Logarithm of the probability that each customer's later purchases were given (nats; nearer to zero is better)."""
    given = np.zeros(len(known))
    for count, probability in enumerate(model.probabilities(known, ahead)):
        given = np.where(actual == count, probability, given)
        if count >= actual.max():
            break
    scores: Floats = np.log(np.maximum(given, 1e-300))
    return scores


def _total(expected: Floats, actual: Floats) -> float:
    return round(float(expected.sum() / actual.sum()), 4)


def _ceiling(shop: Shop, known: History, actual: Floats, end: int) -> float:
    """What a model reaches that is taught the later weeks themselves, on customers it has not seen (five folds).

    No honest forecast knows them, so this bounds what the histories can tell.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor
    from sklearn.model_selection import KFold, cross_val_predict

    past = shop.purchases.before(end)
    recent = [
        spend_of(Purchases(past.customer, past.day, np.exp((past.day - end) / days)), known.customer)
        for days in (14, 28, 56, 112)
    ]
    plain = [known.repeats, known.last, known.age, known.age - known.last, known.mean_spend, *recent]
    total = np.zeros(len(known))
    for seed in range(3):
        model = HistGradientBoostingRegressor(
            loss="poisson", learning_rate=0.03, max_iter=150, min_samples_leaf=300, max_leaf_nodes=6, random_state=seed
        )
        folds = KFold(5, shuffle=True, random_state=seed)
        total += cross_val_predict(model, np.column_stack(plain), actual, cv=folds)
    return valuation.top_share(total, actual)
