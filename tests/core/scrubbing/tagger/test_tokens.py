"""How a text is cut into tokens, and what is seen of them."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from mhc_core.scrubbing.lexicon import NOTHING, code, only_a_name, ordinary, plain
from mhc_core.scrubbing.tagger.features import features
from mhc_core.scrubbing.tagger.tokens import tokens


def test_words_numbers_and_signs_are_apart() -> None:
    assert [token.text for token in tokens("Cell5105550148, Ji-Hoon's gate 4411#")] == [
        "Cell", "5105550148", ",", "Ji", "-", "Hoon", "'", "s", "gate", "4411", "#",
    ]  # fmt: skip


def test_scripts_without_blanks_are_cut_sign_by_sign_and_accents_stay_with_their_letter() -> None:
    assert [token.text for token in tokens("我是陈美玲 Jose\u0301")] == ["我", "是", "陈", "美", "玲", "Jose\u0301"]


@given(st.text(max_size=60))
def test_tokens_lie_where_they_say_and_leave_only_blanks_and_joiners(text: str) -> None:
    found = tokens(text)
    for token in found:
        assert text[token.start : token.end] == token.text
    assert all(one.end <= other.start for one, other in itertools.pairwise(found))
    assert len(features(found)) == len(found)


def test_the_lists_know_what_a_word_can_be() -> None:
    assert plain("Xóchitl") == "xochitl"
    assert code("Nguyễn")[1] != "0", "a surname"
    assert code("zzqxv") == NOTHING
    assert ordinary("will")
    assert ordinary("don't")
    assert not ordinary("prewitt")
    assert only_a_name("Zubeldia")
    assert not only_a_name("Rose")
    assert not only_a_name("Clayton"), "a town"
    assert not only_a_name("April"), "a month"


def test_the_owner_is_seen_in_a_word_without_its_apostrophe() -> None:
    [row] = features(tokens("deshawns"))
    [plain_row] = features(tokens("deshawn"))
    assert {one for one in row if one[0] == "g"} == {one for one in plain_row if one[0] == "g"} != {"g0"}
