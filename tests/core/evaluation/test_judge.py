"""A model as judge: asked through the real SDK, measured against people, and silent when it does not agree."""

from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from fakes.openai_endpoints import StandIn
from fakes.stored import NOW, WordEmbedder, example
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.db.queries import review as reviews
from mhc_core.errors import ConfigurationError, MHCError
from mhc_core.evaluation.decisions import decided
from mhc_core.evaluation.judge import Decided, Exchange, Judge, cohen_kappa, configured_judge
from mhc_core.protocols import Passage, Turn
from mhc_core.review import decisions
from mhc_core.settings import Settings
from mhc_core.vocabulary import Decision

PASSAGE = Passage(41, "KB-042", "Cancellation", "14 or more days before: full refund less 10 %.", 0.75)


def judge(standin: StandIn) -> Judge:
    chosen = Settings(openai_api_key=standin.key, openai_base_url=standin.base_url, judge_model="gpt-4.1-mini")
    found = configured_judge(chosen)
    assert found is not None
    return found


def exchange(answer: str) -> Exchange:
    return Exchange([Turn("user", "hi"), Turn("assistant", "hello"), Turn("user", "can I cancel?")], [PASSAGE], answer)


def by_the_word(messages: list[dict[str, Any]]) -> str:
    return "PASS" if "good" in messages[-1]["content"].partition("to be checked:")[2] else "fail, it is wrong"


def people(good: int, bad: int, wrong: int = 0) -> list[Decided]:
    """Decisions about good and bad answers; in ``wrong`` cases of each kind the answer sounds like the other."""
    return [
        Decided(exchange("a good answer" if (number >= wrong) == approved else "no answer"), approved)
        for approved, count in ((True, good), (False, bad))
        for number in range(count)
    ]


def test_without_a_setting_there_is_no_judge_and_without_a_key_it_says_so() -> None:
    assert configured_judge(Settings()) is None
    with pytest.raises(ConfigurationError, match="OPENAI_API_KEY"):
        configured_judge(Settings(judge_model="gpt-4.1-mini"))


def test_the_judge_sees_rules_passages_and_conversation_and_says_one_word(openai_standin: StandIn) -> None:
    openai_standin.reply = by_the_word
    assert judge(openai_standin).passes([exchange("a good answer"), exchange("nonsense")]) == [True, False]
    body = openai_standin.bodies[0]
    assert body["temperature"] == 0
    assert "full refund less 10 %" in body["messages"][0]["content"]
    asked = body["messages"][-1]["content"]
    assert asked.index("customer: can I cancel?") < asked.index("to be checked: a good answer")


def test_one_that_agrees_with_people_decides(openai_standin: StandIn) -> None:
    openai_standin.reply = by_the_word
    found = judge(openai_standin).agreement(people(20, 20, wrong=3), seed=1)
    assert found.kappa == pytest.approx(0.7)  # 34 of 40 agree, 20 by chance
    assert found.interval is not None
    assert found.interval[0] < 0.7 < found.interval[1]
    assert found.decides
    assert found.details()["model"] == "gpt-4.1-mini"


def test_one_below_the_limit_or_with_few_decisions_decides_nothing(openai_standin: StandIn) -> None:
    openai_standin.reply = by_the_word
    asked = judge(openai_standin)
    doubtful = asked.agreement(people(20, 20, wrong=5), seed=1)
    assert doubtful.kappa == pytest.approx(0.5)
    assert not doubtful.decides
    openai_standin.reply = "PASS"
    generous = asked.agreement(people(20, 20), seed=1)
    assert generous.kappa == 0
    assert not generous.decides
    before = len(openai_standin.bodies)
    for few in (people(14, 15), people(40, 0)):
        found = asked.agreement(few, seed=1)
        assert found.kappa is None
        assert not found.decides
    assert len(openai_standin.bodies) == before, "nothing is asked that could not be measured"


def test_a_provider_that_fails_is_an_error_and_no_verdict(openai_standin: StandIn) -> None:
    openai_standin.fail("POST", "/chat/completions", "server", times=20)
    with pytest.raises(MHCError):
        judge(openai_standin).passes([exchange("x")])


VERDICTS = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=60)


@settings(deadline=None, max_examples=40)
@given(VERDICTS)
def test_kappa_is_symmetric_and_one_only_in_full_agreement(pairs: Sequence[tuple[bool, bool]]) -> None:
    one, other = map(list, zip(*pairs, strict=True))
    kappa, (low, high) = cohen_kappa(one, other, 1)
    assert kappa == pytest.approx(cohen_kappa(other, one, 1)[0])
    assert -1 <= low <= high <= 1
    assert (kappa == pytest.approx(1)) == (one == other and len(set(one)) == 2)


def test_what_people_decided_one_by_one_is_what_it_is_measured_with(connection: sa.Connection) -> None:
    for number in range(5):
        example(connection, f"question{number} here", f"answer {number}", context=[{"role": "user", "content": "hi"}])
    decisions.enqueue(connection, Settings())
    items = list(connection.scalars(sa.text("select id from ai.review_items order by id")))
    given: list[tuple[int, Decision, Any]] = [
        (0, Decision.APPROVE, None), (1, Decision.REJECT, None), (2, Decision.APPROVE, {"limit": 9}),
        (3, Decision.SKIP, None), (4, Decision.APPROVE, None), (4, Decision.REJECT, None),
    ]  # fmt: skip
    for place, decision, in_bulk in given:
        reviews.record(connection, [items[place]], decision, "kim", NOW, None, None, in_bulk)
    found = decided(connection, None, WordEmbedder(), 3, seed=1)
    said = {(item.exchange.answer, item.approved) for item in found}
    assert said == {("answer 0", True), ("answer 1", False), ("answer 4", False)}
    assert found[0].exchange.messages[0].content == "hi"
    assert len(reviews.human_decisions(connection, 2, seed=1)) == 2, "as many of either kind"
