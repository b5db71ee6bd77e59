"""Catalogues: complete and current in every language, filled in safely, and read back from what was said."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mhc_core import languages
from mhc_core.business import pricing
from mhc_core.business.names import names
from mhc_core.concierge.agents import handover, questions
from mhc_core.concierge.tools import booking
from mhc_core.errors import DataError
from mhc_core.languages import catalogues, upkeep

OTHERS = [code for code in languages.known() if code != languages.ENGLISH]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place for catalogues, with one language."""
    (tmp_path / "es").mkdir()
    monkeypatch.setattr(upkeep, "FOLDER", tmp_path)
    return tmp_path


def test_every_language_says_all_there_is_and_nothing_more() -> None:
    texts = upkeep.template(names(pricing.load()))
    assert len(OTHERS) >= 4
    for language in upkeep.languages():
        found = upkeep.status(language, texts)
        assert found.good, (language, found.missing[:5], found.stale[:5], found.wrong[:5], found.current)


def test_a_missing_a_stale_and_a_wrong_entry_are_found(shop: Path) -> None:
    file = shop / "es" / "messages.po"
    file.write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Thank you!"\nmsgstr "¡Gracias!"\n\n'
        'msgid "said no more"\nmsgstr "ya no se dice"\n\n'
        'msgid "Total: {total}."\nmsgstr "Total: {suma}."\n',
        "utf-8",
    )
    found = upkeep.status("es", upkeep.template())
    assert "Please tell me {needs}." in found.missing
    assert found.stale == ["said no more"]
    assert found.wrong == ["Total: {total}."]
    assert not found.good
    with pytest.raises(DataError, match="values in braces"):
        upkeep.compiled("es")


def test_a_review_is_counted_when_a_person_signs_it(shop: Path) -> None:
    file = shop / "es" / "messages.po"
    file.write_text('msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n', "utf-8")
    texts = upkeep.template()
    upkeep.update("es", texts)
    assert upkeep.status("es", texts).reviewed == 0
    file.write_text(file.read_text("utf-8").replace("# reviewed: no", "# reviewed: A. Reader", 2), "utf-8")
    upkeep.update("es", texts)
    assert upkeep.status("es", texts).reviewed == 2


def test_texts_in_f_strings_reach_the_catalogues(tmp_path: Path) -> None:
    room = tmp_path / "mhc_core"
    room.mkdir()
    (tmp_path / "mhc_serving").mkdir()
    (room / "some.py").write_text(
        "from mhc_core.languages import plural, translated\n"
        "text = f\"{translated('within')} {plural('one', 'many', 2)} {translated(text)}\"\n"
    )
    found = upkeep.template(root=tmp_path)
    assert [message.id for message in found if message.id] == ["within", ("one", "many")]


def test_a_language_is_spoken_within_its_block_alone() -> None:
    with languages.speaking("es"):
        assert languages.translated("Thank you!") == "¡Gracias!"
        with languages.speaking("ja"):
            assert languages.translated("Thank you!") != "¡Gracias!"
        assert languages.current() == "es"
    assert languages.translated("Thank you!") == "Thank you!"


def test_what_no_catalogue_has_is_said_in_english() -> None:
    text = "A sentence of an extension, {number}."
    with languages.speaking("es"):
        assert languages.translated(text, number=3) == "A sentence of an extension, 3."
        assert languages.named("a dish of the house") == "a dish of the house"
    with languages.speaking("fr"):
        assert languages.translated("Thank you!") == "Thank you!"


def test_numbers_choose_the_form() -> None:
    with languages.speaking("es"):
        said = [languages.plural("{count} adult", "{count} adults", count) for count in (1, 2)]
    assert said == ["1 adulto", "2 adultos"]


@pytest.mark.parametrize(
    ("tag", "code"),
    [("es-MX", "es"), ("zh-TW", "zh-Hant"), ("zh_CN", "zh-Hans"), ("zh", "zh-Hans"), ("ja-JP", "ja"), ("en-GB", "en")],
)
def test_a_tag_of_a_browser_finds_its_language(tag: str, code: str) -> None:
    assert languages.closest(tag) == code


@given(st.text(max_size=30))
def test_no_tag_breaks_the_search(tag: str) -> None:
    assert languages.closest(tag) in (None, *languages.known())


@given(
    st.sampled_from(languages.known()),
    st.from_regex(r"[A-Z]{3}-[0-9A-F]{8}", fullmatch=True),
    st.text("abc. 12年:", min_size=1, max_size=12).map(str.strip).filter(bool),
)
def test_what_was_said_is_read_back_in_any_language(language: str, reference: str, day: str) -> None:
    with languages.speaking(language):
        said = languages.translated(questions.SENT, reference=reference, day=day, time="18:00")
    found = languages.read_back(questions.SENT, f"Ok. {said} …")
    assert found is not None
    assert found["reference"] == reference
    assert languages.read_back(booking.TOO_SOON, said) is None


def test_messages_are_told_apart_after_translation() -> None:
    """Two questions must not read the same: what a client's transcript asked is known by its words."""
    for language in languages.known():
        with languages.speaking(language):
            said = [
                languages.translated(text) for text in (questions.CONFIRM, questions.CONFIRM_CHANGE, handover.OFFER)
            ]
            assert len(set(said)) == 3


def test_values_in_braces_are_found() -> None:
    assert catalogues.places("{a} and {b:%H:%M} of {a}") == {"a", "b"}
