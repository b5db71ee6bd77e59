"""Parts of a text message, as services charge for them."""

import pytest

from mhc_core.campaigns import text_parts


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3),
        ("ñ¿¡é" * 40, 1), ("€" * 80, 1), ("€" * 81, 2), ("á" + "a" * 69, 1), ("á" + "a" * 70, 2),
        ("派" * 134, 2), ("派" * 135, 3), ("🎉" * 35, 1), ("🎉" * 36, 2), ("", 1),
    ],
)  # fmt: skip
def test_parts_follow_from_the_alphabet(text: str, parts: int) -> None:
    assert text_parts.parts(text) == parts


def test_as_many_parts_are_sent_as_are_worth_it() -> None:
    assert not text_parts.too_long("a" * 459)
    assert text_parts.too_long("a" * 460)
    assert not text_parts.too_long("派" * 402)
    assert text_parts.too_long("派" * 403)
