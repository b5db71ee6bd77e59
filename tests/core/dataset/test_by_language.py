"""Examples keep their language: into data sets, their parts by language, evaluation sets and slices."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa
from fakes.stored import WordEmbedder, example

from mhc_core.artifacts import store
from mhc_core.business import pricing
from mhc_core.dataset import build
from mhc_core.db import engine as engines
from mhc_core.db.queries import dataset as datasets
from mhc_core.db.queries import evaluation_sets
from mhc_core.db.rows.dataset import VerifiedExample
from mhc_core.db.tables import model_versions
from mhc_core.errors import DataError
from mhc_core.evaluation import offline, sets
from mhc_core.protocols import ChatAnswer, ChatRequest
from mhc_core.pseudonyms import Pseudonym
from mhc_core.scrubbing import Scrubber
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

BUSINESS = pricing.load()
LANGUAGES = ("en", "es", "zh-Hans", "zh-Hant", "ja", None)
EACH = 12


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    found = engines.create(fresh_database_url)
    yield found
    found.dispose()


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    return Settings(dataset_min_examples=10, artifact_uri=tmp_path.as_uri())


def filled(engine: sa.Engine) -> list[VerifiedExample]:
    """A dozen examples of each language, each of a customer of its own."""
    with engine.begin() as connection:
        for language in LANGUAGES:
            for number in range(EACH):
                topic = f"{language}topic{number} {language}thing{number}"
                customer = f"{language}-{number}"
                example(connection, topic, f"answer {topic}", verified=True, language=language, customer_hash=customer)
        return datasets.verified(connection, WordEmbedder.id)


def test_a_version_counts_its_languages_and_every_line_says_its_own(engine: sa.Engine, chosen: Settings) -> None:
    version = build.store(engine, filled(engine), BUSINESS, chosen)
    assert version.manifest["languages"] == {
        "en": EACH, "es": EACH, "ja": EACH, "unknown": EACH, "zh-Hans": EACH, "zh-Hant": EACH,
    }  # fmt: skip
    lines = b"".join(map(store.read_bytes, (version.train_uri, version.validation_uri))).splitlines()
    for record in map(orjson.loads, lines):
        asked = record["messages"][-2]["content"]
        said = record["metadata"].get("language", "en")
        assert asked.startswith(said) or (said == "en" and asked.startswith("None"))


@pytest.mark.parametrize(
    ("wanted", "taken"), [("es", ["es"]), ("zh", ["zh-Hans", "zh-Hant"]), ("zh-Hant", ["zh-Hant"])]
)
def test_a_version_of_one_language_holds_no_other(
    engine: sa.Engine, chosen: Settings, wanted: str, taken: list[str]
) -> None:
    available = filled(engine)
    of_all = build.store(engine, available, BUSINESS, chosen)
    version = build.store(engine, available, BUSINESS, chosen, wanted)
    assert version.manifest["languages"] == dict.fromkeys(taken, EACH)
    assert version.train_count + version.validation_count == EACH * len(taken)
    with engine.connect() as connection:
        assert datasets.latest(connection) == of_all, "the pipeline goes on with all languages"
        assert datasets.get(connection, version.id) == version


def test_a_language_of_few_examples_is_refused_by_name(engine: sa.Engine, chosen: Settings) -> None:
    with pytest.raises(DataError, match="0 verified examples in ko, 10 needed"):
        build.store(engine, filled(engine), BUSINESS, chosen, "ko")


def test_a_part_like_the_whole_is_another_version(engine: sa.Engine, chosen: Settings) -> None:
    spanish = [one for one in filled(engine) if one.language == "es"]
    part = build.store(engine, spanish, BUSINESS, chosen, "es")
    whole = build.store(engine, spanish, BUSINESS, chosen)
    assert part.id != whole.id
    with engine.connect() as connection:
        assert datasets.latest(connection) == whole


def test_no_language_is_crowded_out_by_better_examples_of_another() -> None:
    def one(number: int, language: str, quality: float) -> VerifiedExample:
        return VerifiedExample(
            id=UUID(int=number), sequence=number, customer_hash=Pseudonym(str(number)), day=date(2026, 3, 1),
            intent=Intent.MENU,
            origin="score", channel="web", quality=quality, context=(), question=f"q{number}", answer="a",
            vector=WordEmbedder().embed([f"q{number}"])[0], language=language,
        )  # fmt: skip

    examples = [one(number, "en", 0.99) for number in range(90)] + [one(100 + n, "ja", 0.5) for n in range(10)]
    kept = Counter(found.language for found in build.sample(examples, 50, seed=1))
    assert kept == {"en": 45, "ja": 5}


@dataclass
class Echo:
    """Says what it was asked."""

    version_id: str

    def answer(self, request: ChatRequest) -> ChatAnswer:
        return ChatAnswer("answer " + request.question, 0.5, Intent.OTHER)


@dataclass
class Silent(Echo):
    """Says nothing of it in one language."""

    language: str = "es"

    def answer(self, request: ChatRequest) -> ChatAnswer:
        found = super().answer(request)
        return replace(found, text="something else") if request.question.startswith(self.language) else found


def test_an_evaluation_compares_each_language_by_itself(engine: sa.Engine, chosen: Settings) -> None:
    version = build.store(engine, filled(engine), BUSINESS, chosen)
    with engine.begin() as connection:
        for name in ("a", "b"):
            connection.execute(sa.insert(model_versions).values(id=name, provider="local", base_model="b"))
        frozen = sets.ensure(connection, version)
        asked = evaluation_sets.members(connection, frozen.id)
    assert frozen.manifest["languages"] == dict(sorted(Counter(one.language or "unknown" for one in asked).items()))
    weak = next(one.language for one in asked if one.language not in (None, "en"))
    assert weak is not None
    bench = offline.Bench(engine, WordEmbedder(), Scrubber.load(BUSINESS.allow_list), chosen)
    found = offline.evaluate(bench, Silent("a", weak), Echo("b"), version.id, frozen, None)
    slices = {one["value"]: one for one in found.details["slices"] if one["by"] == "language"}
    assert {value: one["questions"] for value, one in slices.items()} == frozen.manifest["languages"]
    assert slices[weak]["difference"]["mean"] < -0.1
    assert all(one["difference"]["mean"] == 0 for value, one in slices.items() if value != weak)
