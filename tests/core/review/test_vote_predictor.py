"""The confidence predictor: learns from votes, is calibrated, survives the file, and refuses what it can not use."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes.stored import WordEmbedder
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from mhc_core.errors import ConfigurationError, DataError
from mhc_core.protocols import Turn
from mhc_core.review import vote_predictor
from mhc_core.review.vote_features import CUES, Exchange, Seen, look
from mhc_core.review.vote_predictor import ConfidencePredictor, _grow, fit
from mhc_core.statistics.calibration import expected_calibration_error
from mhc_core.statistics.rank_agreement import auc
from mhc_jobs.bench import vote_artifact


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
    return fit(seen, liked, groups, "words-384", seed=1)


def test_it_orders_and_is_calibrated_on_votes_it_has_not_seen(
    trained: tuple[ConfidencePredictor, NDArray[np.float64]],
) -> None:
    predictor, out_of_fold = trained
    unseen, liked, _ = votes(3000, seed=2)
    predicted = predictor.of(unseen)
    assert auc(predicted, liked) > 0.8
    assert expected_calibration_error(predicted, liked.astype(float)) < 0.06
    assert abs(auc(out_of_fold, votes(900)[1]) - auc(predicted, liked)) < 0.05


def test_out_of_fold_nothing_is_learned_from_noise_even_within_a_group() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(100), 6)
    signature = rng.normal(size=(100, 6))[group]  # a group's items are alike and share their vote
    liked = (rng.random(100) < 0.5)[group]
    _, out_of_fold = fit(Seen(signature, rng.normal(size=(600, 40))), liked, [str(g) for g in group], "e", 1)
    assert abs(auc(out_of_fold, liked) - 0.5) < 0.12


def test_the_arrays_vote_as_the_trees_they_came_from() -> None:
    from sklearn.ensemble import ExtraTreesClassifier

    seen, liked, _ = votes(300)
    model = ExtraTreesClassifier(20, min_samples_leaf=4, max_features=0.3, random_state=7).fit(seen.cues, liked)
    unseen = votes(100, seed=3)[0].cues
    assert _grow(seen.cues, liked, 7)(unseen) == pytest.approx(model.predict_proba(unseen)[:, 1])


def test_the_same_votes_give_the_same_file_and_the_file_the_same_predictions(
    trained: tuple[ConfidencePredictor, NDArray[np.float64]], tmp_path: Path
) -> None:
    predictor, _ = trained
    uri, digest = vote_artifact.save(predictor, str(tmp_path))
    loaded = vote_artifact.load(uri, digest)
    unseen = votes(50, seed=5)[0]
    assert (loaded.of(unseen) == predictor.of(unseen)).all()
    assert vote_artifact.dump(loaded) == vote_artifact.dump(predictor)
    assert vote_artifact.save(fit(*votes(900), "words-384", seed=1)[0], str(tmp_path)) == (uri, digest)


def test_a_changed_file_is_refused_before_it_is_parsed(
    trained: tuple[ConfidencePredictor, NDArray[np.float64]], tmp_path: Path
) -> None:
    uri, digest = vote_artifact.save(trained[0], str(tmp_path))
    Path(uri).write_bytes(Path(uri).read_bytes()[:-1] + b"x")
    with pytest.raises(DataError, match="does not match its recorded hash"):
        vote_artifact.load(uri, digest)


@given(st.binary(max_size=200))
def test_what_is_no_predictor_is_a_data_error(data: bytes) -> None:
    with pytest.raises(DataError):
        vote_artifact.parse(data)


def test_too_few_votes_are_refused() -> None:
    seen, liked, groups = votes(60)
    with pytest.raises(DataError, match="collect more feedback"):
        fit(seen, np.zeros(60, dtype=np.bool_), groups, "e", 1)
    with pytest.raises(DataError, match="1 conversations"):
        fit(*votes(600)[:2], ["one"] * 600, "e", 1)
    assert liked.any()


def test_another_embedder_is_refused(trained: tuple[ConfidencePredictor, NDArray[np.float64]]) -> None:
    class Other(WordEmbedder):
        id = "other"

    with pytest.raises(ConfigurationError, match="train it again"):
        trained[0]([Exchange((), "hi")], Other())


def test_cues_tell_what_is_new_what_is_known_and_who_repeats() -> None:
    turns = (
        Turn("user", "a table for 8"),
        Turn("assistant", "sorry, which day?"),
        Turn("user", "a table for 8"),
        Turn("tool", "no results"),
    )
    seen = look([Exchange(turns, "a table for 9"), Exchange((), "")], WordEmbedder())
    cues = dict(zip(CUES, seen.cues[0], strict=False))
    assert cues["words known from the talk"] == 0.75
    assert (cues["numbers"], cues["new numbers"], cues["customer repeats"]) == (1, 1, 1.0)
    assert (cues["turns since the customer"], cues["apologies before"]) == (1, 1)
    assert cues["last turn is empty-handed"] == 1
    assert seen.cues.shape == (2, len(CUES) + 3)
    assert seen.meaning.shape == (2, 2 * WordEmbedder.dimensions)
    assert np.isfinite(seen.cues).all()


def test_no_answers_need_no_embedding(trained: tuple[ConfidencePredictor, NDArray[np.float64]]) -> None:
    embedder = WordEmbedder()
    assert len(trained[0]([], embedder)) == 0
    assert embedder.calls == []
