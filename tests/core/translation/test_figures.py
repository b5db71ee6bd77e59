"""A translation says the same figures: what is lost, changed or made up is named, whatever the script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.translation.figures import changed, digits, stated

SAME = [
    ("Adults pay $55, children $30.", "Los adultos pagan $55, los niños $30."),
    ("It is $55 per person.", "每位55美元。"),
    ("It is $1,100.", "合計は１，１００ドルです。"),
    ("We keep 10% of it.", "Retenemos el 10 por ciento."),
    ("We keep 10% of it.", "扣除百分之10。"),
    ("Twelve adults come from the thirteenth birthday on.", "13歳以上の大人12名です。"),
    ("Ten adults reach that.", "十位成人正好达到。"),
    ("Two or three portions.", "两三份。"),
    ("A person answers.", "1人がお答えします。"),
    ("Text (916) 740-8768.", "发短信到（916）740-8768。"),
    ("Done around half past seven.", "7時半ごろ終わります。"),
]
DIFFERENT = [
    ("Adults pay $55.", "Los adultos pagan $65.", ("$55 is lost", "$65 is new")),
    ("Adults pay $55.", "Los adultos pagan.", ("$55 is lost",)),
    ("It costs $5.", "Cuesta 5%.", ("$5 is lost", "5% is new")),
    ("About ten guests.", "大约二十位客人。", ("20 is new",)),
    ("Come at noon.", "Venga a las 12.", ("12 is new",)),
    ("Write to a@b.com.", "Escriba a c@b.com.", ("a@b.com is lost", "c@b.com is new")),
    ("Text (916) 740-8768.", "Mande un mensaje al (916) 740-8769.", ("9167408768 is lost", "9167408769 is new")),
]


@pytest.mark.parametrize(("source", "translation"), SAME)
def test_the_same_figures_in_another_language(source: str, translation: str) -> None:
    assert changed(source, translation) == ()


@pytest.mark.parametrize(("source", "translation", "told"), DIFFERENT)
def test_what_is_lost_and_what_is_new_is_named(source: str, translation: str, told: tuple[str, ...]) -> None:
    assert changed(source, translation) == told


@given(st.integers(0, 99_999), st.integers(0, 99_999))
def test_another_amount_is_never_the_same(ours: int, theirs: int) -> None:
    problems = changed(f"It is ${ours}.", f"Son ${theirs}.")
    assert bool(problems) == (ours != theirs)


@given(st.integers(11, 99_999), st.sampled_from(["０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩", "०१२३४५६७८९"]))
def test_digits_of_any_script_are_read(number: int, script: str) -> None:
    spelled = "".join(script[int(digit)] for digit in str(number))
    assert changed(f"We drive {number} miles.", f"我们开{spelled}英里。") == ()
    assert changed(f"We drive {number + 1} miles.", f"我们开{spelled}英里。") != ()


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    assert digits(text) is not None
    assert stated(text) == stated(text)
    assert not any(problem.endswith("is lost") for problem in changed(text, text))
