"""Which answers are learned from, and what an example is made of."""

import itertools
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid4

import pytest
from fakes.stored import DAY
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.db.rows.examples import Example, Hold, SourceConversation, SourceMessage
from mhc_core.pseudonyms import customer_hash
from mhc_core.scrubbing.examples import CONTEXT_TURNS, build, exchanges, origin
from mhc_core.scrubbing.meaning import same_meaning
from mhc_core.settings import Settings

SETTINGS = Settings()
SALT = b"salt"


@dataclass(frozen=True)
class Clean:
    """What a scrubber says of a text."""

    text: str
    counts: dict[str, int] = field(default_factory=dict)
    risk: str = "none"
    safe_for_training: bool = True


def user(content: str, **known: object) -> SourceMessage:
    return SourceMessage(uuid4(), "user", content, **known)  # type: ignore[arg-type]


def answer(content: str = "It is $100.", **known: object) -> SourceMessage:
    return SourceMessage(uuid4(), "assistant", content, **known)  # type: ignore[arg-type]


def conversation(*messages: SourceMessage, score: float = 0.9, stars: int | None = None) -> SourceConversation:
    return SourceConversation(uuid4(), "customer-1", "web", DAY, score, stars, messages)


def built(
    source: SourceConversation, edits: dict[int, Clean | str] | None = None, **replaced: Clean | str
) -> tuple[list[Example], list[Hold]]:
    contents = [replaced.get(f"at{index}", Clean(message.content)) for index, message in enumerate(source.messages)]
    return build(source, contents, edits or {}, SETTINGS, SALT)


@pytest.mark.parametrize(
    ("message", "score", "stars", "expected"),
    [
        (answer(), 0.8, None, "score"),
        (answer(), 0.79, None, None),
        (answer(), 0.9, 4, "score"),
        (answer(), 0.9, 3, None),
        (answer(stars=3), 0.9, None, None),
        (answer(stars=5), 0.9, 3, None),
        (answer(vote="down"), 0.9, 5, "correction"),
        (answer(vote="down"), 0.1, None, "correction"),
        (answer(vote="up"), 0.5, None, None),
        (answer(vote="down", stars=2), 0.9, None, "correction"),
        (answer(confidence=0.69), 0.3, None, "correction"),
        (answer(confidence=0.7), 0.3, None, None),
        (answer(confidence=0.2), 0.9, None, "score"),
        (answer(edited_content="better"), 0.0, 1, "human_edit"),
        (answer(edited_content="better", agent="quote", vote="down"), 0.0, None, "human_edit"),
        (answer(agent="quote"), 1.0, 5, None),
        (answer(agent="handover", vote="down"), 1.0, None, None),
        (answer(agent="waiting", confidence=0.1), 0.2, None, None),
        (answer(agent="knowledge"), 0.9, None, "score"),
    ],
)
def test_what_is_learned_and_why(message: SourceMessage, score: float, stars: int | None, expected: str | None) -> None:
    source = conversation(user("deposit?"), message, score=score, stars=stars)
    assert origin(message, source, SETTINGS) == expected
    assert [example.origin for example in built(source, {1: Clean("better")} if message.edited_content else {})[0]] == [
        found for found in [expected] if found
    ]


def test_thresholds_are_settings() -> None:
    message = answer(confidence=0.5)
    source = conversation(user("?"), message, score=0.6, stars=3)
    easy = Settings(quality_threshold=0.6, minimum_rating=3, confidence_threshold=0.4)
    assert origin(message, source, easy) == "score"
    assert origin(message, source, SETTINGS) == "correction"


def test_an_example_names_its_sources_and_why() -> None:
    source = conversation(
        user("hi, Ann here, deposit?", intent="policy"), answer("Ann, it is $100.", confidence=0.75, vote="up")
    )
    ((example,), holds) = built(
        source,
        at0=Clean("hi, [PERSON_1] here, deposit?", {"PERSON": 1}, "low"),
        at1=Clean("[PERSON_1], it is $100.", {"PERSON": 1, "PHONE": 1}, "medium"),
    )
    assert holds == []
    assert (example.question_message_id, example.answer_message_id) == tuple(m.id for m in source.messages)
    assert (example.question, example.answer) == ("hi, [PERSON_1] here, deposit?", "[PERSON_1], it is $100.")
    assert (example.quality, example.confidence, example.vote, example.intent) == (0.9, 0.75, "up", "policy")
    assert (example.findings, example.risk) == ({"PERSON": 2, "PHONE": 1}, "medium")
    assert (example.channel, example.day, example.conversation_id) == ("web", DAY, source.id)
    assert example.customer_hash == customer_hash(SALT, "customer-1")
    assert built(source)[0][0].id == example.id, "the same answer is always the same example"


def test_a_customer_is_a_pseudonym_of_this_installation() -> None:
    assert customer_hash(SALT, "ann@example.com") != customer_hash(b"other", "ann@example.com")
    assert customer_hash(SALT, "a") != customer_hash(SALT, "b")
    nameless = replace(conversation(user("?"), answer()), customer_id=None)
    other = replace(nameless, id=uuid4())
    assert built(nameless)[0][0].customer_hash != built(other)[0][0].customer_hash


def test_a_human_edit_replaces_the_answer_at_full_quality() -> None:
    source = conversation(user("deposit?"), answer("$50", edited_content="$100"), score=0.2)
    ((example,), _) = built(source, {1: Clean("$100")})
    assert (example.answer, example.quality, example.origin) == ("$100", 1.0, "human_edit")


def test_questions_in_a_row_are_one_and_older_turns_are_context() -> None:
    source = conversation(
        SourceMessage(uuid4(), "system", "be kind"),
        user("hello"),
        SourceMessage(uuid4(), "agent", "hi, Ken here", agent=None),
        user("do you do tofu"),
        user("and shrimp?", intent="menu"),
        answer("both"),
        answer("anything else?"),
        user("thanks"),
    )
    examples, _ = built(source)
    assert [(e.question, e.answer) for e in examples] == [
        ("hello", "hi, Ken here"),
        ("do you do tofu\nand shrimp?", "both"),
    ]
    assert examples[0].context == ()
    assert examples[1].context == (
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "hi, Ken here"},
    )
    assert (examples[1].question_message_id, examples[1].intent) == (source.messages[4].id, "menu")


def test_context_is_bounded() -> None:
    turns = [made(f"{number}") for number in range(10) for made in (user, answer)]
    examples, _ = built(conversation(*turns))
    assert len(examples[-1].context) == CONTEXT_TURNS
    assert examples[-1].context[-1] == {"role": "assistant", "content": "8"}


@given(st.lists(st.sampled_from(["user", "assistant", "agent", "system"]), max_size=15))
def test_every_answer_pairs_with_the_messages_right_before_it(roles: list[str]) -> None:
    found = exchanges([SourceMessage(uuid4(), role, "x") for role in roles])
    for asked, answered in found:
        assert asked == list(range(asked[0], answered))
        assert {roles[index] for index in asked} == {"user"}
        assert roles[answered] in ("assistant", "agent")
        assert asked[0] == 0 or roles[asked[0] - 1] != "user"
    expected = sum(
        1 for before, role in itertools.pairwise(roles) if before == "user" and role in ("assistant", "agent")
    )
    assert len(found) == expected


def test_a_refused_text_holds_only_the_answers_it_touches() -> None:
    turns = [made(f"{number}") for number in range(6) for made in (user, answer)]
    source = conversation(*turns)
    examples, holds = built(source, at2="too long; shorten it")
    held = {hold.answer_message_id for hold in holds}
    answers = [source.messages[index].id for index in (1, 3, 5, 7, 9, 11)]
    # Six turns of context: the second answer asks it, the next three see it, the first and the last never do.
    assert held == set(answers[1:5])
    assert {example.answer_message_id for example in examples} == {answers[0], answers[5]}
    assert {(hold.kind, hold.reason) for hold in holds} == {("error", "too long; shorten it")}


def test_what_is_left_of_an_account_number_holds_the_answer() -> None:
    source = conversation(user("card 4111"), answer())
    examples, (hold,) = built(source, at0=Clean("card 4111", risk="high", safe_for_training=False))
    assert examples == []
    assert (hold.answer_message_id, hold.kind) == (source.messages[1].id, "residue")
    assert "4111" not in hold.reason


def test_a_refused_edit_holds_even_when_the_old_answer_is_clean() -> None:
    source = conversation(user("deposit?"), answer("$50", edited_content="secret"))
    assert built(source, {1: "refused"}) == ([], [Hold(source.messages[1].id, "error", "refused")])


def test_nothing_is_learned_from_empty_texts() -> None:
    assert built(conversation(user("  "), answer())) == ([], [])
    assert built(conversation(user("hi"), answer("\n"))) == ([], [])


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        (("deposit?", "It is $100."), ("Deposit?", "it is $100"), True),
        (("party of 10 people", "yes, we can"), ("party of 20 people", "yes, we can"), False),
        (("deposit?", "It is $100."), ("deposit?", "It is $150."), False),
        (("deposit?", "the deposit is refundable"), ("deposit?", "sorry, ask my colleague about that"), False),
        (("call [PHONE_1] please", "we will call"), ("call [PHONE_2] please", "we will call"), True),
        (("1,000 or 1000", "x"), ("1000 or 1,000", "x"), True),
    ],
)
def test_near_questions_are_one_example_only_when_they_say_the_same(
    first: tuple[str, str], second: tuple[str, str], same: bool
) -> None:
    assert same_meaning(*first, *second) is same
    assert same_meaning(*second, *first) is same


def test_ids_are_stable_over_reruns() -> None:
    message = UUID(int=7)
    source = conversation(user("?"), replace(answer(), id=message))
    assert built(source)[0][0].id == built(replace(source, score=0.95))[0][0].id
