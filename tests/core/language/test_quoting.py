"""A text is quoted by whole blocks."""

from mhc_core.language.quoting import blocks, quoted


def test_a_list_stays_under_its_sentence_and_a_heading_over_each_block() -> None:
    assert blocks("It depends:\n\n- a: 1\n- b: 2\n\nThe rest.") == ["It depends:\n\n- a: 1\n- b: 2", "The rest."]
    assert blocks("7 to 13 days\nHalf comes back.\n\nWrite to us.") == [
        "7 to 13 days\nHalf comes back.",
        "7 to 13 days\nWrite to us.",
    ]


def test_what_is_far_from_the_question_is_left_out_and_the_order_stays() -> None:
    assert quoted(["one", "two", "three"], [0.5, 0.1, 0.7]) == "one\n\nthree"
    assert quoted(["word " * 100, "more " * 50], [0.6, 0.5]).split() == ["word"] * 100


def test_the_first_block_leads_where_there_is_room() -> None:
    assert quoted(["lead", "two", "three"], [0.1, 0.2, 0.7]) == "lead\n\nthree"
    assert quoted(["lead " * 100, "two", "three " * 50], [0.1, 0.2, 0.7]).split() == ["three"] * 50
