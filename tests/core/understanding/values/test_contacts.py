"""Names, numbers and places as customers type them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhc_core.language.number_words import ONES
from mhc_core.understanding.values import contacts, occasions

_AREAS = ("916", "530", "707", "510", "408", "209")
_PHONES = (
    "{0}-{1}-{2}",
    "({0}) {1}-{2}",
    "{0} {1} {2}",
    "{0}.{1}.{2}",
    "{0}{1}{2}",
    "+1 {0} {1} {2}",
    "1-{0}-{1}-{2}",
    "call {0} {1}-{2} pls",
)


@settings(deadline=None)  # the first number loads what is known of countries
@given(area=st.sampled_from(_AREAS), line=st.integers(0, 9999), write=st.sampled_from(_PHONES))
def test_a_phone_number_is_read_back(area: str, line: int, write: str) -> None:
    assert contacts.phone(write.format(area, "555", f"{line:04}")) == f"+1{area}555{line:04}"


@settings(deadline=None)  # the first number loads what is known of countries
@given(area=st.sampled_from(_AREAS), line=st.integers(0, 9999))
def test_a_dictated_phone_number_is_read_back(area: str, line: int) -> None:
    digits = f"{area}555{line:04}"
    spoken = " ".join("oh" if digit == "0" else ONES[int(digit)] for digit in digits)
    assert contacts.phone(spoken) == f"+1{digits}"


@settings(deadline=None)  # the first number loads what is known of countries
@given(st.text(max_size=120))
def test_no_text_is_too_odd(words: str) -> None:
    for read in (
        contacts.name,
        contacts.phone,
        contacts.email,
        contacts.zip_code,
        contacts.city,
        contacts.address,
        occasions.occasion,
        occasions.whom,
    ):
        read(words)
    contacts.reference(words, "MHC")


@pytest.mark.parametrize("words", ["555-0143", "916-555-014", "my cell", ""])
def test_what_is_no_whole_phone_number_gives_none(words: str) -> None:
    assert contacts.phone(words) is None


def test_a_number_with_another_country_keeps_it() -> None:
    assert contacts.phone("+44 20 7946 0958") == "+442079460958"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("dev patel", "Dev Patel"),
        ("JANE DOE", "Jane Doe"),
        ("McKenzie", "McKenzie"),
        ("The Ferraro family", "The Ferraro family"),
        ("john o'brien", "John O'Brien"),
        ("mary-jane", "Mary-Jane"),
        ("josé garcía", "José García"),
        ("Ajay R.", "Ajay R."),
        ("it's tom.", "Tom"),
        ("Ok, Elaine Prescott", "Elaine Prescott"),
        ("a nombre de Castellano", "Castellano"),
        ("its under Castellano", "Castellano"),
        ("no", None),
        ("rather not say, just put it in", None),
        ("that's between me and whoever shows up", None),
        ("!!", None),
    ],
)
def test_names(words: str, wanted: str | None) -> None:
    assert contacts.name(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("PATTY_R@EXAMPLE.COM", "patty_r@example.com"),
        ("ann at example dot org", "ann@example.org"),
        ("jen@gmail .com", "jen@gmail.com"),
        ("<dee.o+x@mail.example.co.uk>,", "dee.o+x@mail.example.co.uk"),
        ("jen@gmail", None),
    ],
)
def test_e_mail_addresses(words: str, wanted: str | None) -> None:
    assert contacts.email(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("95630", "95630"), ("CA 95630-1234", "95630"), ("nine five six three oh", "95630"), ("9563", None)],
)
def test_zip_codes(words: str, wanted: str | None) -> None:
    assert contacts.zip_code(words) == wanted


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("davis, ca", "Davis"), ("in el dorado hills", "El Dorado Hills"), ("west sac", "West Sacramento"), (" ", None)],
)
def test_cities(words: str, wanted: str | None) -> None:
    assert contacts.city(words) == wanted


def test_an_address_stays_as_typed_without_what_leads_to_it() -> None:
    assert contacts.address("it's at  6051 sugarbush way, ") == "6051 sugarbush way"


@pytest.mark.parametrize("words", ["MHC-4D92A0F1", "mhc 4d92a0f1", "#mhc4d92a0f1."])
def test_a_reference_is_written_as_the_business_does(words: str) -> None:
    assert contacts.reference(words, "MHC") == "MHC-4D92A0F1"


@pytest.mark.parametrize(
    ("words", "wanted"),
    [("mom's bday", "mom's birthday"), ("cumpleaños", "birthday"), ("grad party", "graduation party"),
     ("despedida de soltera", "despedida de soltera"), ("", None)],
)  # fmt: skip
def test_occasions(words: str, wanted: str | None) -> None:
    assert occasions.occasion(words) == wanted


def test_whom_an_allergen_concerns() -> None:
    assert occasions.whom("My daughter's") == "my daughter"
    assert occasions.whom("Sun-hee") == "Sun-hee"
