"""Versions of the tagger: marks are taught without anybody's data, and only what is not worse is put to use."""

import json
from collections.abc import Iterator
from random import Random

import pytest
import sqlalchemy as sa
from fakes.stored import NOW, say, talk

from mhc_core.db import engine as engines
from mhc_core.db.queries import tagger_versions, versions
from mhc_core.db.queries.tagger_versions import TaggerVersion
from mhc_core.errors import DataError
from mhc_core.scrubbing import PiiType, Scrubber, learning, loading
from mhc_core.scrubbing.marks import Kind, Marking, mark
from mhc_core.scrubbing.tagger import training
from mhc_core.scrubbing.tagger.frozen import Measured, parsed, seen
from mhc_core.scrubbing.tagger.invented.messages import Messages
from mhc_core.scrubbing.tagger.labelled import Labelled
from mhc_core.settings import Settings
from mhc_core.vocabulary import Verdict

GOOD = Measured(0.9, 0.9, 0.9)


@pytest.fixture
def fresh_engine(fresh_database_url: str) -> Iterator[sa.Engine]:
    engine = engines.create(fresh_database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def marked(fresh_engine: sa.Engine) -> sa.Engine:
    with fresh_engine.begin() as connection:
        _, (question, _) = talk(
            connection, say("user", "the zorblaxes owe me 40, call 650-555-0177"), say("assistant", "I see"), score=0.9
        )
        mark(connection, Marking(question, Kind.MISSED, PiiType.PERSON, "zorblaxes"), "kim", NOW)
    return fresh_engine


def train(engine: sa.Engine, folder: object, monkeypatch: pytest.MonkeyPatch, ours: Measured = GOOD) -> TaggerVersion:
    monkeypatch.setattr(training, "INVENTED", 150)
    monkeypatch.setattr(training, "seen", lambda: ())
    shares = iter((ours, GOOD))
    monkeypatch.setattr(learning.frozen, "measure", lambda find: next(shares))
    return learning.train(engine, [Labelled("hi there", ())], f"file://{folder}", (), 7, NOW)


def test_a_marked_message_is_taught_with_other_people_in_it(marked: sa.Engine) -> None:
    with marked.connect() as connection:
        [frame] = learning.frames(connection, Scrubber.load())
    text, spans = frame.fill(Messages(Random(1)))
    assert text.startswith("the ")
    assert " owe me 40, call " in text
    assert {label for label, *_ in spans} == {"PERSON", "PHONE"}
    assert "zorblax" not in text
    assert "650-555-0177" not in text


def test_a_version_takes_over_when_it_is_not_worse_and_can_be_taken_back(
    marked: sa.Engine, tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = train(marked, tmp_path, monkeypatch)
    assert (made.marks, made.baseline_id) == (1, None)
    again = learning.train(marked, [], f"file://{tmp_path}", (), 7, NOW)
    assert again.id == made.id, "the same marks are trained on once"
    with marked.begin() as connection:
        before = loading.version(connection, Settings())
        if made.verdict is Verdict.HOLD:  # so small a one misses the mark that the release's meets
            assert any("marks_met" in reason for reason in made.reasons)
            made = made._replace(verdict=Verdict.PROMOTE)
        assert learning.promote(connection, made, "pipeline", NOW)
        assert not learning.promote(connection, made, "pipeline", NOW)
        assert loading.version(connection, Settings()) == f"{before}+{made.id}"
        assert loading.scrubber(connection, Settings()).version == f"{before}+{made.id}"
        versions.move(connection, tagger_versions.KIND, "tagger-other", "kim", "by hand", NOW)
        assert not learning.promote(connection, made, "pipeline", NOW), "it was compared with another one"


def test_a_worse_version_is_held(marked: sa.Engine, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    made = train(marked, tmp_path, monkeypatch, ours=Measured(0.8, 0.9, 0.9))
    assert made.verdict is Verdict.HOLD
    assert "recall is 0.800, that of the live version 0.900." in made.reasons
    with marked.begin() as connection:
        assert not learning.promote(connection, made, "pipeline", NOW)
        assert versions.live(connection, tagger_versions.KIND) is None


def test_without_marks_there_is_nothing_to_learn(fresh_engine: sa.Engine, tmp_path: object) -> None:
    with pytest.raises(DataError, match="mhc review mark"):
        learning.train(fresh_engine, [], f"file://{tmp_path}", (), 7, NOW)


def test_the_sets_say_where_personal_data_is() -> None:
    assert len(seen()) >= 800
    for one in seen():
        assert all(one.text[start:end].strip() for _, start, end in one.spans), one.id
    twice = [{"type": "PERSON", "text": "Bo"}] * 2
    [one] = parsed(json.dumps({"id": "1", "kind": "chat", "text": "Bo and Bo", "entities": twice}))
    assert [span[1:] for span in one.spans] == [(0, 2), (7, 9)]
