"""How answers are judged in ``mhc bench answers``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from mhc_core.concierge.agents.reply import Reply
from mhc_core.errors import DataError
from mhc_core.vocabulary import Intent
from mhc_jobs.bench.answers import questions, sets
from mhc_jobs.bench.answers.sets import Asked


def _reply(text: str, notes: Mapping[str, Any] | None = None, escalation: str | None = None) -> Reply:
    return Reply(text, "knowledge", Intent.OTHER, 1.0, "m", escalation=escalation, notes=notes or {})


@pytest.mark.parametrize(
    ("expect", "reply", "verdict"),
    [
        ("answer", _reply("It is $55 \u2013 24\u201348 hours before."), "right"),
        ("answer", _reply("It is $55."), "partly"),
        ("answer", _reply("We bring a grill."), "wrong"),
        ("answer", _reply("It is $55, 24-48 hours before, never."), "wrong"),
        ("answer", _reply("It is $55, 24-48 hours before.", {"offered_person": True}), "hedged"),
        ("answer", _reply("I do not know that.", {"withheld": True, "offered_person": True}), "abstained"),
        ("unknown", _reply("I do not know that.", {"withheld": True}), "abstained"),
        ("unknown", _reply("We bring a grill."), "wrong"),
        ("person", _reply("A person answers.", escalation="legal threat"), "right"),
        ("person", _reply("We bring a grill."), "wrong"),
    ],
)
def test_an_answer_is_right_with_every_fact_and_none_that_must_not_be(expect: Any, reply: Reply, verdict: str) -> None:
    asked = Asked("?", "t", expect, [["$55"], ["24-48 hours"]], ["never"])
    assert questions.judge(asked, reply) == verdict


def test_a_set_with_a_question_without_facts_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "questions.toml"
    file.write_text('[[question]]\ntext = "a"\ntopic = "t"\nexpect = "answer"\n', "utf-8")
    with pytest.raises(DataError, match="question 1"):
        sets.questions(file)


def test_the_sets_of_the_release_can_be_read() -> None:
    for half in sets.HALVES:
        assert len(sets.questions(sets.SETS / half / "questions.toml")) >= 150
        assert len(sets.paraphrases(sets.SETS / half / "paraphrases.toml").groups) == 60
