"""What the concierge says by rule in a conversation that is held in another language."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import UUID

import pytest
from fakes.understanding import Labelled

from mhc_core.business import pricing
from mhc_core.concierge.agents import choices, courtesy, handover, questions, safety
from mhc_core.concierge.facts.heads import Heads
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.facts.party import Party
from mhc_core.concierge.guards import injection
from mhc_core.concierge.turn import suggesting
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.concierge.turn.understanding import understand
from mhc_core.db.queries.serving import StoredTurn
from mhc_core.languages import known, speaking, translated
from mhc_jobs.bench.understanding.policies import Talk

RULES = pricing.load()
NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
LATIN = re.compile(r"[A-Za-z]{4,}")
OTHERS = [code for code in known() if code != "en"]
EXPECTED = {"es": "Total: $660", "ja": "合計：$660", "zh-Hans": "合计：US$660", "zh-Hant": "合計：US$660"}
SAID = {
    "es": "ask/price_party: cuánto cuesta para [adults:12] adultos, [miles:10] millas?",
    "ja": "ask/price_party: 大人[adults:12]名、[miles:10]マイルでいくらですか",
    "zh-Hans": "ask/price_party: [adults:12]个大人多少钱，距离[miles:10]英里，请问怎么算",
    "zh-Hant": "ask/price_party: [adults:12]個大人多少錢，距離[miles:10]英里，請問怎麼算",
}


def talk() -> tuple[Talk, Labelled]:
    reader = Labelled()
    return Talk(RULES, reader, "languages"), reader


@pytest.mark.parametrize("language", OTHERS)
def test_a_quote_is_given_in_the_language_of_the_question(language: str) -> None:
    chat, reader = talk()
    given = chat.say(reader.learn(SAID[language]))
    assert (chat.facts.language, EXPECTED[language] in given.text) == (language, True), given.text
    assert "Here is the price" not in given.text


def test_a_booking_is_made_in_spanish_from_the_first_question_to_the_request() -> None:
    chat, _ = talk()
    first = (
        "quiero reservar para 10 adultos, sin niños, el 19 de diciembre a las 5:30 pm, pollo y camarones para todos, "
        "en 88 Maple Ave, Davis, 20 millas. me llamo Ana Ruiz, ana@example.com"
    )
    text = chat.say(first).text
    assert "sábado, 19 de diciembre de 2026 a las 5:30 p.m." in text
    assert text.endswith("¿Envío esta solicitud a nuestro equipo? Solo diga sí, o dígame qué quiere cambiar.")
    sent = chat.say("sí, envíela").text
    assert chat.sent is not None
    assert "está con nuestro equipo" in sent
    assert questions.with_state(Facts(), sent).reference == chat.facts.reference


def test_one_english_message_does_not_turn_a_spanish_conversation_and_two_do() -> None:
    chat, reader = talk()
    chat.say(reader.learn("greet: buenas tardes"))
    assert chat.say(reader.learn("thank: thanks so much")).text == "¡Con mucho gusto!"
    assert chat.say(reader.learn("thank: thank you all")).text == "You are welcome!"


def test_ok_and_a_name_keep_the_language() -> None:
    chat, reader = talk()
    chat.say(reader.learn("greet: buenas tardes"))
    for said in ("ok", "John Smith", "ok ok", "no"):
        chat.say(said)
        assert chat.facts.language == "es"


def _facts(**told: object) -> Facts:
    party = Party(adults=10, children=0, miles=Decimal(20))
    full = Facts(
        party=party,
        heads=Heads(adults=10, kids=0),
        day=date(2026, 12, 19),
        starts=time(17, 30),
        address="88 Maple Ave",
        city="Davis",
        proteins={"chicken": 10, "shrimp": 10},
        name="Ana Ruiz",
        email="ana@example.com",
        booking=True,
    )
    return replace(full, **told)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", known())
@pytest.mark.parametrize(
    "told",
    [
        {"day": None, "starts": None},
        {"starts": None},
        {"day": None},
        {"party": Party(miles=Decimal(20)), "heads": Heads()},
        {"party": Party(miles=Decimal(20)), "heads": Heads(adults=10)},
        {"party": Party(miles=Decimal(20), guests=12), "heads": Heads(guests=12)},
        {"heads": Heads(adults=10, kids=2), "party": Party(adults=10, children=2, miles=Decimal(20))},
        {"address": None},
        {"party": Party(adults=10, children=0)},
        {"proteins": {}},
        {"name": None},
        {"email": None},
        {},
    ],
    ids=str,
)
def test_what_was_asked_is_known_from_the_words_alone(language: str, told: dict[str, object]) -> None:
    with speaking(language):
        pending = questions.pending(RULES, _facts(**told))
    assert pending is not None
    assert questions.asked_in(RULES, f"Hola.\n{pending.text}") == pending.notes


@pytest.mark.parametrize("language", known())
def test_a_suggestion_is_known_from_its_words_alone(language: str) -> None:
    for name in RULES.offers.suggested:
        with speaking(language):
            said = suggesting.words(RULES, name)
        assert suggesting.made_in(RULES, f"…\n{said}") in {
            other for other in RULES.offers.suggested if suggesting.words(RULES, other) == suggesting.words(RULES, name)
        }


def test_a_client_that_keeps_the_transcript_goes_on_in_its_language() -> None:
    chat, reader = talk()
    chat.say("quiero reservar una fiesta, por favor")
    chat.turns = [StoredTurn(turn.role, turn.content, {}) for turn in chat.turns]
    chat.facts = Facts()
    request = TurnRequest("12/19", tuple(chat.turns), None, UUID(int=1), NOW)
    found = understand(RULES, reader, request, NOW.date()).question
    assert (found.language, found.facts.booking) == ("es", True)
    assert found.asked == {"date", "time"}


@pytest.mark.parametrize("language", OTHERS)
def test_rule_answers_hold_no_english(language: str) -> None:
    with speaking(language):
        said = [
            *(handover.text(RULES, reason, NOW) for reason in (*RULES.handover.reasons, handover.UNCLEAR)),
            handover.waiting_text(RULES, NOW),
            handover.offer_text(RULES),
            safety.shared_grill(RULES),
            injection.answer(RULES),
            *choices.choices({"confirm": True}),
            *choices.choices({"offered_person": True}),
            *(suggesting.words(RULES, name) for name in RULES.offers.suggested),
        ]
    names = {"MHC", RULES.name, *re.findall(r"[A-Za-z]+", f"{RULES.name} {RULES.contact.email}"), "Reader"}
    if language == "es":
        assert not [text for text in said if re.search(r"\b(?:the|of|you|person|please|with)\b", text)]
    else:
        assert not [text for text in said if {*LATIN.findall(text)} - names]


def test_the_confirmation_of_stop_is_in_the_language_of_its_keyword() -> None:
    assert courtesy.off_the_list(Facts(), "es").text.startswith("Listo: no le enviamos más ofertas")
    assert courtesy.off_the_list(Facts(stopped=True), "en").text == translated("You are off our list already.")
