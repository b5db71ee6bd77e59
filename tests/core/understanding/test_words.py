"""A message is cut into words where a slot may begin or end."""

from mhc_core.understanding.words import split


def test_a_number_of_two_words_is_one() -> None:
    words = [word.text for word in split("Thirty-eight miles, a twenty-one-year-old, ages 7-8")]
    assert words == [
        "Thirty-eight",
        "miles",
        ",",
        "a",
        "twenty-one",
        "-",
        "year",
        "-",
        "old",
        ",",
        "ages",
        "7",
        "-",
        "8",
    ]
