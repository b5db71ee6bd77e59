"""One suggestion beside a price, taken back aloud when it does not go with somebody, and what is stored of it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from fakes.understanding import Labelled
from fastapi.testclient import TestClient

from mhc_core.business import pricing
from mhc_core.business.pricing import Business
from mhc_core.concierge.agents import summary
from mhc_core.concierge.guards import figures
from mhc_core.concierge.turn import suggesting, understanding
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.offers import choosing
from mhc_core.settings import Settings
from mhc_core.understanding.result import EVERYONE
from mhc_jobs.bench.understanding.policies import Talk
from mhc_serving.app import create_app

RULES = pricing.load()
PRICE = "ask/price_party: How much for [adults:12 adults], [miles:10 miles]?"
BOOK = (
    "inform/book: I want to book for [adults:10 adults], [children:no kids], on [date:12/19] at [time:5:30], "
    "[dish:chicken] for [count:everyone], at [address:88 Maple Ave], [city:Davis], [miles:20 miles]. "
    "my name is [name:Ana Ruiz], [email:ana@example.com]"
)
IDEA = "An idea, if you like:"


def only(name: str) -> Business:
    suggested = {name: RULES.offers.suggested[name]}
    return RULES.model_copy(update={"offers": RULES.offers.model_copy(update={"suggested": suggested})})


class Dialogue:
    """Says labelled messages to a concierge without a server that has one offer to make."""

    def __init__(self, offer: str) -> None:
        self.reader = Labelled()
        self.talk = Talk(only(offer), self.reader, "suggesting")

    def __call__(self, *lines: str) -> str:
        for line in lines:
            given = self.talk.say(self.reader.learn(line))
        return given.text


@pytest.fixture
def tell() -> Dialogue:
    return Dialogue("shrimp")


def test_a_price_carries_one_suggestion_and_no_second(tell: Dialogue) -> None:
    first = tell(PRICE)
    assert first.endswith(f"{IDEA} shrimp as an upgrade, $3 per person. Tell me for how many, and I add it.")
    assert IDEA not in tell("ask/price_party: and for [adults:14 adults], [miles:10 miles]?")


def test_a_summary_carries_it_before_its_question(tell: Dialogue) -> None:
    lines = tell(BOOK).splitlines()
    assert lines[-2].startswith(IDEA)
    assert lines[-1].startswith("Shall I send this request")


def test_a_yes_orders_it_for_everyone_and_is_priced(tell: Dialogue) -> None:
    text = tell(PRICE, "affirm: yes please")
    assert tell.talk.facts.party.upgrades == {"shrimp upgrade": EVERYONE}
    assert "shrimp upgrade: 12 × $3 = $36" in text
    assert tell.talk.facts.suggested is not None
    assert tell.talk.facts.suggested.accepted


def test_a_yes_to_the_request_orders_nothing(tell: Dialogue) -> None:
    tell(BOOK, "@confirm affirm: yes")
    assert tell.talk.sent is not None
    assert tell.talk.sent.party.upgrades == {}


def test_the_upgrade_that_is_named_is_the_one_that_was_suggested(tell: Dialogue) -> None:
    text = tell(PRICE, "add/book: add [dish:shrimp] for [count:6]")
    assert tell.talk.facts.party.upgrades == {"shrimp upgrade": 6}
    assert tell.talk.facts.party.add_ons == {}
    assert "shrimp upgrade: 6 × $3 = $18" in text


def test_a_transcript_that_a_client_keeps_itself_is_enough(tell: Dialogue) -> None:
    tell(PRICE)
    before = [StoredTurn(turn.role, turn.content, {}) for turn in tell.talk.turns]  # no notes, no stored facts
    asked = tell.reader.learn("affirm: yes please")
    request = TurnRequest(asked, before, None, UUID(int=1), datetime(2026, 11, 30, 10, tzinfo=UTC))
    found = understanding.understand(only("shrimp"), tell.reader, request, datetime(2026, 11, 30, tzinfo=UTC).date())
    assert found.question.facts.party.upgrades == {"shrimp upgrade": EVERYONE}
    assert found.question.before.suggested is not None


def test_a_number_is_for_so_many(tell: Dialogue) -> None:
    tell(PRICE, "add/book: for [count:8]")
    assert tell.talk.facts.party.upgrades == {"shrimp upgrade": 8}


@pytest.mark.parametrize(
    ("line", "portions"),
    [
        ("add/book: Sure, add that for [count:all of us] please", EVERYONE),
        ("add/book: add it for [guests:6 people]", 6),
        ("ask/price_party: Throw that in for everybody", EVERYONE),
        ("inform/book: great idea, [guests:4 people] would take it", 4),
        ("inform/book: only for the [adults:3 adults]", 3),
    ],
)
def test_who_takes_it_is_no_guest_more_and_it_is_priced(tell: Dialogue, line: str, portions: int) -> None:
    text = tell(PRICE, line)
    party = tell.talk.facts.party
    assert (party.adults, party.upgrades) == (12, {"shrimp upgrade": portions})
    assert f"shrimp upgrade: {12 if portions == EVERYONE else portions} × $3" in text


@pytest.mark.parametrize("line", ["add/book: add [adults:2 more adults]", "inform/book: we are [guests:8 people] more"])
def test_guests_more_are_guests_and_order_nothing(tell: Dialogue, line: str) -> None:
    tell(PRICE, line)
    assert tell.talk.facts.party.upgrades == {}
    assert tell.talk.facts.party.head_count != 12


def test_who_takes_it_is_told_before_the_request_is_sent(tell: Dialogue) -> None:
    text = tell(BOOK, "@confirm affirm/book: sure, for [count:everyone]")
    assert tell.talk.facts.party.upgrades == {"shrimp upgrade": EVERYONE}
    assert tell.talk.sent is None
    assert text.splitlines()[-1].startswith("Shall I send this request")


def test_an_allergen_named_later_takes_it_back_aloud_once(tell: Dialogue) -> None:
    text = tell(PRICE, "inform/allergy: actually my kid can't have [allergen:shellfish]")
    assert text.startswith("I take back what I suggested, shrimp as an upgrade: ")
    assert "shellfish" in text.splitlines()[0]
    assert "take back" not in tell("ask/price_party: what is the total for [adults:12 adults], [miles:10 miles]?")


def test_one_that_is_ordered_already_is_asked_about(tell: Dialogue) -> None:
    text = tell(PRICE, "affirm: yes please", "inform/allergy: oh, my wife is allergic to [allergen:shrimp]")
    assert "It still stands in your order" in text


def test_it_is_taken_back_even_when_a_person_takes_over(tell: Dialogue) -> None:
    text = tell(PRICE, "inform/allergy !severe allergy: my son nearly died from [allergen:shrimp]")
    assert text.startswith("I take back")
    assert tell.talk.person


def test_a_need_without_the_reader_of_messages_counts_too(tell: Dialogue) -> None:
    tell(PRICE)
    tell.talk._reader = None  # type: ignore[assignment]
    assert tell("my wife is vegan").startswith("I take back")


@pytest.mark.parametrize(
    "line",
    [
        "inform/allergy: my son is allergic to [allergen:soy]",
        "ask/allergy: how do you handle [allergen:nut] allergies?",
        "complain/complaint: your chef was late",
        "inform/book: just the basics please, no upgrades",
        "inform/book: we are vegan",
        "deny: no extras",
    ],
)
def test_nothing_is_suggested_after(tell: Dialogue, line: str) -> None:
    assert IDEA not in tell(line, PRICE)


def test_what_goes_with_a_diet_is_suggested() -> None:
    tell = Dialogue("edamame")
    assert IDEA in tell("inform/menu: we are vegan", PRICE)


def test_diets_and_allergens_stand_in_the_summary_for_the_team(tell: Dialogue) -> None:
    tell(BOOK, "inform/book: one guest is vegan and my kid can't have [allergen:shellfish]")
    assert summary.allergies(tell.talk.facts) == "to look out for: shellfish, vegan"


@pytest.mark.parametrize("name", RULES.offers.suggested)
def test_figures_of_every_offer_are_those_of_the_business(name: str) -> None:
    words = suggesting.words(RULES, name)
    assert figures.check(RULES, words, [], []).text == words


@pytest.fixture
def served(
    empty_engine: sa.Engine, publish: Callable[..., str], settings: Settings, reader: Labelled
) -> Iterator[Callable[..., dict[str, Any]]]:
    publish(empty_engine)
    with TestClient(create_app(settings, empty_engine)) as client:

        def ask(line: str, customer: str, conversation: str | None = None) -> dict[str, Any]:
            body = {"message": reader.learn(line), "customer_id": customer, "channel": "web"}
            response = client.post(
                "/api/v1/chat", json=body | ({"conversation_id": conversation} if conversation else {})
            )
            assert response.status_code == 200, response.text
            given: dict[str, Any] = response.json()
            return given

        yield ask


def test_statements_and_the_suggestion_are_stored_with_their_messages(
    served: Callable[..., dict[str, Any]], empty_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = served(PRICE, "somebody")
    assert (IDEA in first["answer"]) is _row(empty_engine)["shown"]
    served("inform/menu: we are all vegan", "somebody", first["conversation_id"])
    with empty_engine.connect() as connection:
        [said] = connection.execute(
            sa.text("""
                select d.kind, d.value, d.for_whom, d.stance, m.content from ai.diet_facts d
                join ai.messages m on m.id = d.message_id and m.conversation_id = d.conversation_id
            """)
        ).all()
    assert tuple(said) == ("diet", "vegan", "all", "stated", "we are all vegan")


def test_who_is_held_out_is_noted_and_what_is_ordered_counts(
    served: Callable[..., dict[str, Any]], empty_engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "held_out", lambda state, customer, percent: True)
    monkeypatch.setattr(choosing, "choose", lambda *about: "gyoza")
    first = served(PRICE, "somebody")
    assert IDEA not in first["answer"]
    noted = _row(empty_engine)
    assert not noted["shown"]
    assert not noted["accepted"]
    assert noted["offer"] == "gyoza"
    served("add/book: add [dish:gyoza] for [count:5 people]", "somebody", first["conversation_id"])
    settled = _row(empty_engine)
    assert settled["accepted"]
    assert settled["value_usd"] == 50


def _row(engine: sa.Engine) -> dict[str, Any]:
    with engine.connect() as connection:
        return dict(connection.execute(sa.text("select * from ai.offer_suggestions")).mappings().one())
