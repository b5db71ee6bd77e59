"""Agreement of scores with human ratings: the statistics, the readers of the public files, and the split."""

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from fakes.places import SHARED
from fakes.stored import WordEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mhc_core.errors import DataError
from mhc_core.protocols import Turn
from mhc_core.review import vote_predictor
from mhc_core.settings import Settings
from mhc_core.statistics.rank_agreement import agreement, auc, auc_gain, auc_within, resamples, spearman
from mhc_jobs.bench.scores import benchmark, prediction, ratings
from mhc_jobs.bench.scores.ratings import RatedTalk

MARKS = arrays.arrays(np.float64, 12, elements=st.integers(0, 4).map(float))


def written(folder: Path, name: str, *rows: Any) -> Path:
    path = folder / f"{name}.jsonl.gz"
    path.write_bytes(gzip.compress(b"".join(orjson.dumps(row) + b"\n" for row in rows)))
    return path


def answer(question: str, text: str, marks: tuple[float, ...], item: str) -> RatedTalk:
    turns = (Turn("user", question), Turn("assistant", text))
    return RatedTalk(turns, None, marks, min(marks) >= 4, item, "faq", marks, marks)


@settings(deadline=None)  # the first example loads SciPy and scikit-learn
@given(MARKS, MARKS, arrays.arrays(np.float64, 12, elements=st.integers(0, 3).map(float)))
def test_weighted_statistics_are_those_of_the_repeated_items(score: Any, rating: Any, weight: Any) -> None:
    from scipy.stats import rankdata
    from sklearn.metrics import roc_auc_score

    repeated = np.repeat(np.arange(12), weight.astype(int))
    liked = rating >= 2
    x, y = rankdata(score[repeated]), rankdata(rating[repeated])
    if len(repeated) and np.ptp(x) and np.ptp(y):
        assert spearman(score, rating, weight) == pytest.approx(np.corrcoef(x, y)[0, 1])
    if len(set(liked[repeated])) == 2:
        assert auc(score, liked, weight) == pytest.approx(roc_auc_score(liked[repeated], score[repeated]))


def test_a_resample_draws_whole_clusters() -> None:
    draws = resamples(["a", "b", "a", "c"], seed=1, count=50)
    assert draws.shape == (50, 4)
    assert (draws[:, 0] == draws[:, 2]).all()
    assert (draws[:, [0, 1, 3]].sum(axis=1) == 3).all()
    assert (draws == resamples(["a", "b", "a", "c"], seed=1, count=50)).all()


def test_an_interval_over_clusters_is_wider_than_over_single_ratings() -> None:
    rng = np.random.default_rng(3)
    owner = np.repeat(np.arange(20), 15)
    score = rng.normal(size=20)[owner] + 0.1 * rng.normal(size=300)
    liked = (score + rng.normal(size=20)[owner]) > 0
    whole = agreement(score, liked.astype(float), liked, resamples([str(c) for c in owner], 1, 300)).auc
    single = agreement(score, liked.astype(float), liked, resamples([str(i) for i in range(300)], 1, 300)).auc
    assert whole.value == single.value
    assert whole.high - whole.low > 1.5 * (single.high - single.low)


def test_a_constant_says_nothing_and_the_truth_says_all() -> None:
    liked = np.array([True, False, True, False])
    draws = resamples(list("abcd"), 1, 200)
    flat = agreement(np.full(4, 0.5), liked.astype(float), liked, draws)
    assert (flat.spearman.value, flat.kendall, flat.auc.value) == (0.0, 0.0, 0.5)
    gain = auc_gain(liked.astype(float), np.full(4, 0.5), liked, draws)
    assert (gain.value, gain.low, gain.high) == (0.5, 0.5, 0.5)


def test_within_strata_knowing_the_stratum_is_worth_nothing() -> None:
    strata = ["easy"] * 4 + ["hard"] * 4
    liked = np.array([True, True, True, False, True, False, False, False])
    stratum = np.array([1.0] * 4 + [0.0] * 4)
    draws = resamples([str(index) for index in range(8)], 1, 100)
    assert auc(stratum, liked) == 0.75
    assert auc_within(stratum, liked, strata, draws).value == 0.5
    assert auc_within(liked.astype(float), liked, strata, draws).value == 1.0


def test_a_rated_answer_is_liked_when_both_marks_are_high(tmp_path: Path) -> None:
    row = {"item": "q1", "source": "s", "question": "is it open?", "answer": "yes"}
    path = written(
        tmp_path,
        "feedback_answer_ratings_x",
        row | {"ratings": {"accuracy": [5, 5, 5], "appropriateness": [4, 4, 4]}},
        row | {"ratings": {"accuracy": [5, 5, 5], "appropriateness": [4, 3, 4]}},
        row | {"question": None, "ratings": {"accuracy": [5], "appropriateness": [5]}},
    )
    first, second = ratings.answers(path)
    assert (first.liked, second.liked) == (True, False)
    assert second.raters == (4.5, 4.0, 4.5)
    assert first.cluster == second.cluster == "q1"


def test_votes_that_begin_alike_are_one_cluster_and_tool_calls_are_words(tmp_path: Path) -> None:
    def vote(name: str, said: str, later: list[dict[str, Any]], vote: str) -> dict[str, Any]:
        context = [{"role": "user", "content": said}, *later]
        called = {"kind": "tool_call", "tool_call": {"add_item": {"size": "large", "extras": ["milk", "sugar"]}}}
        return {"id": name, "domain": "coffee", "context": context, "response": called, "vote": vote}

    more = [{"role": "tool", "tool_result": {"found": 2}}]
    path = written(
        tmp_path, "feedback_votes_taskmaster",
        vote("1", "A latte, please!", [], "up"), vote("2", "a latte please", more, "down"), vote("3", "tea", [], "up"),
    )  # fmt: skip
    one, same, other = ratings.votes(path)
    assert one.cluster == same.cluster != other.cluster
    assert [talk.liked for talk in (one, same, other)] == [True, False, True]
    assert one.turns[-1] == Turn("assistant", "add_item size large extras milk, sugar")
    assert same.turns[1] == Turn("tool", "found 2")
    assert prediction.held_out(one) == prediction.held_out(same)
    assert prediction.exchange(one).answer == one.turns[-1].content
    assert not any("up" in turn.content.split() for turn in one.turns)


def test_a_conversation_without_a_verdict_is_left_out(tmp_path: Path) -> None:
    row = {"id": "c", "customer_id": "u", "messages": [{"role": "user", "content": "hi"}], "outcome": "booking_failed"}
    path = written(tmp_path, "conversations_star", row | {"feedback": {"helpful": False}}, row | {"feedback": None})
    (talk,) = ratings.verdicts(path)
    assert (talk.liked, talk.cluster, talk.outcome) == (False, "u", "not_booked")


@pytest.mark.parametrize(
    "content", [b"no gzip", gzip.compress(b"{", mtime=0), gzip.compress(b'{"question": "x"}\n', mtime=0)]
)
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "feedback_answer_ratings_x.jsonl.gz"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"feedback_answer_ratings_x.*fetch it again"):
        ratings.answers(path)


def test_an_answer_that_fits_its_question_agrees_with_people_who_say_so() -> None:
    talks = [
        answer("when does the party start", "the party does start when" if good else "noodles", (mark,) * 3, str(n))
        for n, (good, mark) in enumerate([(True, 5.0), (False, 2.0)] * 15)
    ]
    report = benchmark.conversation_score(talks, WordEmbedder(), Settings(), seed=1)
    assert report["scores"]["conversation_score"]["auc"] == [1.0, 1.0, 1.0]
    assert report["scores"]["constant"]["auc"][0] == 0.5
    assert report["auc_gain"]["constant"] == [0.5, 0.5, 0.5]
    assert (report["items"], report["clusters"], report["liked_share"]) == (30, 30, 0.5)


def test_feedback_is_compared_with_other_people_only() -> None:
    talks = [
        answer("q", "a", (first, 5.0 - 4 * (n % 2), 5.0 - 4 * (n % 2)), str(n)) for n, first in enumerate([5, 1] * 15)
    ]
    swapped = [answer("q", "a", (1.0, 5.0, 5.0) if n % 2 else (5.0, 1.0, 1.0), str(n)) for n in range(30)]
    agreeing = benchmark.feedback_score(talks, WordEmbedder(), Settings(), seed=1)
    disagreeing = benchmark.feedback_score(swapped, WordEmbedder(), Settings(), seed=1)
    assert agreeing["scores"]["feedback_score"]["auc"][0] == 1.0
    assert disagreeing["scores"]["feedback_score"]["auc"][0] == 0.0
    assert agreeing["scores"]["conversation_score_with_thumb"]["auc"][0] == 1.0


def test_halves_and_samples_never_cut_a_cluster() -> None:
    talks = [answer("q", "a", (5.0 if n % 3 else 1.0,), str(n // 2)) for n in range(200)]
    kept = benchmark.reporting(talks)
    assert 60 < len(kept) < 140
    assert {t.cluster for t in kept}.isdisjoint(t.cluster for t in talks if t not in kept)
    assert len({t.cluster for t in benchmark.sample(talks, 10, 1)}) == 10
    fewer = benchmark.fewer_liked(talks, 5, 1)
    assert sum(t.liked for t in fewer) == 5
    assert sum(not t.liked for t in fewer) == sum(not t.liked for t in talks)


def test_nothing_alike_stays_in_training(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(1)
    words = [f"word{n}" for n in range(60)]
    talks = []
    for n in range(400):
        liked = bool(n % 2)
        start = " ".join(rng.choice(words, 6)) if n % 10 else f"{' '.join(words[:30])} take{n}"
        reply = "here you are then" if liked else "sorry unfortunately cannot"
        talks.append(RatedTalk((Turn("user", start), Turn("assistant", reply)), None, (1.0,), liked, start, "t"))
    script = [talk for talk in talks if "take" in talk.cluster]
    retold = [talk for talk in script if not prediction.held_out(talk)]
    assert 0 < len(retold) < len(script)
    first = {talk.cluster for talk in talks if prediction.held_out(talk)}
    monkeypatch.setattr(vote_predictor, "TREES", 20)
    report = prediction.measure(talks, WordEmbedder(), seed=1)
    assert report["held_out"] == sum(talk.cluster in first for talk in talks)
    assert report["left_out_as_alike"] == len(retold)
    assert report["trained_on"] + report["left_out_as_alike"] + report["held_out"] == 400
    assert report["unseen"]["auc"][0] == 1.0
    assert report["unseen"]["ece"] <= 0.05


@pytest.mark.skipif(not SHARED.is_dir(), reason="the public ratings are not here")
def test_every_public_file_can_be_read() -> None:
    assert len(ratings.votes(SHARED / "feedback_votes_taskmaster.jsonl.gz")) == 3432
    assert len(ratings.answers(SHARED / "feedback_answer_ratings_dstc10.jsonl.gz")) == 3307
    assert len(ratings.answers(SHARED / "feedback_answer_ratings_dstc11.jsonl.gz")) == 872
    verdicts = ratings.verdicts(SHARED / "conversations_star.jsonl.gz")
    assert sum(not talk.liked for talk in verdicts) == 87
