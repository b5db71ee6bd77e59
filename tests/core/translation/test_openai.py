"""Translation by a provider's model over HTTP: figures hold, a failure costs one article, every call is booked."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn

from mhc_core.db import engine as engines
from mhc_core.db.tables import knowledge_articles
from mhc_core.errors import ProviderUnavailable
from mhc_core.knowledge import machine, translations
from mhc_core.knowledge.articles import Article, store
from mhc_core.knowledge.machine import Machine
from mhc_core.protocols import Translator
from mhc_core.settings import Settings
from mhc_core.translation import openai as adapter
from mhc_core.translation import select
from mhc_core.translation.placeholders import Untranslated

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MODEL = "gpt-4.1-mini"
ARTICLES = [
    Article("KB-1", "The deposit", "pricing", (), "The deposit is $100.\nIt is kept 14 days before.", NOW, ()),
    Article("KB-2", "The rice", "menu", (), "The fried rice has egg.", NOW, ()),
]


def lines(of: Callable[[str], str]) -> Callable[[list[dict[str, Any]]], str]:
    """A model that says each line in its own way, in the asked shape."""
    return lambda messages: json.dumps({"lines": [of(line) for line in messages[-1]["content"].split("\n")]})


@pytest.fixture
def settings(openai_standin: StandIn, fresh_database_url: str) -> Settings:
    openai_standin.reply = lines(lambda line: f"dicho: {line}")
    return Settings(
        _env_file=None,
        openai_api_key=openai_standin.key,
        openai_base_url=openai_standin.base_url,
        database_url=fresh_database_url,
        translator="openai",
        translation_model=MODEL,
    )


@pytest.fixture
def opened(settings: Settings) -> Iterator[sa.Engine]:
    with engines.database(settings) as engine:
        with engine.begin() as connection:
            connection.execute(sa.delete(knowledge_articles))
            store(connection, ARTICLES, NOW)
        yield engine


def made(settings: Settings) -> Translator:
    found = select.translator(settings)
    assert found is not None
    return found


def translate(settings: Settings, engine: sa.Engine) -> Machine:
    with engine.begin() as connection:
        return machine.translate(connection, made(settings), "es", (), NOW)


def calls(engine: sa.Engine) -> list[tuple[str, str, str]]:
    with engine.connect() as connection:
        rows = connection.execute(
            sa.text("select feature, model, outcome from ai.provider_calls order by asked_at, id")
        )
        return [tuple(row) for row in rows]  # type: ignore[misc]


def test_articles_are_translated_with_their_figures_and_every_call_is_in_the_ledger(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine
) -> None:
    assert translate(settings, opened).made == ("KB-1", "KB-2")
    with opened.connect() as connection:
        kept = translations.current(connection, ("es",))
        cost = connection.scalar(sa.text("select sum(cost_usd) from ai.figures_costs"))
    assert kept["KB-1", "es"].body == "dicho: The deposit is $100.\ndicho: It is kept 14 days before."
    assert "huevo" in kept["KB-2", "es"].body
    assert kept["KB-1", "es"].made_by == f"openai/{MODEL}"
    assert calls(opened) == [("translation", MODEL, "answered")] * 4
    assert cost > 0
    for body in openai_standin.bodies:
        assert body["response_format"]["json_schema"]["strict"] is True
        assert "Mexican Spanish" in body["messages"][0]["content"]
        assert not [sign for sign in "$0123456789" if sign in body["messages"][1]["content"].replace("XQ0Z", "")]


@pytest.mark.parametrize(
    "spoilt",
    [
        lines(lambda line: line.replace("XQ0Z", "$120")),
        lines(lambda line: f"{line} $65" if "deposit is" in line else line),
        lambda messages: json.dumps({"lines": ["one"] * (messages[-1]["content"].count("\n") + 2)}),
        lambda messages: "no document",
        lambda messages: '{"lines": "one"}',
    ],
)
def test_what_changed_a_figure_or_has_another_shape_is_not_kept(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, spoilt: Callable[[list[dict[str, Any]]], str]
) -> None:
    openai_standin.reply = spoilt
    found = translate(settings, opened)
    assert "KB-1" in dict(found.refused)
    assert "KB-1" not in found.made
    with opened.connect() as connection:
        assert ("KB-1", "es") not in translations.current(connection, ("es",))
    assert {outcome for _, _, outcome in calls(opened)} == {"answered"}, "what was bought is booked"


def test_an_article_that_the_model_refuses_leaves_the_others_theirs(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine
) -> None:
    openai_standin.refuses = "deposit"
    found = translate(settings, opened)
    assert found.made == ("KB-2",)
    assert [name for name, _ in found.refused] == ["KB-1"]


def test_an_answer_that_was_cut_off_is_not_kept(openai_standin: StandIn, settings: Settings, opened: sa.Engine) -> None:
    openai_standin.reply, openai_standin.finish_reason = '{"lines": ["El dep', "length"
    assert "ended by length" in translate(settings, opened).refused[0][1]


@pytest.mark.parametrize(("fault", "told"), [("rate_limit", "slow down"), ("500", "fault"), ("drop", "reached")])
def test_a_provider_in_trouble_is_asked_once_and_said_to_be(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, fault: str, told: str
) -> None:
    openai_standin.fail("POST", "/chat/completions", fault, times=9)
    with pytest.raises(ProviderUnavailable, match=told):
        translate(settings, opened)
    assert openai_standin.sent("POST", "/chat/completions") == 1
    assert len(calls(opened)) == 1


def test_an_answer_that_takes_too_long_is_not_waited_for(
    openai_standin: StandIn, settings: Settings, opened: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(messages: list[dict[str, Any]]) -> str:
        time.sleep(0.6)
        return '{"lines": []}'

    monkeypatch.setattr(adapter, "SECONDS", 0.3)
    openai_standin.reply = late
    with pytest.raises(ProviderUnavailable, match="in time"):
        translate(settings, opened)
    assert calls(opened) == [("translation", MODEL, "lost")]


def test_a_long_text_is_asked_for_in_parts_that_fit_into_an_answer(openai_standin: StandIn, settings: Settings) -> None:
    texts = [f"line {word} " + "x" * 100 for word in "abcdefghijklmnopqrst"]
    assert list(made(settings).translate(texts, "en", "ja")) == [f"dicho: {text}" for text in texts]
    asked = [body["messages"][1]["content"] for body in openai_standin.bodies]
    assert len(asked) == 2
    assert all(len(one) <= adapter.CHARACTERS + adapter.LINES for one in asked)


def test_lines_that_moved_from_one_part_to_the_next_are_noticed(openai_standin: StandIn, settings: Settings) -> None:
    asked: list[int] = []

    def moved(messages: list[dict[str, Any]]) -> str:
        asked.append(messages[-1]["content"].count("\n") + 1)
        return json.dumps({"lines": ["one"] * (asked[-1] + (1 if len(asked) == 1 else -1))})

    openai_standin.reply = moved
    with pytest.raises(Untranslated, match="lines for"):
        made(settings).translate(["x" * 1_000, "y" * 1_000], "en", "es")
