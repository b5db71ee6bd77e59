"""Training on the questions of catering_questions.toml: eighteen topics, eight ways to ask, two ways to answer."""

import functools
import random
import time
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import orjson
import pytest
from numpy.typing import NDArray

from mhc_core.artifacts import store
from mhc_core.errors import ConfigurationError, DataError, NotFound
from mhc_core.evaluation.answer_quality import Answered, score_answers
from mhc_core.evaluation.compare import compare
from mhc_core.protocols import ChatModel, ChatRequest, JobState, Passage, TrainingFiles, Turn
from mhc_core.providers import select
from mhc_core.providers.local import artifact
from mhc_core.providers.local.fine_tuner import KnowledgeOnlyModel, LocalFineTuner, load_model
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent, JobStatus, Verdict

TOPICS = [
    (topic["intent"], topic["questions"], topic["answers"])
    for topic in tomllib.loads(Path(__file__).with_name("catering_questions.toml").read_text("utf-8"))["topic"]
]
ARTICLES = [
    "The business brings a teppanyaki grill to homes in Northern California. Adults pay $55 and children $30. "
    "Parties have a minimum of $550. The deposit is $100. Gratuity is up to the host.",
    "Travel: the first 30 miles are free, then $2 a mile. Over 200 miles is not served.",
    "Cancellation: 14 days before, full refund less 10 percent. 7 to 13 days: half. Weather: the host provides cover.",
    "Set-up: a level area of 8 by 6 feet. The host brings tables and chairs. The chef stays about 90 minutes.",
    "Menu: two proteins of chicken, steak, shrimp, calamari, tofu. Upgrades are salmon, scallops, filet, lobster.",
    "Allergens: shellfish and egg are on the menu. The grill is shared. Wheat is in gyoza, yakisoba and teriyaki.",
]
HELD_OUT = 2


def asked(held_out: bool) -> list[tuple[int, str, str]]:
    """Topic, question, approved answer: the last two ways to ask of each topic are held out."""
    found = []
    for number, (_, questions, answers) in enumerate(TOPICS):
        chosen = questions[-HELD_OUT:] if held_out else questions[:-HELD_OUT]
        found += [(number, question, answers[place % 2]) for place, question in enumerate(chosen)]
    return found


def jsonl(rows: Sequence[tuple[int, str, str]]) -> bytes:
    return b"".join(
        orjson.dumps(
            {
                "messages": [
                    {"role": "system", "content": "You answer for a catering business."},
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer},
                ],
                "metadata": {"example_id": f"example-{place}", "intent": TOPICS[topic][0]},
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
        for place, (topic, question, answer) in enumerate(rows)
    )


def train(folder: Path, rows: Sequence[tuple[int, str, str]], seed: int = 5) -> JobState:
    uri = (folder / "train.jsonl").as_uri()
    store.write_bytes(uri, jsonl(rows))
    files = TrainingFiles("ds-1", uri, uri, len(rows), 0)
    tuner = LocalFineTuner(minilm.load(1), folder.as_uri(), seed)
    return tuner.submit(files, "key", JobState(JobStatus.INTENDED), lambda state: None)


def load(state: JobState, version: str = "local-1") -> ChatModel:
    assert state.artifact_uri
    assert state.artifact_sha256
    return load_model(version, state.artifact_uri, state.artifact_sha256, minilm.load(1))


@functools.cache
def article_vectors() -> NDArray[np.float32]:
    return minilm.load(1).embed(ARTICLES)


def passages(question: str, k: int = 3) -> list[Passage]:
    closeness = article_vectors() @ minilm.load(1).embed([question])[0]
    near = [(float(score), number) for number, score in enumerate(closeness)]
    return [
        Passage(number, f"KB-{number:03}", f"Article {number}", ARTICLES[number], max(score, 0.0))
        for score, number in sorted(near, reverse=True)[:k]
    ]


def answers(model: ChatModel) -> list[Answered]:
    found = []
    for _, question, reference in asked(held_out=True):
        given = passages(question)
        answer = model.answer(ChatRequest(question, passages=given))
        found.append(Answered(reference, answer.text, answer.confidence, [passage.content for passage in given]))
    return found


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> JobState:
    return train(tmp_path_factory.mktemp("trained"), asked(held_out=False))


@pytest.fixture(scope="module")
def model(trained: JobState) -> ChatModel:
    return load(trained)


def test_training_helps_and_is_promoted(model: ChatModel) -> None:
    embedder = minilm.load(1)
    ours = score_answers(answers(model), embedder)
    theirs = score_answers(answers(KnowledgeOnlyModel("knowledge-only", embedder)), embedder)
    result = compare(ours, theirs, list(range(len(ours))), seed=1)
    assert result.similarity.low > 0.05
    assert result.verdict is Verdict.PROMOTE, result.reasons


def test_training_on_shuffled_answers_does_not_help(tmp_path: Path) -> None:
    rows = asked(held_out=False)
    texts = [answer for _, _, answer in rows]
    random.Random(3).shuffle(texts)
    state = train(tmp_path, [(topic, question, text) for (topic, question, _), text in zip(rows, texts, strict=True)])
    embedder = minilm.load(1)
    ours = score_answers(answers(load(state)), embedder)
    theirs = score_answers(answers(KnowledgeOnlyModel("knowledge-only", embedder)), embedder)
    result = compare(ours, theirs, list(range(len(ours))), seed=1)
    assert result.verdict is not Verdict.PROMOTE
    assert state.metrics["oof_right"] < 0.2


def test_the_job_reports_what_was_learned(trained: JobState) -> None:
    assert trained.status is JobStatus.SUCCEEDED
    assert trained.cost_usd == 0
    assert trained.metrics["examples"] == trained.metrics["answers"] == len(TOPICS) * (8 - HELD_OUT)
    assert trained.metrics["oof_right"] > 0.6
    assert trained.metrics["oof_right_when_answered"] > trained.metrics["oof_right"] - 0.02
    assert trained.metrics["oof_ece"] < 0.2


def test_the_same_training_makes_the_same_bytes(trained: JobState, tmp_path: Path) -> None:
    again = train(tmp_path, asked(held_out=False))
    assert again.artifact_sha256 == trained.artifact_sha256
    assert train(tmp_path, asked(held_out=False), seed=6).artifact_sha256 != trained.artifact_sha256


def test_a_job_that_ended_is_not_trained_again(trained: JobState, tmp_path: Path) -> None:
    tuner = LocalFineTuner(minilm.load(1), tmp_path.as_uri(), 5)
    nothing = TrainingFiles("ds-1", "file:///nowhere.jsonl", "", 0, 0)
    assert tuner.submit(nothing, "key", trained, lambda state: None) is trained
    assert tuner.poll(trained) is trained
    with pytest.raises(NotFound):
        tuner.submit(nothing, "key", JobState(JobStatus.INTENDED), lambda state: None)


def test_an_answer_names_its_example_and_the_passages_that_support_it(model: ChatModel) -> None:
    question = "whats the fee for mileage"
    answer = model.answer(ChatRequest(question, passages=passages(question)))
    assert "$2" in answer.text
    assert answer.intent is Intent.TRAVEL
    rows = asked(held_out=False)
    assert answer.example_id is not None
    assert rows[int(answer.example_id.removeprefix("example-"))][2] == answer.text
    assert answer.cited_chunk_ids == (1,)
    assert model.version_id == "local-1"


def test_a_short_follow_up_is_understood_with_the_turn_before(model: ChatModel) -> None:
    history = [Turn("user", "we want lobster tail for everyone"), Turn("assistant", "Great choice!")]
    alone = model.answer(ChatRequest("how much extra?"))
    after = model.answer(ChatRequest("how much extra?", history=history))
    assert "lobster" in after.text
    assert after.confidence > alone.confidence


def test_a_strange_question_gets_low_confidence_and_no_example(model: ChatModel) -> None:
    for question in ("who won the world cup in 1998", "", "\U0001f600" * 500, "qwert zuiop " * 300):
        answer = model.answer(ChatRequest(question))
        assert answer.example_id is None
        assert answer.confidence <= 0.4
        assert answer.text


def test_below_the_threshold_the_knowledge_answers(model: ChatModel) -> None:
    passage = Passage(7, "KB-007", "Songs", "Our chefs know two birthday songs and sing them on request.", 0.6)
    answer = model.answer(ChatRequest("can the chefs sing a song by the beatles", passages=[passage]))
    assert answer.text == passage.content
    assert answer.cited_chunk_ids == (7,)
    assert answer.example_id is None


def test_placeholders_never_reach_a_customer(tmp_path: Path) -> None:
    rows = [
        (topic, question, f"Hi [PERSON_1], {answer[0].lower()}{answer[1:]} I wrote to [EMAIL_ADDRESS_1].")
        for topic, question, answer in asked(held_out=False)
    ]
    secret = [(0, "who called me", "[PERSON_1] called from [PHONE_1].")]
    state = train(tmp_path, rows + secret)
    assert state.metrics["answers"] == len(rows)
    assert all("[" not in item.answer for item in answers(load(state)))
    assert state.artifact_uri
    trained = artifact.parse(store.read_bytes(state.artifact_uri))
    assert not [answer for answer in trained.answers if "[" in answer]


def test_the_number_of_another_case_lowers_confidence(tmp_path: Path) -> None:
    bound = [
        (
            0,
            f"we are {count} adults and {count - 5} kids, what is the total",
            f"For {count} adults it is ${count * 55}.",
        )
        for count in range(12, 40)
    ]
    model = load(train(tmp_path, asked(held_out=False) + bound))
    answer = model.answer(ChatRequest("we are 90 adults and 55 kids, what is the total"))
    assert answer.confidence < 0.5


def test_many_threads_get_the_same_answers_as_one(model: ChatModel) -> None:
    questions = [question for _, question, _ in asked(held_out=True)]
    alone = [model.answer(ChatRequest(question)) for question in questions]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda question: model.answer(ChatRequest(question)), questions * 2))
    assert together == alone * 2


def test_an_answer_takes_less_than_thirty_milliseconds_of_computing(model: ChatModel) -> None:
    questions = [question for _, question, _ in asked(held_out=True)]
    model.answer(ChatRequest(questions[0]))
    started = time.thread_time()
    for question in questions:
        model.answer(ChatRequest(question))
    assert (time.thread_time() - started) / len(questions) < 0.03


def test_a_changed_artifact_is_refused_before_it_is_read(trained: JobState, tmp_path: Path) -> None:
    assert trained.artifact_uri
    assert trained.artifact_sha256
    data = store.read_bytes(trained.artifact_uri)
    changed = str(tmp_path / "changed.zip")
    store.write_bytes(changed, data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(DataError, match="recorded hash"):
        load_model("local-1", changed, trained.artifact_sha256, minilm.load(1))
    half = store.write_bytes(changed, data[: len(data) // 2])
    with pytest.raises(DataError, match="damaged"):
        load_model("local-1", changed, half, minilm.load(1))


def test_a_file_of_another_format_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trained: JobState
) -> None:
    assert trained.artifact_uri
    model = artifact.parse(store.read_bytes(trained.artifact_uri))
    assert artifact.parse(artifact.dump(model)).answers == model.answers
    monkeypatch.setattr(artifact, "FORMAT", artifact.FORMAT + 1)
    newer = artifact.dump(model)
    monkeypatch.undo()
    with pytest.raises(DataError, match="unknown format"):
        artifact.parse(newer)


def test_a_model_of_another_embedder_is_refused(trained: JobState) -> None:
    assert trained.artifact_uri
    other = replace(artifact.parse(store.read_bytes(trained.artifact_uri)), embedder_id="openai/other@1536")
    from mhc_core.providers.local.fine_tuner import LocalModel

    with pytest.raises(ConfigurationError, match="MHC_EMBEDDER"):
        LocalModel("local-1", other, minilm.load(1))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"no json\n", "line 1"),
        (b'{"messages": []}\n', "line 1"),
        (b'{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}\n', "line 1"),
        (jsonl(asked(held_out=False)[:5]), "too few"),
    ],
)
def test_a_training_file_that_does_not_do_ends_the_job(line: bytes, reason: str, tmp_path: Path) -> None:
    uri = (tmp_path / "train.jsonl").as_uri()
    store.write_bytes(uri, line)
    tuner = LocalFineTuner(minilm.load(1), tmp_path.as_uri(), 1)
    state = tuner.submit(TrainingFiles("d", uri, uri, 1, 0), "k", JobState(JobStatus.INTENDED), lambda state: None)
    assert state.status is JobStatus.FAILED
    assert reason in (state.error or "")
    assert state.artifact_uri is None


def test_the_knowledge_alone_quotes_the_closest_paragraphs_uncut() -> None:
    told = "What comes back of the deposit depends on the day.\n\n- 7 to 13 days before: 50 %.\n- Less: nothing."
    others = [" ".join(f"Line {number} is about {what}." for number in range(12)) for what in ("music", "parking")]
    long = "\n\n".join([others[0], told, others[1]])
    given = [Passage(1, "KB-001", "Other", "Nothing of use.", 0.2), Passage(2, "KB-002", "Payment", long, 0.7)]
    for embedder in (None, minilm.load(1)):
        answer = KnowledgeOnlyModel("knowledge-only", embedder).answer(
            ChatRequest("what comes back of the deposit", (), given)
        )
        assert "depends on the day.\n7 to 13 days before: 50 %.\nLess: nothing." in answer.text
        assert len(answer.text.split()) <= 125
        assert answer.cited_chunk_ids == (2,)
    nothing = KnowledgeOnlyModel("knowledge-only").answer(ChatRequest("is the deposit refunded"))
    assert nothing.confidence < 0.1
    assert nothing.cited_chunk_ids == ()


def test_the_adapter_follows_what_the_version_records(trained: JobState) -> None:
    settings = Settings(_env_file=None)  # type: ignore[call-arg]
    assert select.embedder(settings) is select.embedder(settings)
    assert select.fine_tuner(settings, date(2026, 11, 21)).provider == "local"
    local = select.chat_model(settings, "local", "local-9", trained.artifact_uri, trained.artifact_sha256, None)
    assert local.answer(ChatRequest("how much is lobster")).example_id
    knowledge = select.chat_model(settings, "knowledge", "knowledge-only", None, None, None)
    assert knowledge.version_id == "knowledge-only"
    with pytest.raises(ConfigurationError, match="no recorded artifact"):
        select.chat_model(settings, "local", "local-9", None, None, None)
    with pytest.raises(ConfigurationError, match="unknown provider"):
        select.chat_model(settings, "oracle", "x", None, None, None)
