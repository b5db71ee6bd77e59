"""The confidence predictor: learns from votes, is calibrated and refuses what it cannot use."""

from collections.abc import Iterator

import numpy as np
import pytest
from fakes.stored import WordEmbedder
from numpy.typing import NDArray

from mhc_core.errors import DataError
from mhc_core.protocols import Turn
from mhc_core.review import vote_predictor
from mhc_core.review.vote_features import CUES, Exchange, Seen, extract
from mhc_core.review.vote_predictor import ConfidencePredictor, fit
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc


def votes(count: int, seed: int = 1) -> tuple[Seen, NDArray[np.bool_], list[str]]:
    """Votes whose chance rises with one cue; three of one group."""
    rng = np.random.default_rng(seed)
    cues, meaning = rng.normal(size=(count, 6)), rng.normal(size=(count, 40))
    liked = rng.random(count) < 1 / (1 + np.exp(-2.5 * cues[:, 0]))
    return Seen(cues, meaning), liked, [str(index // 3) for index in range(count)]


@pytest.fixture(scope="module", autouse=True)
def _few_trees() -> Iterator[None]:
    """Enough to see every behaviour, in a tenth of the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vote_predictor, "TREES", 20)
        yield


@pytest.fixture(scope="module")
def trained() -> tuple[ConfidencePredictor, NDArray[np.float64]]:
    seen, liked, groups = votes(900)
    return fit(seen, liked, groups, seed=1)


def test_it_orders_and_is_calibrated_on_votes_it_has_not_seen(
    trained: tuple[ConfidencePredictor, NDArray[np.float64]],
) -> None:
    predictor, out_of_fold = trained
    unseen, liked, _ = votes(3000, seed=2)
    predicted = predictor(unseen)
    assert auc(predicted, liked) > 0.8
    assert expected_calibration_error(predicted, liked.astype(float)) < 0.06
    assert abs(auc(out_of_fold, votes(900)[1]) - auc(predicted, liked)) < 0.05


def test_out_of_fold_nothing_is_learned_from_noise_even_within_a_group() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(100), 6)
    signature = rng.normal(size=(100, 6))[group]  # a group's items are alike and share their vote
    liked = (rng.random(100) < 0.5)[group]
    _, out_of_fold = fit(Seen(signature, rng.normal(size=(600, 40))), liked, [str(g) for g in group], 1)
    assert abs(auc(out_of_fold, liked) - 0.5) < 0.12


def test_the_same_votes_give_the_same_predictions(trained: tuple[ConfidencePredictor, NDArray[np.float64]]) -> None:
    unseen = votes(50, seed=5)[0]
    assert (fit(*votes(900), seed=1)[0](unseen) == trained[0](unseen)).all()


def test_too_few_votes_are_refused() -> None:
    seen, liked, groups = votes(60)
    with pytest.raises(DataError, match="collect more feedback"):
        fit(seen, np.zeros(60, dtype=np.bool_), groups, 1)
    with pytest.raises(DataError, match="1 conversations"):
        fit(*votes(600)[:2], ["one"] * 600, 1)
    assert liked.any()


def test_cues_tell_what_is_new_what_is_known_and_who_repeats() -> None:
    turns = (
        Turn("user", "a table for 8"),
        Turn("assistant", "sorry, which day?"),
        Turn("user", "a table for 8"),
        Turn("tool", "no results"),
    )
    seen = extract([Exchange(turns, "a table for 9"), Exchange((), "")], WordEmbedder())
    cues = dict(zip(CUES, seen.cues[0], strict=False))
    assert cues["words known from the talk"] == 0.75
    assert (cues["numbers"], cues["new numbers"], cues["customer repeats"]) == (1, 1, 1.0)
    assert (cues["turns since the customer"], cues["apologies before"]) == (1, 1)
    assert cues["last turn is empty-handed"] == 1
    assert seen.cues.shape == (2, len(CUES) + 3)
    assert seen.meaning.shape == (2, 2 * WordEmbedder.dimensions)
    assert np.isfinite(seen.cues).all()
