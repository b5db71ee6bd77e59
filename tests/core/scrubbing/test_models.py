"""A further model of the operator's: loaded from this machine, asked beside the rules, never silently absent."""

import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa

from mhc_core.errors import ConfigurationError, ScrubRefused
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.loading import scrubber_or_refusal
from mhc_core.settings import Settings

TEXT = "ok so the zorblax wants tofu"


@pytest.fixture(scope="module")
def spacy_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import spacy

    pipeline = spacy.blank("en")
    patterns = [{"label": "PERSON", "pattern": "zorblax"}, {"label": "PERSON", "pattern": "tofu"}]
    pipeline.add_pipe("entity_ruler").add_patterns(patterns)  # type: ignore[attr-defined]
    folder = tmp_path_factory.mktemp("model") / "pipeline"
    pipeline.to_disk(folder)
    return folder


def test_a_spacy_pipeline_finds_what_the_rules_do_not(spacy_folder: Path) -> None:
    assert Scrubber.load().scrub(TEXT).text == TEXT
    scrubber = Scrubber.load(model=str(spacy_folder))
    result = scrubber.scrub(f"{TEXT}, 650-555-0177")
    assert result.text == "ok so the [PERSON_1] wants tofu, [PHONE_1]", "food is no name, whatever a model says"
    assert scrubber.version != Scrubber.load().version


def test_a_token_classifier_is_read_by_its_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text("{}")
    asked: list[dict[str, Any]] = []

    class Auto:
        @staticmethod
        def from_pretrained(path: str, **options: Any) -> str:
            asked.append({"path": path, **options})
            return path

    def classify(text: str) -> list[dict[str, Any]]:
        start = text.index("zorblax") if "zorblax" in text else 0
        return [
            {"entity_group": "GIVEN_NAME", "start": start, "end": start + 7, "score": 0.91},
            {"entity_group": "ORG", "start": 0, "end": 2, "score": 0.99},
        ][: 2 if start else 0]

    library = SimpleNamespace(
        AutoModelForTokenClassification=Auto, AutoTokenizer=Auto, pipeline=lambda *_, **__: classify
    )
    monkeypatch.setitem(sys.modules, "transformers", library)
    result = Scrubber.load(model=str(tmp_path)).scrub(TEXT)
    assert result.text == "ok so the [PERSON_1] wants tofu"
    assert result.findings[0].score == 0.91
    assert all(one["local_files_only"] for one in asked)
    assert asked[0]["use_safetensors"] is True


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("no_such_model_here", (), "neither an installed spaCy package nor a folder"),
        ("folder", ("config.json",), "not installed: pip install transformers"),
        ("folder", ("config.cfg",), "does not load"),
        ("folder", (), "neither an installed"),
    ],
)
def test_a_model_that_is_not_there_is_a_configuration_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, files: tuple[str, ...], message: str
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)
    if name == "folder":
        name = str(tmp_path)
        for file in files:
            (tmp_path / file).write_text("nonsense [")
    with pytest.raises(ConfigurationError, match=message):
        Scrubber.load(model=name)


def test_where_no_model_loads_every_text_is_held(connection: sa.Connection) -> None:
    scrubber = scrubber_or_refusal(connection, Settings(pii_model="no_such_model_here"))
    for text in ("hi", TEXT):
        with pytest.raises(ScrubRefused, match="MHC_PII_MODEL=no_such_model_here"):
            scrubber.scrub(text)
    with pytest.raises(ScrubRefused):
        scrubber.scrub_conversation(["hi"])
