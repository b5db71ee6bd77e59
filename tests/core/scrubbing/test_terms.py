"""Lists of terms: matched by hash in any spelling, denied words always go, allowed ones only stay by themselves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core.errors import DataError
from mhc_core.scrubbing import Scrubber
from mhc_core.scrubbing.engine import VERSION
from mhc_core.scrubbing.terms import MAX_WORDS, NO_TERMS, Terms, term_hash

SALT = b"salt of a test"


def terms(deny: tuple[str, ...] = (), allow: tuple[str, ...] = (), kind: str = "PERSON") -> Terms:
    hashed = {text: term_hash(SALT, text) for text in (*deny, *allow)}
    return Terms(
        SALT,
        {hashed[text][0]: kind for text in deny},
        {hashed[text][0]: kind for text in allow},
        frozenset(words for _, words in hashed.values()),
    )


@pytest.fixture(scope="module")
def scrubber() -> Scrubber:
    return Scrubber.load()


@pytest.mark.parametrize(
    "text",
    [
        "the Blorvik Tray please",
        "the blorvik  tray please",
        "BLORVIK TRAY",
        "my Blórvik tray's size",
        "blorvik\u200b tray",
    ],
)
def test_a_denied_term_goes_in_any_spelling(scrubber: Scrubber, text: str) -> None:
    result = scrubber.with_terms(terms(deny=("blorvik tray",))).scrub(text)
    assert "tray" not in result.text.lower()
    assert result.counts == {"PERSON": 1}
    assert [finding.recognizer for finding in result.findings] == ["deny_list"]


def test_only_the_whole_term_is_denied(scrubber: Scrubber) -> None:
    text = "a tray of rice, blor vik tray"
    assert scrubber.with_terms(terms(deny=("blorvik tray",))).scrub(text).text == scrubber.scrub(text).text


def test_an_allowed_term_stays_but_not_as_part_of_a_name(scrubber: Scrubber) -> None:
    assert scrubber.scrub("thanks, Katsumi").counts == {"PERSON": 1}
    allowing = scrubber.with_terms(terms(allow=("Katsumi",)))
    assert allowing.scrub("thanks, Katsumi").text == "thanks, Katsumi"
    assert "Lopez" not in allowing.scrub("my name is Katsumi Lopez").text


def test_a_term_is_allowed_for_the_type_it_was_taken_for_only(scrubber: Scrubber) -> None:
    allowing = scrubber.with_terms(terms(allow=("650-555-0177",), kind="PERSON"))
    assert "0177" not in allowing.scrub("call 650-555-0177").text


def test_lists_change_the_version_and_their_absence_does_not(scrubber: Scrubber) -> None:
    one, other = (scrubber.with_terms(terms(deny=(word,))).version for word in ("blorvik", "grolm"))
    assert len({one, other, VERSION}) == 3
    assert scrubber.with_terms(NO_TERMS).version == scrubber.version == VERSION
    assert scrubber.with_terms(terms(deny=("blorvik",))).version == one
    assert scrubber.with_terms(terms(allow=("blorvik",))).version != one


def test_a_term_is_known_by_its_hash_only() -> None:
    listed = terms(deny=("blorvik tray",))
    assert "blorvik" not in repr(listed).lower()
    assert term_hash(b"another salt", "blorvik tray")[0] not in listed.deny


@pytest.mark.parametrize("text", ["", " - ", "one " * (MAX_WORDS + 1)])
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="1 to 8 words"):
        term_hash(SALT, text)


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_denied_term_is_found_wherever_it_stands(before: str, after: str) -> None:
    listed = terms(deny=("blorvik tray",))
    text = f"{before} blorvik tray {after}"
    found = [text[one.start : one.end] for one in listed.find(text) if one.deny]
    assert "blorvik tray" in found
