"""Customers of another language read the article's translation, or that a person will answer: never English."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from mhc_core.business.pricing import Business, load
from mhc_core.concierge.agents import context
from mhc_core.concierge.agents.reply import Reply
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.offline import OfflineConcierge
from mhc_core.knowledge import multilingual
from mhc_core.knowledge.article_selector import Article
from mhc_core.knowledge.multilingual import ForeignSelector, Translated
from mhc_core.languages import detection
from mhc_core.prompts import registry
from mhc_core.protocols import ChatAnswer, ChatRequest
from mhc_core.providers.e5 import embedder as e5
from mhc_core.settings import Settings
from mhc_core.vocabulary import Intent

ARTICLES = (
    Article("KB-1", "The deposit", ((1, "The deposit is $100."),), ("how much is the deposit", "what do I pay first")),
    Article("KB-2", "Rain", ((2, "We cook under cover when it rains."),), ("what if it rains", "bad weather")),
    Article("KB-3", "Vegetarians", ((3, "Tofu is one of five proteins."),), ("vegetarian food", "I eat no meat")),
    Article("KB-4", "Parking", ((4, "A driveway is best, the street is fine."),), ("where to park", "is parking free")),
)
SPANISH = {
    "KB-1": Translated("El depósito", "El depósito es de $100.", ("cuánto es el anticipo", "con cuánto aparto")),
    "KB-2": Translated("Lluvia", "Con lluvia cocinamos bajo techo.", ("si llueve qué pasa", "mal tiempo")),
    "KB-3": Translated("Vegetarianos", "El tofu es una de cinco proteínas.", ("comida vegetariana", "no como carne")),
}  # fmt: skip
NOW = datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("America/Los_Angeles"))


@pytest.fixture(scope="module")
def business() -> Business:
    return load(Settings().business_file)


@pytest.fixture(scope="module")
def spanish() -> ForeignSelector:
    found = multilingual.learn(ARTICLES, SPANISH, e5.load(), "es")
    assert found is not None
    return found


@dataclass(frozen=True)
class _Writing:
    """A provider's model that writes one text."""

    text: str
    version_id: str = "provider/1"
    calls_tools: bool = True
    reads_prompt: bool = True
    intent: Intent = Intent.OTHER

    def answer(self, request: ChatRequest) -> ChatAnswer:
        assert "Answer in Spanish" in request.system_prompt
        return ChatAnswer(self.text, 0.9, self.intent, tuple(one.chunk_id for one in request.passages[:1]))


class _Translating:
    id = "words/1"

    def translates(self, source: str, target: str) -> bool:
        return target == "es"

    def translate(self, texts: Sequence[str], source: str, target: str) -> Sequence[str]:
        return ["La cochera es lo mejor, la calle está bien." for _ in texts]


@pytest.fixture
def live(business: Business, spanish: ForeignSelector) -> Live:
    return Live(
        knowledge_id="kb",
        embedder=e5.load(),
        foreign={"es": spanish},
        prompts=registry.release_prompts(business),
    )


def _ask(business: Business, live: Live, message: str) -> Reply:
    def search(topic: str, turns: Sequence[object]) -> Sequence[object]:
        return context.passages(None, live, topic, (), 3)

    concierge = OfflineConcierge(business, live, search, 0.25)  # type: ignore[arg-type]
    return concierge.answer(message, (), None, UUID(int=1), NOW)


def test_an_article_is_found_and_told_in_its_translation(business: Business, live: Live) -> None:
    reply = _ask(business, live, "oiga, ¿y cuánto es el depósito para apartar la fecha?")
    assert "El depósito es de $100." in reply.text
    assert [one.article_id for one in reply.citations] == ["KB-1"]


def test_without_a_translation_nothing_is_told_in_english(business: Business, live: Live) -> None:
    reply = _ask(business, live, "¿dónde se puede estacionar el coche, hay estacionamiento?")
    assert "driveway" not in reply.text
    assert detection.detect(reply.text) == "es"
    assert reply.notes["offered_person"]


def test_what_is_not_translated_is_translated_where_something_can(business: Business, live: Live) -> None:
    able = replace(live, translator=_Translating())
    reply = _ask(business, able, "¿dónde se puede estacionar el coche, hay estacionamiento?")
    assert "La cochera es lo mejor" in reply.text
    assert reply.notes["translated_by"] == "words/1"


@pytest.mark.parametrize(
    ("text", "given"),
    [
        ("El depósito para apartar su fecha es de $100.", True),
        ("The deposit that holds your date is one hundred dollars.", False),
        ("El depósito para apartar su fecha es de $250.", False),
        ("El depósito para apartar su fecha es de 250 dólares.", False),
    ],
)
def test_a_model_s_answer_is_given_in_the_language_and_with_the_figures_of_the_articles(
    business: Business, live: Live, text: str, given: bool
) -> None:
    reply = _ask(business, replace(live, models=(_Writing(text),)), "¿cuánto es el depósito para apartar la fecha?")
    assert (text in reply.text) == given
    assert reply.escalation is not None or given or reply.notes["offered_person"]


def test_a_language_that_is_not_learned_yet_gets_a_person(business: Business, live: Live) -> None:
    reply = _ask(business, replace(live, foreign={}), "¿cuánto es el depósito para apartar la fecha?")
    assert reply.notes["offered_person"]
    assert detection.detect(reply.text) == "es"


def test_what_stands_below_an_answer_about_allergies_is_in_its_language(business: Business, live: Live) -> None:
    """The shared grill was named in English below Spanish, Chinese and Japanese answers."""
    writing = _Writing("El tofu es una de cinco proteínas.", intent=Intent.ALLERGY)
    reply = _ask(business, replace(live, models=(writing,)), "¿y qué comida vegetariana tienen ustedes?")
    assert "misma plancha" in reply.text
    assert "shared grill" not in reply.text
