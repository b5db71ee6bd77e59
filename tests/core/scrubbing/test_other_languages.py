"""Personal data in Spanish, Chinese and Japanese messages, and texts of mixed scripts."""

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.scrubbing import PiiType, Scrubber
from mhc_core.scrubbing.recognizers import languages
from mhc_core.scrubbing.recognizers.languages import spanish_share
from mhc_core.scrubbing.recognizers.national_ids import (
    citizen_of_taiwan,
    curp,
    dni,
    my_number,
    resident_of_china,
    rfc,
)
from mhc_core.scrubbing.signs import APART, without_signs
from mhc_jobs.bench.languages.scrubbing import LANGUAGES, measure, messages

WRITTEN = (
    "soy María 我叫王小明 山田太郎です 916-555-0143 ０９０－１２３４ ñ¿¡ @ . , ， 。 \n [PERSON_1] 🙂 한국 "
    "\u200b e\u0301 <x> {y}"
)
PIECES = [*WRITTEN.split(" "), "CURP", "微信号", "LINEのID", "身份证", "es", "para", "的", "は", "\ufffc", "\ud800", ""]


def found(text: str) -> list[tuple[PiiType, str]]:
    return [(one.type, text[one.start : one.end]) for one in Scrubber.load().scrub(text).findings]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hola soy María del Carmen Ortiz López, somos 20", [(PiiType.PERSON, "María del Carmen Ortiz López")]),
        ("me llamo juan perez y quiero reservar", [(PiiType.PERSON, "juan perez")]),
        ("你好，我叫王小明，想订周六的位子", [(PiiType.PERSON, "王小明")]),
        ("麻煩請聯絡林怡君小姐", [(PiiType.PERSON, "林怡君")]),
        ("山田太郎と申します。予約をお願いします", [(PiiType.PERSON, "山田太郎")]),
        ("电话是916-555-0143，谢谢", [(PiiType.PHONE, "916-555-0143")]),
        ("携帯は０９０－１２３４－５６７８です", [(PiiType.PHONE, "０９０－１２３４－５６７８")]),
        ("手機：0912-345-678", [(PiiType.PHONE, "0912-345-678")]),
        ("邮箱wangxm@qq.com谢谢", [(PiiType.EMAIL, "wangxm@qq.com")]),
        ("微信号是wxm_2020", [(PiiType.SOCIAL_HANDLE, "wxm_2020")]),
        ("LINEのIDはtaro_y0812です", [(PiiType.SOCIAL_HANDLE, "taro_y0812")]),
    ],
)
def test_what_a_customer_writes_of_themselves_is_found(text: str, expected: list[tuple[PiiType, str]]) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "¿Cuánto cobran por 15 adultos y 3 niños el sábado 6?",
        "6月14日の18時から大人10人でお願いします",
        "12月24日晚上六点半，二十个大人五个小孩",
        "訂單 90215 還沒確認",
        "どうもありがとうございます",
    ],
)
def test_dates_guests_and_orders_stay(text: str) -> None:
    assert Scrubber.load().scrub(text).text == text


@pytest.mark.parametrize(
    ("check", "value", "wrong"),
    [
        (curp, "HEGG560427MVZRRL04", "HEGG560427MVZRRL05"),  # RENAPO's own example
        (rfc, "GODE561231GR8", "GODE561231GR9"),  # SAT's own example
        (dni, "12345678Z", "12345678A"),
        (dni, "X1234567L", "X1234567M"),
        (resident_of_china, "11010519491231002X", "110105194912310021"),  # GB 11643's own example
        (citizen_of_taiwan, "A123456789", "A123456788"),
        (my_number, "123456789018", "123456789017"),
    ],
)
def test_papers_are_told_by_their_check_digit(check: Callable[[str], bool], value: str, wrong: str) -> None:
    assert check(value)
    assert not check(wrong)
    assert value in [piece for _, piece in found(f"número {value}.")]


def test_the_same_person_keeps_one_number_with_or_without_the_given_name() -> None:
    results = Scrubber.load().scrub_conversation(
        ["田中花子と申します。", "田中さんに電話してください", "はい、田中花子です"]
    )
    assert [one.text for one in results] == [
        "[PERSON_1]と申します。",
        "[PERSON_1]さんに電話してください",
        "はい、[PERSON_1]です",
    ]


@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from(["", " ", "，"]))
@settings(max_examples=60, deadline=None)
def test_mixed_scripts_never_break_it(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    result = Scrubber.load().scrub(text)
    position, rebuilt = 0, ""
    for one in result.findings:
        assert position <= one.start < one.end <= len(text)
        rebuilt += text[position : one.start] + one.placeholder
        position = one.end
    assert rebuilt + text[position:] == result.text
    assert Scrubber.load().scrub(result.text).text == result.text


@given(st.text(alphabet=st.sampled_from("王は。:1a \nー〇々X")))
def test_a_text_without_signs_is_as_long_as_it_was(text: str) -> None:
    changed = without_signs(text)
    assert len(changed) == len(text)
    assert all(one == other or other == APART for one, other in zip(text, changed, strict=True))


def test_english_is_told_apart_before_another_tagger_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(field: str) -> object:
        raise AssertionError(f"{field} was loaded")

    monkeypatch.setattr(languages, "packaged", never)
    monkeypatch.setattr(languages, "share_of", never)
    text = "Hi, this is Megan Farrell, party of 20 in Folsom on the 14th, call me at 916-555-0143"
    assert [kind for kind, _ in found(text)] == [PiiType.PERSON, PiiType.PHONE]


def test_asking_for_the_language_of_an_english_text_costs_little() -> None:
    text = "We have about 20 adults on Saturday and one kid with a peanut allergy, do you travel to Folsom? " * 3
    started = time.process_time()
    for _ in range(200):
        assert spanish_share(text) == 0
    assert (time.process_time() - started) / 200 < 0.0005


def test_recall_on_messages_that_were_looked_at_holds() -> None:
    """A change that loses names of one language is seen here; the unseen half is measured by the bench."""
    scrubber = Scrubber.load()
    shares = measure(lambda text: scrubber.scrub(text).findings, ["seen"])["seen"]
    assert set(shares) == set(LANGUAGES)
    for language, share in shares.items():
        assert share["recall"]["PERSON"] >= 0.9, language
        assert share["precision"] >= 0.8, language
        assert share["clean_untouched"] >= 0.75, language


def test_the_halves_share_no_message() -> None:
    assert not {one.text for one in messages("seen")} & {one.text for one in messages("unseen")}
