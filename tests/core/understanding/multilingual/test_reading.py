"""Messages in Spanish, Chinese and Japanese, read by the models of the release into what the concierge acts on."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from mhc_core.artifacts import arrays
from mhc_core.business import pricing
from mhc_core.concierge.facts.memory import Facts
from mhc_core.concierge.turn import message_language
from mhc_core.concierge.turn.request import TurnRequest
from mhc_core.concierge.turn.understanding import Understanding, understand
from mhc_core.languages import speaking
from mhc_core.understanding.multilingual import exact, gold, release, script, training
from mhc_core.understanding.multilingual.script import READ, split
from mhc_core.understanding.result import Act, DialogueContext, SlotName, Topic

TODAY = date(2026, 5, 13)
BUSINESS = pricing.load()


def _read(message: str, facts: Facts | None = None) -> Understanding:
    now = datetime(2026, 5, 13, 18, tzinfo=UTC)
    return understand(BUSINESS, None, TurnRequest(message, (), facts or Facts(), UUID(int=1), now), TODAY)


def _told(language: str, messages: Sequence[str]) -> Facts:
    facts = Facts()
    with speaking(language):
        for message in messages:
            facts = _read(message, facts).question.facts
    return facts


@pytest.mark.parametrize(
    ("language", "messages"),
    [
        ("es", ["Quiero reservar el sábado 23 de mayo a las 7 de la noche, somos 12 adultos y 4 niños",
                "todos los niños tienen 7 años",
                "mi hija es alérgica al cacahuate"]),
        ("zh-Hans", ["想订下周六晚上七点，十二位大人四个小孩", "孩子都是7岁", "我女儿对花生过敏"]),
        ("zh-Hant", ["想訂下週六晚上七點，大人十二位、小孩四位", "小孩都7歲", "我女兒對花生過敏"]),
        ("ja", ["来週の土曜の夜7時に大人12人、子供4人で予約したいです", "みんな7歳です",
                "娘がピーナッツアレルギーです"]),
    ],
)  # fmt: skip
def test_a_party_is_the_same_party_in_every_language(language: str, messages: list[str]) -> None:
    facts = _told(language, messages)
    assert (facts.day, facts.starts and facts.starts.hour) == (date(2026, 5, 23), 19)
    assert (facts.party.adults, facts.party.children, facts.party.open_ages) == (12, 4, False)
    assert [one.allergen for one in facts.allergies] in (["peanut"], ["peanuts"])


@pytest.mark.parametrize(
    "message",
    ["somos 12 adultos y 4 niños de 8 años", "大人12人と8歳の子供4人です", "12个大人，4个8岁的孩子",
     "大人12位，四個8歲的小孩", "12个大人，8岁的孩子四个", "大人12人、8歳の子が4人です",
     "doce adultos y cuatro niños que tienen 8 años"],
)  # fmt: skip
def test_one_age_of_several_children_is_that_of_all(message: str) -> None:
    party = _read(message).question.facts.party
    assert (party.adults, party.children, party.open_ages) == (12, 4, False)


@pytest.mark.parametrize(
    ("message", "children", "age"),
    [("4个8岁的孩子", 4, 8), ("四個8歲的孩子", 4, 8), ("8歳の子供4人です", 4, 8), ("cuatro niños de 8 años", 4, 8)],
)  # fmt: skip
def test_children_with_the_age_of_all_of_them_are_so_many(message: str, children: int, age: int) -> None:
    found = _read(message).question.facts.heads
    assert (found.kids, set(found.ages)) == (children, {age})


@pytest.mark.parametrize(
    ("language", "message"),
    [
        ("es", "estamos a unas veinte millas"), ("es", "¿dura dos horas?"), ("es", "llegamos veinte minutos tarde"),
        ("es", "¿son cincuenta y cinco dólares por adulto?"), ("es", "mi patio mide quince metros"),
        ("es", "faltan diez días"), ("zh-Hans", "离萨克拉门托二十英里"), ("zh-Hans", "能待两个小时吗"),
        ("zh-Hans", "我们迟到二十分钟"), ("zh-Hans", "院子有十五米长"), ("zh-Hant", "開車四十分鐘"),
        ("ja", "サクラメントから二十マイルです"), ("ja", "2時間いてくれますか"), ("ja", "20分遅れます"),
        ("ja", "庭は15メートルです"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("asked", [frozenset(), frozenset({"guests"})])
def test_miles_hours_dollars_and_meters_count_nobody(language: str, message: str, asked: frozenset[str]) -> None:
    reading = script.reading(language)
    assert reading is not None
    found = release.load().read(message, DialogueContext(asked=asked), reading)
    people = {SlotName.GUESTS, SlotName.ADULTS, SlotName.CHILDREN, SlotName.YOUNGEST}
    assert not [slot for slot in found.slots if slot.name in people]


@pytest.mark.parametrize(
    "message",
    ["quiero que me atienda una persona de verdad", "¿me puede llamar alguien?", "帮我转人工客服", "請找真人跟我說",
     "担当者に代わってください", "人と直接話したいのですが"],
)  # fmt: skip
def test_who_asks_for_a_person_gets_one(message: str) -> None:
    assert _read(message).escalation == "request for a person"


@pytest.mark.parametrize("message", ["si come nueces deja de respirar, alergia mortal", "他对坚果严重过敏，会休克",
                                     "重度のナッツアレルギーでアナフィラキシーになります"])  # fmt: skip
def test_a_severe_allergy_reaches_a_person(message: str) -> None:
    assert _read(message).escalation == "severe allergy"


def test_soy_ana_is_no_bean() -> None:
    assert _told("es", ["hola, soy Ana, traigo a 20 amigos y quiero reservar para el 23 de mayo"]).needs == ()
    assert [need.value for need in _told("es", ["mi hijo no puede comer soya"]).needs] == ["soy"]


@pytest.mark.parametrize(
    ("message", "held", "read"),
    [("hello, how much for 10 people?", "en", None), ("hola, cuánto cuesta?", "en", "es"), ("12", "es", "es"),
     ("12", "en", None), ("你好，多少钱", "en", "zh"), ("請問多少錢", "en", "zh"), ("いくらですか", "en", "ja"),
     ("how much for 10 people in total?", "zh-Hans", None), ("地址是420 Oak Street, San Jose", "zh-Hans", "zh")],
)  # fmt: skip
def test_a_message_is_read_in_its_language_and_else_in_the_conversations(message: str, held: str, read: str) -> None:
    assert message_language.read_in(message, held) == read


def test_a_message_of_two_things_has_two_segments_in_their_order() -> None:
    text = "somos 15 adultos para el 20 de junio. ¿Qué pasa si llueve?"
    found = release.load().read(text, DialogueContext(), "es")
    assert [(one.act, one.topic) for one in found.segments] == [(Act.INFORM, Topic.BOOK), (Act.ASK, Topic.POLICY)]
    assert all(text[slot.start : slot.end] == slot.text for slot in found.slots)


def test_exact_forms_win_over_what_the_field_says() -> None:
    plain = "mi correo es a.b@example.com, tel 415-555-0133, 88 birch court apt 3, 95112"
    spans = exact.with_exact(plain, [("city", 13, 16, 0.9), ("name", 0, 9, 0.9)])
    found = {name: plain[start:end] for name, start, end, _ in spans}
    assert found == {
        "name": "mi correo", "email": "a.b@example.com", "phone": "415-555-0133",
        "address": "88 birch court apt 3", "zip": "95112",
    }  # fmt: skip


def test_nothing_but_signs_says_nothing() -> None:
    assert release.load().read("  ", DialogueContext(), "ja").segments == ()


@pytest.mark.parametrize("language", READ)
def test_labelled_messages_keep_their_places_in_every_variation(language: str) -> None:
    chosen = gold.messages(language)[:60]
    for message in gold.varied(language, 2, 1, chosen):
        for slot in message.slots:
            assert message.text[slot.start : slot.end].strip() == message.text[slot.start : slot.end] != ""
        assert all(one.end <= two.start for one, two in zip(message.segments, message.segments[1:], strict=False))


def test_a_field_learns_what_a_count_counts() -> None:
    chosen = [one for one in gold.messages("ja") if one.slots and len(one.text) < 25][:30]
    fields = training.trained_fields("ja", chosen, 1)
    plain = "大人9人、子供3人です"
    words = split(plain)
    labels, sure = fields.slots.path(training.features(plain, words, "ja", DialogueContext()))
    assert labels[0] == "B-adults"
    assert "B-children" in labels
    assert all(0 <= one <= 1 for one in sure)


def test_the_file_of_the_release_is_read_and_written_alike() -> None:
    model = release.load()
    again = release.parse(release.dump(model), release.vectors)
    text = "cuánto cuesta para 10 personas"
    assert again.read(text, DialogueContext(), "es").segments == model.read(text, DialogueContext(), "es").segments
    assert arrays.document(release.DOCUMENT, release.dump(model))["languages"] == ["es", "ja", "zh"]
