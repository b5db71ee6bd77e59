"""Corrections in other languages teach the models of these languages, and never those of English."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.rote_reader import rote
from fakes.stored import NOW

from mhc_core.db import engine as engines
from mhc_core.db.queries import understanding as queries
from mhc_core.db.rows.understanding import NewExample
from mhc_core.scrubbing import Scrubber
from mhc_core.understanding import examples, learning
from mhc_core.understanding.labelled import LabelledMessage, parse_line
from mhc_core.understanding.multilingual import corrections, gold, release, training
from mhc_core.understanding.multilingual.corrections import Corrected, WithLanguages
from mhc_core.understanding.provided import ProvidedReader
from mhc_core.understanding.recipe import Recipe

CHINESE = "inform/book: [children:4个][age:8岁]的孩子"
SPANISH = "inform/book: hola, vamos a ser [guests:14 personas] para la fiesta, soy [name:[PERSON_1]]"
ENGLISH = "inform/book: we will be [guests:14 of us] for the garden party"
SEED = 7


@pytest.fixture
def engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    """A database that holds the gold of English and a correction in each of three languages."""
    engine = engines.create(fresh_database_url)
    with engine.begin() as connection:
        examples.gather(connection, examples.gold(), Scrubber.load(), NOW)
        correct(connection, CHINESE, SPANISH, ENGLISH)
    yield engine
    engine.dispose()


def correct(connection: sa.Connection, *lines: str, held_out: bool = False) -> None:
    rows = [NewExample(f"correction:{line}", "correction", line, f"{hash(line):x}", held_out) for line in lines]
    queries.save(connection, rows, NOW)


def learns(into: list[Corrected], makes: bytes | None) -> Recipe:
    """A recipe that notes what was corrected in other languages."""

    def train_languages(corrected: Corrected, seed: int, report: Callable[[str], object]) -> bytes | None:
        into.append(corrected)
        return makes

    return replace(rote(90), train_languages=train_languages)


def test_they_go_to_the_models_of_their_language_and_into_the_file_of_the_version(
    engine: sa.Engine, tmp_path: Path
) -> None:
    seen: list[Corrected] = []
    recipe = learns(seen, release.dump(release.load()))
    made = learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW)
    assert {language: len(said) for language, said in seen[0].items()} == {"zh": 1, "es": 1}
    assert seen[0]["zh"][0].text == "4个8岁的孩子"
    assert "[PERSON_1]" not in seen[0]["es"][0].text
    assert made.metrics["languages"] == {"zh": 1, "es": 1}
    reader = learning.load(recipe, made)
    assert isinstance(reader, WithLanguages)
    assert reader.model_id == made.id
    assert corrections.beside(reader) is reader.languages
    with engine.connect() as connection:
        taught = len(queries.to_train(connection))
    assert getattr(reader.english, "seen") == taught - 2, "what is English alone"  # noqa: B009
    assert learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW).id == made.id
    assert len(seen) == 1


@pytest.mark.parametrize("recipe", [learns([], None), rote(90)])
def test_without_models_of_their_own_those_of_the_release_read(
    engine: sa.Engine, tmp_path: Path, recipe: Recipe
) -> None:
    made = learning.train(engine, recipe, tmp_path.as_uri(), SEED, NOW)
    assert made.metrics["languages"] == {}
    assert corrections.beside(learning.load(recipe, made)) is release.load()
    assert corrections.beside(None) is release.load()


def test_messages_of_all_languages_are_judged_on_each_read_by_its_models(engine: sa.Engine, tmp_path: Path) -> None:
    with engine.begin() as connection:
        correct(connection, "inform/book: [guests:十四个人]", "inform/book: [guests:大人数14人]です", held_out=True)
        held_out = len(queries.held_out(connection))
    first, second = rote(80), rote(95)
    made = learning.train(engine, first, tmp_path.as_uri(), SEED, NOW)
    judged = learning.evaluate(engine, first, made.id, SEED)
    assert judged.messages == held_out
    with engine.begin() as connection:
        assert learning.promote(connection, judged, "pipeline", NOW)
    made = learning.train(engine, second, tmp_path.as_uri(), SEED, NOW)
    again = learning.evaluate(engine, second, made.id, SEED)
    assert again.messages == held_out
    assert again.differences


def test_a_provider_s_reader_has_the_models_of_the_local_one() -> None:
    local = WithLanguages(rote(90).load(b'{"right": 1}', "v"), release.load())
    reader = ProvidedReader(None, local, "us", ())  # type: ignore[arg-type]
    assert corrections.beside(reader) is local.languages


def labelled(line: str) -> LabelledMessage:
    return parse_line(line)


def test_models_that_unlearned_the_gold_are_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(corrections, "EVERY", 40)
    given: list[Any] = []
    poor = training.trained_fields("zh", gold.messages("zh")[:4], 1)

    def train(embed: object, report: object, seed: int, corrected: Corrected, known: Any) -> Any:
        given.append((corrected, set(known)))
        return replace(release.load(), fields={**release.load().fields, **fields})

    monkeypatch.setattr(training, "train", train)
    said: list[str] = []
    fields = {"zh": poor}
    assert corrections.train({"zh": [labelled(CHINESE)]}, 1, said.append) is None
    assert "left out" in said[0]
    fields = {}
    made = corrections.train({"zh": [labelled(CHINESE)]}, 1, said.append)
    assert made is not None
    assert given[0][1] == {"es", "ja"}, "fields of languages without corrections stay"
    assert release.parse(made, release.vectors).fields.keys() == release.load().fields.keys()


def test_a_field_learns_what_was_corrected() -> None:
    few = [one for one in gold.messages("zh") if one.slots][:12]
    taught = [labelled("inform/allergy: [allergen:仨人]"), labelled("inform/allergy: 咱们[allergen:仨人]")]
    before, after = (training.trained_fields("zh", [*few, *more], 1) for more in ((), taught))

    def found(fields: training.Fields) -> Sequence[str]:
        from mhc_core.understanding.multilingual.features import features
        from mhc_core.understanding.multilingual.script import split
        from mhc_core.understanding.result import DialogueContext

        words = split("仨人")
        return fields.slots.path(features("仨人", words, "zh", DialogueContext()))[0]

    assert found(before)[0] != "B-allergen"
    assert found(after)[0] == "B-allergen"
