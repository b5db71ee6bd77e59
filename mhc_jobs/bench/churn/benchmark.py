"""Nested cross-validation: fitting, averaging and calibrating see the training folds only."""

from typing import Any

import numpy as np

from mhc_core.customers import churn
from mhc_core.customers.churn import Features, Flags, Floats
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc

AUROC, ECE = 0.845, 0.02


def measure(features: Features, lost: Flags, folds: int, seed: int) -> dict[str, Any]:
    """The model beside a plain logistic regression, on the same folds."""
    from sklearn.model_selection import StratifiedKFold

    ours, plain = np.zeros(len(lost)), np.zeros(len(lost))
    reasons: list[dict[str, Any]] = []
    for known, other in StratifiedKFold(folds, shuffle=True, random_state=seed).split(features.rows, lost):
        training, unseen = features.chosen(known), features.chosen(other)
        model = churn.fit(training, lost[known], seed)
        ours[other] = model.probability(unseen)
        baseline = churn.logistic(features.categories, len(features.names), splines=False)
        plain[other] = baseline.fit(training.rows, lost[known]).predict_proba(unseen.rows)[:, 1]
        if not reasons:
            highest = np.argsort(-ours[other])[:3]
            given = model.reasons(unseen.chosen(highest))
            chances = ours[other][highest]
            reasons = [
                {"probability": round(float(chance), 3), "reasons": [str(reason) for reason in each]}
                for chance, each in zip(chances, given, strict=True)
            ]
    found = {"mhc": _judged(ours, lost), "logistic": _judged(plain, lost)}
    return {
        "customers": len(lost),
        "lost_share": round(float(lost.mean()), 4),
        "folds": folds,
        "models": found,
        "highest": reasons,
        "met": {"auroc": found["mhc"]["auroc"] >= AUROC, "ece": found["mhc"]["ece"] <= ECE},
    }


def _judged(chance: Floats, lost: Flags) -> dict[str, float]:
    truth = lost.astype(np.float64)
    likely = np.where(lost, chance, 1 - chance)
    return {
        "auroc": round(auc(chance, lost), 4),
        "ece": round(expected_calibration_error(chance, truth), 4),
        "brier": round(float(np.mean((chance - truth) ** 2)), 4),
        "log_loss": round(float(-np.log(np.maximum(likely, 1e-12)).mean()), 4),
    }
