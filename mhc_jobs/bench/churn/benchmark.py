"""Nested cross-validation: fitting, averaging and calibrating see the training folds only."""

from typing import Any

import numpy as np

from mhc_core.customers import churn
from mhc_core.customers.churn import Features, Flags, Floats
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc

AUROC, ECE = 0.845, 0.02


def measure(features: Features, lost: Flags, folds: int, repeats: int, seed: int) -> dict[str, Any]:
    """The model beside a plain logistic regression, on the same folds; figures are means of the repeats."""
    each = [_once(features, lost, folds, seed + number) for number in range(repeats)]
    found = {
        name: {figure: round(float(np.mean([one[0][name][figure] for one in each])), 4) for figure in each[0][0][name]}
        for name in ("mhc", "logistic")
    }
    return {
        "customers": len(lost),
        "lost_share": round(float(lost.mean()), 4),
        "folds": folds,
        "repeats": repeats,
        "models": found,
        "auroc_of_each_repeat": {
            name: [round(one[0][name]["auroc"], 4) for one in each] for name in ("mhc", "logistic")
        },
        "highest": each[0][1],
        "met": {"auroc": found["mhc"]["auroc"] >= AUROC, "ece": found["mhc"]["ece"] <= ECE},
    }


def _once(
    features: Features, lost: Flags, folds: int, seed: int
) -> tuple[dict[str, dict[str, float]], list[dict[str, Any]]]:
    """Figures of both, and why the three customers of the first fold with the highest risk have it."""
    from sklearn.model_selection import StratifiedKFold

    ours, plain = np.zeros(len(lost)), np.zeros(len(lost))
    why: list[dict[str, Any]] = []
    for known, other in StratifiedKFold(folds, shuffle=True, random_state=seed).split(features.rows, lost):
        training, unseen = features.chosen(known), features.chosen(other)
        model = churn.fit(training, lost[known], seed)
        ours[other] = model.probability(unseen)
        baseline = churn.logistic(features.categories, len(features.names), splines=False)
        plain[other] = baseline.fit(training.rows, lost[known]).predict_proba(unseen.rows)[:, 1]
        if not why:
            highest = np.argsort(-ours[other])[:3]
            why = [
                {"probability": round(float(chance), 3), "reasons": [str(reason) for reason in reasons]}
                for chance, reasons in zip(ours[other][highest], model.reasons(unseen.chosen(highest)), strict=True)
            ]
    return {"mhc": _judged(ours, lost), "logistic": _judged(plain, lost)}, why


def _judged(chance: Floats, lost: Flags) -> dict[str, float]:
    truth = lost.astype(np.float64)
    likely = np.where(lost, chance, 1 - chance)
    return {
        "auroc": auc(chance, lost),
        "ece": expected_calibration_error(chance, truth),
        "brier": float(np.mean((chance - truth) ** 2)),
        "log_loss": float(-np.log(np.maximum(likely, 1e-12)).mean()),
    }
