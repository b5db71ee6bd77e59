"""Logistic regression on dense and sparse features side by side."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import LogisticRegression

from mhc_core.understanding import logistic
from mhc_core.understanding.logistic import Rows
from mhc_core.understanding.network import softmax


@pytest.mark.parametrize("classes", [2, 4])
def test_it_finds_what_scikit_learn_finds_in_one_matrix(classes: int) -> None:
    rng = np.random.default_rng(3)
    wanted = rng.integers(0, classes, 300)
    dense = (rng.normal(size=(300, 6)) + 0.5 * np.eye(classes, 6)[wanted]).astype(np.float32)
    hashed = sparse.random(300, 40, 0.1, format="csr", dtype=np.float32, random_state=3)
    weights, bias = logistic.fit(Rows(dense, hashed), wanted, 2.0, 1e-6)
    ours = softmax(Rows(dense, hashed).times(weights) + bias)
    both = sparse.hstack([sparse.csr_matrix(dense), hashed]).tocsr()
    penalty = 2.0 if classes > 2 else 4.0  # for two classes scikit-learn has one row of weights, here are two
    theirs = LogisticRegression(C=penalty, tol=1e-8, max_iter=2000).fit(both, wanted).predict_proba(both)
    assert np.abs(ours - theirs).max() < 0.01


def test_rows_can_be_taken_apart() -> None:
    rows = Rows(np.eye(3, dtype=np.float32), sparse.eye(3, format="csr", dtype=np.float32))
    weights = np.arange(12, dtype=np.float32).reshape(6, 2)
    kept = np.array([True, False, True])
    assert (rows.some(kept).times(weights) == rows.times(weights)[kept]).all()
