"""The whole concierge without a server or a database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from fakes.understanding import COMMON, Labelled

from mhc_core.business import pricing
from mhc_core.concierge.models.live import Live
from mhc_core.concierge.turn.offline import OfflineConcierge
from mhc_core.concierge.turn.rehearsal import respondent
from mhc_core.db.queries.evaluation_sets import FrozenQuestion
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.evaluation.offline import HeldOutQuestion
from mhc_core.prompts import registry
from mhc_core.protocols import ChatRequest, Passage
from mhc_core.providers.local.knowledge import KnowledgeOnlyModel
from mhc_core.providers.minilm import embedder as minilm
from mhc_core.vocabulary import Intent

BUSINESS = pricing.load()
NOW = datetime(2026, 11, 2, 19, tzinfo=UTC)
RAIN = Passage(1, "KB-087", "Rain", "The host provides cover when it rains.", 0.9, 0.9)
FAR = Passage(2, "KB-001", "Prices", "An adult is $55.", 0.4, 0.1)


def concierge(*passages: Passage) -> OfflineConcierge:
    live = Live(
        models=(KnowledgeOnlyModel("m", minilm.load()),),
        knowledge_id="k",
        reader=Labelled(COMMON),
        prompts=registry.release_prompts(BUSINESS),
    )

    def search(topic: str, turns: Sequence[StoredTurn]) -> Sequence[Passage]:
        return passages

    return OfflineConcierge(BUSINESS, live, search, 0.25)


@pytest.mark.parametrize(
    ("message", "agent", "says"),
    [
        ("What if it rains?", "knowledge", "cover"),
        ("How much for 12 adults, 10 miles?", "quote", "$660"),
        ("You will hear from my lawyer", "handover", "passed your message on"),
    ],
)
def test_a_message_is_understood_routed_answered_and_guarded(message: str, agent: str, says: str) -> None:
    given = concierge(RAIN).answer(message, (), None, UUID(int=1), NOW)
    assert (given.agent, says in given.text) == (agent, True)


def test_what_is_unlikely_to_answer_is_not_quoted_but_offered_as_a_topic() -> None:
    given = concierge(FAR).answer("Is the chef left-handed?", (), None, UUID(int=1), NOW)
    assert "$55" not in given.text
    assert given.notes["choices"] == ["Prices"]
    assert given.notes["offered_person"]
    assert given.citations == ()


def test_an_evaluation_asks_the_concierge_and_not_the_model_alone() -> None:
    messages = [
        {"role": "system", "content": "s"},
        {"role": "user", "content": "q"},
        {"role": "assistant", "content": "a"},
    ]
    frozen = FrozenQuestion(UUID(int=2), "customer", date(2026, 11, 2), "web", Intent.PRICING, messages)
    question = HeldOutQuestion(frozen, ChatRequest("How much for 12 adults, 10 miles?", passages=[FAR]))
    respond = respondent(BUSINESS, Labelled(COMMON), minilm.load(), "k", None, 3, 0.25)
    given = respond(KnowledgeOnlyModel("m", minilm.load()), question)
    assert "$660" in given.answer
    assert given.reference == "a"
